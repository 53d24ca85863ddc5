"""What `pirwa` says when it cannot go on: one line, from which somebody new knows what to do."""

import json
import socket
from contextlib import closing
from pathlib import Path

import pytest

from adapters.embedded_postgres.data_folder import lock
from adapters.postgres.engine import Scope
from adapters.postgres.sessions import PostgresSessions
from core.ports.clock import SystemClock
from tests.api import Api
from tests.apps.command_line import CommandLine, as_url
from tests.shop import Shop

pytestmark = pytest.mark.anyio


@pytest.fixture
def pirwa(
    shop: Shop, capsys: pytest.CaptureFixture[str], database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIRWA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIRWA_PORT", "0")
    monkeypatch.setenv("PIRWA_DATABASE_URL", as_url(database_url))
    return CommandLine(shop, capsys)


async def refusal(pirwa: CommandLine, *arguments: str) -> str:
    """The one line that a command ends with."""
    status, out, err = await pirwa.run(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("pirwa: ")
    assert err.count("\n") == 1
    return err.removeprefix("pirwa: ").rstrip()


async def test_verify_says_what_it_found(pirwa: CommandLine) -> None:
    code = await pirwa.company_code()
    assert (await pirwa.run("verify", "--company", code))[:2] == (0, "1 company verified: no difference.\n")
    status, out, _ = await pirwa.run("verify", "--company", code, "--json")
    assert (status, json.loads(out)) == (0, {"companies": 1, "differences": []})


async def test_a_company_that_is_not_there_is_named(pirwa: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail when nothing was verified and called sound."""
    monkeypatch.setenv("PIRWA_PASSWORD", "a long enough password")
    assert await refusal(pirwa, "verify", "--company", "nowhere") == "there is no company nowhere"
    assert await refusal(pirwa, "user", "create", "ana", "--company", "nowhere") == "there is no company nowhere"


async def test_every_fault_of_a_new_company_or_user_is_named(
    pirwa: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail when the database alone refused them, in words that told nothing."""
    said = await refusal(pirwa, "company", "create", "Not A Code", "", "--currency", "dollars")
    monkeypatch.setenv("PIRWA_PASSWORD", "short")
    assert (await refusal(pirwa, "user", "create", "an a")).startswith("login: ")
    assert (await refusal(pirwa, "user", "create", "ana")).startswith("password: ")
    monkeypatch.setenv("PIRWA_PASSWORD", "techcorp-1234")
    assert "too easy to guess" in await refusal(pirwa, "user", "create", "ana", "--company", "techcorp")
    assert [fault.split(":")[0] for fault in said.split("; ")] == ["code", "name", "currency"]


async def test_a_database_that_cannot_be_reached_is_named_with_the_reason(
    pirwa: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail when the last line of several was shown, which asked whether the server runs."""
    monkeypatch.setenv("PIRWA_DATABASE_URL", "postgresql://pirwa:secret@127.0.0.1:1/pirwa")
    said = await refusal(pirwa, "verify")
    assert said.startswith("the database cannot be reached: ")
    assert "127.0.0.1" in said
    assert "Connection refused" in said
    assert "secret" not in said


async def test_a_data_folder_in_use_is_named_with_its_holder(
    pirwa: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Seen to fail when the folder inside it was named, which nobody has set."""
    monkeypatch.delenv("PIRWA_DATABASE_URL")
    folder = tmp_path / "data" / "postgres"
    folder.mkdir(parents=True)
    with closing(lock(folder)) as held:
        held.seek(0)
        holder = held.read()
        said = await refusal(pirwa, "verify")
    assert said == (
        f"{tmp_path / 'data'} is in use by process {holder}: stop it first, or set PIRWA_DATA to another folder"
    )


@pytest.mark.parametrize("command", ["up", "demo", "serve"])
async def test_a_port_in_use_is_named(pirwa: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Seen to fail for `serve`, which did not look before it started."""
    monkeypatch.setenv("PIRWA_REDIS_URL", "redis://127.0.0.1:1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PIRWA_PORT", str(port))
        said = await refusal(pirwa, command)
    assert said == f"cannot listen on 127.0.0.1:{port}: Address already in use (choose another PIRWA_PORT)"


async def test_a_host_that_is_not_here_is_no_matter_of_the_port(
    pirwa: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIRWA_HOST", "192.0.2.1")
    assert (await refusal(pirwa, "up")).endswith("(see PIRWA_HOST and PIRWA_PORT)")


async def test_somebody_who_has_lost_everything_is_let_in_again(
    pirwa: CommandLine, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail when the sessions went on, and when the one-time codes stayed."""
    lost = await api.client("operator")
    login = (await lost.get_ok("/me"))["login"]
    user_id = api.users["operator"]
    await api.shop.database.fetch(
        Scope(user_id=user_id),
        "INSERT INTO totp (user_id, sealed, confirmed_at, begun_at) VALUES (%s, 'x', now(), now())",
        (user_id,),
    )
    monkeypatch.setenv("PIRWA_PASSWORD", "passwordpassword")
    assert "too easy to guess" in await refusal(pirwa, "user", "reset", login)
    monkeypatch.setenv("PIRWA_PASSWORD", "eight blue boxes of tea")
    assert await refusal(pirwa, "user", "reset", "nobody-here") == "there is no user nobody-here"
    status, out, _ = await pirwa.run("user", "reset", login, "--one-time-codes")
    assert (status, out) == (0, f"{login} signs in with the new password from now on.\n")
    sessions = await PostgresSessions(api.shop.database).of(user_id, SystemClock().now())
    assert sessions == []
    body = {"login": login, "password": "eight blue boxes of tea"}
    answer = await lost.post("/auth/login", json=body, headers={"Authorization": ""})
    assert answer.status_code == 200, answer.text
