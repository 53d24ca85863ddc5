"""Those who see the rows of all companies."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo


def as_superuser(url: str) -> str:
    """The same database as superuser of the embedded server, whose password lies beside its socket."""
    folder = Path(str(conninfo_to_dict(url)["host"])).parent
    password = folder / "postgres.password"
    if not password.exists():
        pytest.skip("this server is external: its superuser is not known")
    return make_conninfo(url, user="postgres", password=password.read_text("ascii"))
