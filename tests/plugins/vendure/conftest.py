"""A real Vendure for the tests of this folder, once in a run."""

from collections.abc import Iterator

import pytest

from .ear import Ear
from .server import NoVendure, VendureServer, installed, own_database
from .shop import RealShop

HOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the public example of the Standard Webhooks specification


@pytest.fixture(scope="session")
def ear() -> Iterator[Ear]:
    with Ear() as ear:
        yield ear


@pytest.fixture(scope="session")
def vendure(server_url: str, ear: Ear) -> Iterator[VendureServer]:
    """The server; where it cannot be had, whoever needs it is skipped."""
    try:
        modules = installed()
    except NoVendure as error:
        pytest.skip(str(error))
    with own_database(server_url) as database, VendureServer(modules, database, ear.url, HOOK_SECRET) as server:
        yield server


@pytest.fixture(scope="session")
async def real_shop(vendure: VendureServer) -> RealShop:
    shop = RealShop(vendure)
    await shop.open()
    return shop
