"""Plugins whose way out leads to this machine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adapters.outgoing.plugin_http import PluginHttp
from adapters.outgoing.transport import OutgoingHttp, SafeTransport
from adapters.plugin_loader.registry import PluginRegistry, load_plugins
from adapters.plugin_loader.surroundings import Surroundings
from apps.ioc.built_in import BUILT_IN
from core.ports.http import HttpClient

AGENT = "Pirwa/test"


@contextmanager
def surroundings_here(seconds: float = 20) -> Iterator[Surroundings]:
    """Servers of this machine can be called, and are waited for so long at most."""
    way = OutgoingHttp(loopback=True)

    def transport(is_here: bool, /, *, seconds: float, most_bytes: int) -> SafeTransport:
        return way.transport(seconds=min(seconds, most), most_bytes=most_bytes)

    def client(plugin_id: str, hosts: Sequence[str]) -> HttpClient:
        return PluginHttp(transport, hosts, AGENT)

    most = seconds
    yield Surroundings(http=client)
    way.close()


@contextmanager
def plugins_here(*names: str, seconds: float = 20) -> Iterator[PluginRegistry]:
    """These plugins, and what is built in."""
    with surroundings_here(seconds) as surroundings:
        yield load_plugins(names, "0.1.0", surroundings, BUILT_IN)
