"""The seals of the audit trail as an operator meets them: the worker makes them, `pirwa verify` looks at them, one key fits both."""

import asyncio
import base64
from pathlib import Path

import psycopg
import pytest
from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.secrets.audit_key import FILE_NAME, audit_key
from apps.settings import SettingsError, load_settings
from apps.worker.main import working
from tests.apps.command_line import CommandLine, as_url
from tests.shop import Shop
from tests.way_out import SECONDS

pytestmark = pytest.mark.anyio

CHECK = "the audit trail is as it was sealed"


@pytest.fixture
def pirwa(
    shop: Shop, capsys: pytest.CaptureFixture[str], database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIRWA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIRWA_DATABASE_URL", as_url(database_url))
    return CommandLine(shop, capsys)


async def sealed(shop: Shop, database_url: str, key: bytes) -> None:
    """A worker has sealed what the company did."""
    async with (
        working(database_url, load_plugins([], "0.1"), InMemoryBroker(), key, poll_seconds=0.05),
        asyncio.timeout(SECONDS),
    ):
        while await shop.fetch("SELECT FROM audit_unsealed LIMIT 1"):
            pass


@pytest.mark.promise("I10")
async def test_verify_names_the_first_broken_row_of_what_the_worker_sealed(
    pirwa: CommandLine, database_url: str, tmp_path: Path
) -> None:
    """Seen to fail when the worker asked for no seals, and when `verify` did not look at them."""
    product = await pirwa.shop.product("A")
    await sealed(pirwa.shop, database_url, audit_key(None, tmp_path / "data"))
    verify = ("verify", "--company", await pirwa.company_code())
    status, out, err = await pirwa.run(*verify)
    assert (status, out) == (0, "1 company verified: no difference.\n")
    assert f"{CHECK}: ok" in err
    with psycopg.connect(database_url) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, true)", (str(pirwa.shop.company_id),))
        owner.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        [(entry,)] = owner.execute(
            "UPDATE audit_entry SET actor_id = new_id() WHERE subject_id = %s RETURNING id", (str(product),)
        ).fetchall()
        owner.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    status, out, _ = await pirwa.run(*verify)
    assert status == 1
    assert f"{CHECK}: entry {entry}, number " in out


async def test_the_key_of_the_operator_counts_before_that_of_the_data_folder(
    pirwa: CommandLine, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = bytes(range(40))
    await pirwa.shop.product("A")
    await sealed(pirwa.shop, database_url, own)
    verify = ("verify", "--company", await pirwa.company_code())
    assert "unless it was sealed with another key" in (await pirwa.run(*verify))[1]
    monkeypatch.setenv("PIRWA_AUDIT_KEY", base64.b64encode(own).decode())
    assert (await pirwa.run(*verify))[0] == 0


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = audit_key(None, tmp_path)
    assert len(made) == 32
    assert audit_key(None, tmp_path) == made
    assert audit_key(None, tmp_path / "elsewhere") != made
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["short", base64.b64encode(bytes(31)).decode(), "?" * 44])
def test_a_key_that_is_too_short_or_no_base64_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="PIRWA_AUDIT_KEY"):
        load_settings({"PIRWA_AUDIT_KEY": text}, tmp_path)
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(ValueError, match="audit key in the data folder"):
        audit_key(None, tmp_path)
