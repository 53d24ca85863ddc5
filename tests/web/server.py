"""The product as it is started by whoever installs it, in a process of its own: HTTP and a worker on one database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from apps.settings import Settings
from tests.apps.command_line import as_url
from tests.plugins.installed import install
from tools.web import ROOT

START_SECONDS = 90
PLUGINS = ("sms_folder", "fake_storefront")
"""Those that need nobody at the other end but a folder."""


@dataclass(frozen=True, slots=True)
class WebServer:
    """Where it is to be reached, and what it writes."""

    url: str
    log: Path


@contextmanager
def serving(given: Settings) -> Iterator[WebServer]:
    """`pirwa up` until the context is left."""
    assert given.database_url is not None
    data, log = given.data, given.data / "server.log"
    settings = {
        "PIRWA_DATABASE_URL": as_url(given.database_url),
        "PIRWA_DATA": str(data),
        "PIRWA_PORT": str(given.port),
        "PIRWA_PUBLIC_URL": given.address,
        "PIRWA_REGISTRATION": "on" if given.registration else "off",
        "PIRWA_CONTACT_ADDRESS": given.contact_address or "",
        "PIRWA_PLUGINS": ",".join(("sms_twilio", *PLUGINS)),
    }
    site = data / "plugins"
    site.mkdir()
    path = os.pathsep.join(str(folder) for folder in (ROOT, *install(site, *PLUGINS)))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")}
    command = [sys.executable, "-c", "from apps.cli.main import main; main()", "up"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=data,
            env=inherited | {"PYTHONPATH": path} | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            server = WebServer(f"http://127.0.0.1:{given.port}", log)
            _wait_until_ready(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _wait_until_ready(server: WebServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{server.url}/health/ready").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{server.log.read_text(encoding='utf-8')}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
