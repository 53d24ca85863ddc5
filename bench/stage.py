"""Where the measurements take place: one durable PostgreSQL server, and the applications, started when first used."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.embedded_postgres import EmbeddedPostgres
from bench import shop
from bench.baseline import Baseline
from bench.product import Product
from bench.product_shop import stock_shop

OUT = Path(__file__).parent / "out"


class Stage:
    """The common server and what runs on it."""

    def __init__(self, server_url: str, data: Path) -> None:
        """`data` is a folder for files of the applications."""
        self.server_url = server_url
        self.data = data

    def new_database(self, name: str) -> str:
        """Create an empty database on the common server and say how to connect to it."""
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return make_conninfo(self.server_url, dbname=name)

    @cached_property
    def postgres_pid(self) -> int:
        """The server's first process, the parent of all others."""
        with psycopg.connect(self.server_url) as connection:
            return psutil.Process(connection.info.backend_pid).ppid()

    @cached_property
    def baselines(self) -> dict[str, Baseline]:
        """The Django application, filled with the shop: as it usually is, and tuned."""
        return {
            subject: Baseline(self.new_database(settings), {"postgres": self.postgres_pid}, settings)
            for subject, settings in (("django", "settings"), ("tuned django", "tuned_settings"))
        }

    @cached_property
    def product(self) -> Product:
        """Pirwa, filled with the shop."""
        product = self.new_product("product", shop.PRODUCTS, shop.SITES)
        product.tidy()
        product.work(lambda database: stock_shop(database, product.admin))
        product.tidy()
        return product

    def new_product(self, name: str, products: int, sites: int) -> Product:
        """Pirwa in a new database, with a company that has no stock yet."""
        self.new_database(name)
        url = urlsplit(self.server_url)._replace(path=f"/{name}").geturl()
        folder = self.data / name
        folder.mkdir()
        return Product(url, folder, {"postgres": self.postgres_pid}, products, sites)


@contextmanager
def open_stage() -> Iterator[Stage]:
    """A new server on the disk that holds the repository, gone afterwards."""
    OUT.mkdir(exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="server-", dir=OUT))
    try:
        with EmbeddedPostgres(data, durable=True) as server:
            yield Stage(server.url, data)
    finally:
        # For root the server's files may be kept elsewhere, behind a link.
        shutil.rmtree((data / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)
