"""Serving HTTP inside this process, until a signal asks it to end."""

import asyncio
import errno
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from apps.cli.errors import CommandError
from apps.http.app import create_app
from apps.http.server import BACKLOG, Server
from apps.loading import loading
from apps.settings import Settings
from apps.way_out import WorkerHereProvider

NOTICE_SECONDS = 5.0

Background = Callable[[Settings, asyncio.Event], Awaitable[None]]


async def serve_here(
    settings: Settings, *background: Background, announce: str = "", notice: float = NOTICE_SECONDS
) -> None:
    """Serves the application with `background` work beside it; both end gracefully on SIGINT or SIGTERM.

    After SIGTERM it says that it is not ready, but serves for `notice` seconds more: whoever sends requests here learns to
    send them elsewhere. SIGINT, or a second signal, ends it at once.
    """
    with loading():
        app = create_app(settings, WorkerHereProvider())
    server = _SignallessServer(app)
    ending, loop = asyncio.Event(), asyncio.get_running_loop()

    def give_notice() -> None:
        if app.state.get("ending"):
            ending.set()
        app.state.ending = True
        loop.call_later(notice, ending.set)

    loop.add_signal_handler(signal.SIGINT, ending.set)
    loop.add_signal_handler(signal.SIGTERM, give_notice)
    tasks = [asyncio.create_task(_until(work, settings, ending)) for work in background]
    serving = asyncio.create_task(server.serve([listening(settings)]))
    if announce:
        print(announce, flush=True)
    await asyncio.wait([serving, asyncio.create_task(ending.wait())], return_when=asyncio.FIRST_COMPLETED)
    ending.set()
    server.should_exit = True
    await asyncio.gather(serving, *tasks)


class _SignallessServer(Server):
    """One whose signals others hear."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listening(settings: Settings, *, shared: bool = False) -> socket.socket:
    """A socket that listens at the address of the settings; `shared` with others of ours, among which the system divides who comes.
    Raises `CommandError` where that cannot be."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise _cannot_listen(settings, error) from error
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def require_free_port(settings: Settings) -> None:
    """Raises `CommandError` where the address cannot be listened on, before anything is started."""
    listening(settings).close()


def _cannot_listen(settings: Settings, error: OSError) -> CommandError:
    hint = "choose another PIRWA_PORT" if error.errno == errno.EADDRINUSE else "see PIRWA_HOST and PIRWA_PORT"
    return CommandError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror} ({hint})")


async def _until(work: Background, settings: Settings, ending: asyncio.Event) -> None:
    try:
        await work(settings, ending)
    finally:
        ending.set()
