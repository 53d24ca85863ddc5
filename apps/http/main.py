"""The entry for an ASGI server: `granian --interface asgi --factory apps.http.main:application`."""

import gc
import os
from pathlib import Path

from litestar import Litestar

from apps.http.app import create_app
from apps.settings import SettingsError, load_settings


def application() -> Litestar:
    """The application with the settings of the environment and the working folder. Ends the process if they are unsound."""
    try:
        settings = load_settings(os.environ, Path.cwd())
    except SettingsError as error:
        raise SystemExit(f"Pirwa cannot start:\n{error}") from None
    app = create_app(settings)
    _collect_less()
    return app


def _collect_less() -> None:
    """What has been loaded by now lives as long as the process, and a request leaves hardly a cycle behind. With Python's
    own thresholds, a fifth of the time of a busy process went into looking at it all again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
