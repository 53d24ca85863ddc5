"""The entry for an ASGI server: `uvicorn --factory apps.http.main:application`."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait
from pathlib import Path

from litestar import Litestar

from apps.http.app import create_app
from apps.loading import loading
from apps.settings import SettingsError, load_settings

NOTICE = signal.SIGUSR1
"""By which a process is told that it will be asked to end."""


def application() -> Litestar:
    """The application with the settings of the environment and the working folder, to be served by this process. Ends the process
    if they are unsound."""
    try:
        settings = load_settings(os.environ, Path.cwd())
    except SettingsError as error:
        raise SystemExit(f"Pirwa cannot start:\n{error}") from None
    with loading():
        app = create_app(settings)
    return served_here(app)


def served_here(app: Litestar) -> Litestar:
    """The application, which this process is about to serve. From `NOTICE` on it says that it is not ready. A process that another
    one made to serve ends with it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(NOTICE, lambda *_: setattr(app.state, "ending", True))
    _end_with_whoever_made_us()
    return app


def _end_with_whoever_made_us() -> None:
    """Without it the processes of a server that was killed would keep its port, and whoever starts it again would find it taken."""
    if maker := multiprocessing.parent_process():

        def watch() -> None:
            wait([maker.sentinel])
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=watch, daemon=True).start()
