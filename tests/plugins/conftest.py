"""What tests of pages about plugins share."""

from collections.abc import Iterator
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from core.domain.ids import new_id
from tests.databases import drop_database


@pytest.fixture
def empty_database(server_url: str) -> Iterator[str]:
    """The URL of a database for the demonstration."""
    name = f"pirwa_page_{new_id().hex[:20]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"postgresql://?{urlencode({**conninfo_to_dict(server_url), 'dbname': name})}"
        drop_database(server, name)
