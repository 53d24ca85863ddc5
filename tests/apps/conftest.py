"""What tests of the way out and of mail share."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from apps.settings import Settings
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


@pytest.fixture
async def post(settings: Settings) -> AsyncIterator[PostOffice]:
    """Delivers the mails of the run's application to a mail server of this test."""
    async with post_office(settings) as office:
        yield office
