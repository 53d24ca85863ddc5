"""The application without its own company filter: row-level security is all that is left between the companies."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from psycopg import AsyncCursor
from psycopg.abc import Params, Query
from psycopg.sql import Composable

from adapters.postgres.engine import _OPTIONS
from adapters.postgres.link import Link, Parameters, Row, _Command
from adapters.postgres.pool import Pool
from adapters.postgres.schema import FUNCTIONS, function_source
from tests.matrix.renewal import Renewal
from tests.matrix.rewound import RewoundDatabase

# A company that is given: as a parameter, or as the one row `q` with which reports begin. Joins of two tables are left alone.
_FILTER = re.compile(
    r"(?<![\w.])((?:\w+\.)?company_id = (?:%s|%\(\w+\)s(?:::\w+)?|q\.company_id)|c\.id = %\(company\)s)", re.IGNORECASE
)
_FILTER_OF_FUNCTIONS = re.compile(r"(?<![\w.])((?:\w+\.)?company_id = (?:company|app_company\(\)))(?![\w.])")
_NO_FILTER = r"(\1 OR true)"


class Forgetful:
    """Spells statements as they would be if somebody had forgotten the company everywhere in them; they take the same values.
    Knows which it has met."""

    def __init__(self) -> None:
        self.stripped: set[str] = set()

    def __call__(self, statement: str) -> str:
        forgetful = _FILTER.sub(_NO_FILTER, statement)
        if forgetful != statement:
            self.stripped.add(statement)
        return forgetful


@contextmanager
def functions_without_filter(url: str) -> Iterator[int]:
    """The functions of the database likewise, for a while. Tells how many conditions they have lost."""
    sources = [function_source(name).decode() for name in FUNCTIONS]
    forgetful = [_FILTER_OF_FUNCTIONS.subn(_NO_FILTER, source) for source in sources]
    try:
        _define(url, [source for source, _ in forgetful])
        yield sum(lost for _, lost in forgetful)
    finally:
        _define(url, sources)


def _define(url: str, sources: list[str]) -> None:
    with psycopg.connect(url) as owner:
        for source in sources:
            owner.execute(source.encode())


class UnfilteredDatabase(RewoundDatabase):
    """Everything that is asked in it is asked without the company."""

    def __init__(self, url: str, renewal: Renewal) -> None:
        super().__init__(url, renewal)
        self.forget = Forgetful()
        self._pool = Pool(self._connect_to(url), 1, 5.0)

    def _connect_to(self, url: str) -> Any:
        link_class, cursor_class = _forgetful_classes(self.forget)

        async def connect() -> Link:
            link = await link_class.open(url, _OPTIONS.format(role="pirwa_app", timeout="10s"), 5)
            link.connection.cursor_factory = cursor_class
            return link

        return connect


def _forgetful_classes(forget: Forgetful) -> tuple[type[Link], type[AsyncCursor[Row]]]:
    """What is asked in one round trip, and what a unit of work asks."""

    class ForgetfulLink(Link):
        def _command(self, statement: str, parameters: Parameters) -> _Command:
            return super()._command(forget(statement), parameters)

    class ForgetfulCursor(AsyncCursor[Row]):
        async def execute(self, query: Query, params: Params | None = None, **options: Any) -> Self:
            return await super().execute(forget(_text_of(query)).encode(), params, **options)

    return ForgetfulLink, ForgetfulCursor


def _text_of(query: Query) -> str:
    match query:
        case bytes():
            return query.decode()
        case Composable():
            return query.as_string()
    return str(query)
