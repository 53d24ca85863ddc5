"""Serving HTTP inside this process, until a signal asks it to end."""

import asyncio
import errno
import signal
import socket
from collections.abc import Awaitable, Callable

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from apps.cli.errors import CommandError
from apps.http.app import create_app
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
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        backlog=1024,
        log_level=LogLevels.error,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=30_000),
    )
    ending, loop = asyncio.Event(), asyncio.get_running_loop()

    def give_notice() -> None:
        if app.state.get("ending"):
            ending.set()
        app.state.ending = True
        loop.call_later(notice, ending.set)

    loop.add_signal_handler(signal.SIGINT, ending.set)
    loop.add_signal_handler(signal.SIGTERM, give_notice)
    tasks = [asyncio.create_task(_until(work, settings, ending)) for work in background]
    serving = asyncio.create_task(server.serve())
    if announce:
        print(announce, flush=True)
    await asyncio.wait([serving, asyncio.create_task(ending.wait())], return_when=asyncio.FIRST_COMPLETED)
    ending.set()
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.gather(serving, *tasks)


def require_free_port(settings: Settings) -> None:
    """Raises `CommandError` where the address cannot be listened on, before anything is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            hint = "choose another PIRWA_PORT" if error.errno == errno.EADDRINUSE else "see PIRWA_HOST and PIRWA_PORT"
            raise CommandError(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror} ({hint})"
            ) from error


async def _until(work: Background, settings: Settings, ending: asyncio.Event) -> None:
    try:
        await work(settings, ending)
    finally:
        ending.set()
