"""What tests of the way out and of mail share."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from litestar import Litestar

from apps.settings import Settings
from tests.apps.front_door import Building, FrontDoor, building
from tests.mail_server import PostOffice, post_office
from tests.shop import Shop
from tests.way_out import PLUGIN, WayOut, importable, way_out


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of installed plugins on the import path."""
    folder = tmp_path_factory.mktemp("site")
    with importable(folder, PLUGIN):
        yield folder


@pytest.fixture
async def way(site: Path, shop: Shop, database_url: str, tmp_path: Path) -> AsyncIterator[WayOut]:
    async with way_out(shop, database_url, tmp_path, timedelta(seconds=1)) as way:
        yield way


@pytest.fixture(scope="module")
async def usual_building(app: Litestar, settings: Settings) -> AsyncIterator[Building]:
    """It begins after the run's application, because it ends before it."""
    async with building(settings) as here:
        yield here


@pytest.fixture
def door(usual_building: Building, shop: Shop) -> FrontDoor:
    """How people of the test's company come in, by a clock that the test turns."""
    return usual_building.door(shop)


@pytest.fixture
async def post(settings: Settings) -> AsyncIterator[PostOffice]:
    """Delivers the mails of the run's application to a mail server of this test."""
    async with post_office(settings) as office:
        yield office
