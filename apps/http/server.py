"""The HTTP server of one process. docs/decisions/0020-uvicorn.md says why it is uvicorn."""

import socket

import uvicorn
from litestar import Litestar

from apps.http.connections import Connection

BACKLOG = 1024
DRAIN_SECONDS = 12  # for what is being answered when it ends; who listens to a stream comes again
_REST_SECONDS = (
    75  # between two requests of a connection; longer than proxies keep theirs, so that they are the ones who end it
)


class Server(uvicorn.Server):
    """Serves the application on sockets that listen, until it is told to exit; then those who listen to streams are sent away, and
    what else is being answered is finished."""

    def __init__(self, app: Litestar) -> None:
        self._app = app
        super().__init__(
            uvicorn.Config(
                app,
                interface="asgi3",
                http=Connection,
                ws="none",
                loop="uvloop",
                lifespan="on",
                backlog=BACKLOG,
                timeout_keep_alive=_REST_SECONDS,
                timeout_graceful_shutdown=DRAIN_SECONDS,
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.ending = True
        await super().shutdown(sockets)
