"""`pirwa` as people run it, on the database of a test."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict

from apps.cli.main import main
from tests.shop import Shop


def as_url(database: str) -> str:
    """A connection string in the form that the settings take."""
    return f"postgresql://?{urlencode(conninfo_to_dict(database), quote_via=quote)}"


@dataclass
class CommandLine:
    """The commands of one company; each returns when its command has ended."""

    shop: Shop
    capture: pytest.CaptureFixture[str]

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        self.capture.readouterr()
        status = await asyncio.to_thread(main, arguments)
        said = self.capture.readouterr()
        return status, said.out, said.err

    async def company_code(self) -> str:
        [[code]] = await self.shop.fetch("SELECT code FROM company WHERE id = %s", self.shop.company_id)
        return str(code)

    async def bring_in(self, kind: str, file: object, *options: str) -> Any:
        """The answer of an import that must succeed."""
        status, out, err = await self._import(kind, file, *options)
        assert status == 0, out + err
        return json.loads(out)

    async def refused(self, kind: str, file: object, *options: str) -> list[tuple[str, str]]:
        """Pointer and code of every fault of an import that must be refused."""
        status, out, err = await self._import(kind, file, *options)
        assert status == 1, out + err
        return [(fault["pointer"], fault["code"]) for fault in json.loads(out)["faults"]]

    async def _import(self, kind: str, file: object, *options: str) -> tuple[int, str, str]:
        return await self.run("import", kind, str(file), "--company", await self.company_code(), "--json", *options)
