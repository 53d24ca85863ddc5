"""Secrets are never in the clear: every sort of secret is made and used, and then looked for wherever something is kept or told."""

import asyncio
import base64
import logging
import re
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

import httpx
import psycopg
import pyotp
import pytest
from litestar import Litestar
from psycopg import sql
from psycopg.conninfo import make_conninfo
from redis.asyncio import Redis

from adapters.embedded_postgres import installed_programs
from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Database
from adapters.postgres.migrate import migrate
from apps.cli.backup_folder import DATABASE
from apps.cli.main import main
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import Client
from tests.apps.command_line import as_url
from tests.apps.edge_world import PASSWORD
from tests.apps.front_door import FrontDoor, Time
from tests.apps.sms import CARRIER, WithPlugins, new_number
from tests.databases import drop_database
from tests.plugins.sms_folder.src.sms_folder.carrier import Outbox
from tests.proof.recording import Reach
from tests.proof.superuser import as_superuser
from tests.redis_server import RedisServer, redis_server
from tests.shop import open_shop
from tests.way_out import importable

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S8")]

_OURS_IN_THE_TEST = ("httpx", "httpcore.connection", "httpcore.http11")
_TABLES = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
CODES = 4  # sent by text message
_TOKEN = re.compile(r"#token=([\w.~-]+)")


@dataclass
class Canaries:
    """Secrets by what they are for."""

    known: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)

    def add(self, what: str, secret: str) -> str:
        assert len(secret) >= 10, what
        self.known[what] = secret
        return secret

    def new(self, what: str) -> str:
        return self.add(what, f"Canary-{what.replace(' ', '-')}-{token_hex(12)}")

    def found_in(self, place: str, content: bytes) -> list[str]:
        """What stands there, as it is or in any of the ways in which bytes are often written."""
        found = [
            f"{what} in {place}" for what, secret in self.known.items() if any(way in content for way in _ways(secret))
        ]
        return found + [f"codes of text messages in {place}"] * self._has_codes(content)

    def _has_codes(self, content: bytes) -> bool:
        """Any six digits stand somewhere by chance, such as in a time, and a code that was used may be gone: nearly all of them tell."""
        return sum(_is_there(code, content) for code in self.codes) >= CODES - 1


def _is_there(code: str, content: bytes) -> bool:
    """By itself, not inside a longer number."""
    raw = code.encode()
    return bool(
        re.search(rb"(?<!\d)%b(?!\d)" % raw, content)
        or raw.hex().encode() in content
        or base64.b64encode(raw) in content
    )


def _ways(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield raw
    yield quote(secret, safe="").encode()
    yield raw.hex().encode()
    for cut in range(3):  # whatever stands before it
        middle = base64.b64encode(raw[cut:])[: len(raw[cut:]) // 3 * 4]
        yield middle
        yield middle.translate(bytes.maketrans(b"+/", b"-_"))


class Notes(logging.Handler):
    """Everything that any part says, however quietly."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.name not in _OURS_IN_THE_TEST:
            self.said.append(self.format(record))


@dataclass
class House:
    """A set-up of its own with all that it keeps and says."""

    app: Litestar
    settings: Settings
    database: Database
    door: FrontDoor
    redis: RedisServer
    canaries: Canaries
    log: list[bytes]
    notes: Notes
    carrier: Path
    refusals: list[bytes] = field(default_factory=list)

    def client(self, person: Client) -> Client:
        """The same, whose refusals are kept."""

        async def keep(response: httpx.Response) -> None:
            if response.status_code >= 400:
                self.refusals.append(str(response.headers).encode() + await response.aread())

        person.event_hooks = {"response": [keep]}
        return person


@pytest.fixture
def own_database(server_url: str) -> Iterator[str]:
    """Of which every table can be read by its owner."""
    name = f"pirwa_canaries_{new_id().hex[:20]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_conninfo(server_url, dbname=name)
        migrate(url)
        yield url
        drop_database(connection, name)


@pytest.fixture
async def house(own_database: str, tmp_path: Path) -> AsyncIterator[House]:
    canaries, log, notes = Canaries(), list[bytes](), Notes()
    carrier = tmp_path / "carrier"
    for folder in (carrier, tmp_path / "site"):
        folder.mkdir()
    with importable(tmp_path / "site", CARRIER), redis_server() as redis:
        settings = Settings(
            data=tmp_path / "data",
            database_url=own_database,
            redis_url=redis.url,
            audit_key=canaries.add("the key of the audit trail", base64.b64encode(token_hex(24).encode()).decode()),
            secret_keys=f"1:{canaries.add('the key that seals', base64.b64encode(token_hex(16).encode()).decode())}",
            smtp_url=f"smtp://pirwa:{canaries.new('mail server')}@127.0.0.1:9",
            mail_from="pirwa@example.org",
            public_url="https://stock.example.org",
            registration=True,
        )
        logging.getLogger().addHandler(notes)
        level = logging.getLogger().level
        logging.getLogger().setLevel(logging.DEBUG)
        try:
            async with _opened(settings, log) as (app, database, door):
                yield House(app, settings, database, door, redis, canaries, log, notes, carrier)
        finally:
            logging.getLogger().setLevel(level)
            logging.getLogger().removeHandler(notes)


@asynccontextmanager
async def _opened(settings: Settings, log: list[bytes]) -> AsyncIterator[tuple[Litestar, Database, FrontDoor]]:
    database = Database(str(settings.database_url), size=4)
    await database.open()
    time = Time()
    app = create_app(settings, time, WithPlugins(load_plugins([CARRIER], "0.1.0")), write_log=log.append)
    async with app.lifespan():
        yield app, database, FrontDoor(app, await open_shop(database), settings, time)
    await database.close()


async def make_and_use_them_all(house: House) -> None:
    """Every sort of secret that there is, by the ways by which people and programs come to it."""
    admin = await sign_in_and_change_the_password(house)
    await prove_by_an_app(house, admin)
    await let_programs_in(house, admin)
    await give_what_others_gave(house, admin)
    await be_reached_by_links(house, admin)
    await be_sent_codes(house, admin)
    await be_refused(house, admin)


async def sign_in_and_change_the_password(house: House) -> Client:
    canaries, door = house.canaries, house.door
    person = await door.person("admin", email="admin@example.org")
    stranger = house.client(door.stranger())
    wrong = {"login": person.login, "password": canaries.new("wrong password")}
    assert (await stranger.post("/auth/login", json=wrong)).status_code == 401
    first = (await door.try_password(person)).raise_for_status().json()
    changing = house.client(door.stranger(authorization=f"Bearer {first['access_token']}"))
    password = canaries.new("password")
    changed = {"current_password": PASSWORD, "new_password": password}
    assert (await changing.send_json("/auth/password", changed)).is_success
    answer = await stranger.post("/auth/login", json={"login": person.login, "password": password})
    session = answer.raise_for_status().json()
    cookie = await stranger.post("/auth/login", json={"login": person.login, "password": password, "cookie": True})
    for name, value in cookie.cookies.items():
        canaries.add(f"cookie {name}", value)
    renewed = await stranger.post(
        "/auth/refresh", json={"refresh_token": canaries.add("refresh token", session["refresh_token"])}
    )
    renewed.raise_for_status()
    canaries.add("refresh token, the next", renewed.json()["refresh_token"])
    token = canaries.add("access token", renewed.json()["access_token"])
    return house.client(door.stranger(authorization=f"Bearer {token}"))


async def prove_by_an_app(house: House, admin: Client) -> None:
    canaries = house.canaries
    enrolment = await admin.post_ok("/auth/mfa/totp", None)
    canaries.add("secret of one-time codes", enrolment["secret"])
    code = pyotp.TOTP(enrolment["secret"]).at(house.door.time.now())
    confirmed = await admin.post_ok("/auth/mfa/totp/confirm", {"code": code})
    for number, recovery in enumerate(confirmed["recovery_codes"]):
        canaries.add(f"recovery code {number}", recovery)


async def let_programs_in(house: House, admin: Client) -> None:
    canaries = house.canaries
    key = await admin.post_ok("/api-keys", {"name": "Web shop", "scopes": ["stock:read", "product:read"]})
    program = house.client(house.door.stranger(authorization=f"Bearer {canaries.add('API key', key['key'])}"))
    assert (await program.get("/products")).is_success
    assert (await program.get("/users")).status_code == 403
    client = await admin.post_ok("/oauth-clients", {"name": "Web shop", "scopes": ["product:read"]})
    second = await admin.post_ok(f"/oauth-clients/{client['id']}/secrets", None)
    form = {
        "grant_type": "client_credentials",
        "client_id": client["client_id"] if "client_id" in client else client["id"],
    }
    for name, made in (("client secret", client), ("client secret, the second", second)):
        secret = canaries.add(name, made.get("secret") or made["client_secret"])
        answer = await house.client(house.door.stranger()).post("/oauth/token", data={**form, "client_secret": secret})
        canaries.add(f"token by {name}", answer.raise_for_status().json()["access_token"])


async def give_what_others_gave(house: House, admin: Client) -> None:
    """Secrets that belong to systems of others, and those by which we sign to them."""
    canaries = house.canaries
    hook = await admin.post_ok("/webhooks", {"url": "https://example.org/hook", "event_types": ["product_created"]})
    canaries.add("secret of a webhook", hook["secret"])
    rotated = await admin.post_ok(f"/webhooks/{hook['id']}/rotate-secret", None)
    canaries.add("secret of a webhook, the next", rotated["secret"])
    supplier = await admin.post_ok("/suppliers", {"code": "S1", "name": "Supplier", "currency": "USD"})
    ordering = {
        "channel": "http",
        "address": "https://example.org/orders",
        "secret": canaries.add("supplier", signing_secret()),
    }
    given = await admin.put(f"/suppliers/{supplier['id']}/ordering", json=ordering)
    assert given.is_success, given.text
    provider = {"code": "work", "name": "Work", "issuer": "https://id.example.org", "client_id": "pirwa"}
    await admin.post_ok("/identity-providers", {**provider, "client_secret": canaries.new("identity provider")})
    await admin.post_ok("/products", {"sku": "TEA", "name": "Tea"})


def signing_secret() -> str:
    return f"whsec_{base64.b64encode(token_hex(16).encode()).decode()}"


async def be_reached_by_links(house: House, admin: Client) -> None:
    """The tokens of links that are mailed; good ones stay in the database for days."""
    door, email = house.door, f"{token_hex(6)}@example.org"
    await admin.post_ok("/invitations", {"email": email, "role": "viewer"})
    forgetful = await door.person("operator", email=f"{token_hex(6)}@example.org")
    assert (await door.stranger().post("/auth/password/forgot", json={"login": forgetful.login})).is_success
    [[address]] = await door.shop.database.fetch(
        door.shop.scope, "SELECT email FROM app_user WHERE id = %s", (forgetful.id,)
    )
    for what, to in (("invitation", email), ("reset", str(address))):
        for letter in await door.letters_to(to):
            for found in _TOKEN.finditer(letter.text):
                house.canaries.add(f"token of {what}", found[1])


async def be_sent_codes(house: House, admin: Client) -> None:
    """By text message: one that is used, and some that are still good."""
    secret = house.canaries.new("carrier of text messages")
    enabled = {"settings": {"folder": str(house.carrier), "secret": secret}}
    await admin.post_ok(f"/plugins/{CARRIER}/enable", enabled)
    for place in range(CODES):
        person = house.client((await house.door.come_in(await house.door.person("operator"))).client)
        number = new_number()
        assert (await person.post("/me/phone", json={"number": number})).status_code == 202
        [code] = [message.text[:6] for message in Outbox(house.carrier).messages() if message.to == number]
        house.canaries.codes.append(code)
        wrong = f"{(int(code) + 1) % 10**6:06}"
        assert (await person.post("/me/phone/confirm", json={"code": wrong})).status_code >= 400
        if not place:
            assert (await person.post("/me/phone/confirm", json={"code": code})).is_success


async def be_refused(house: House, admin: Client) -> None:
    """Secrets in places where they do not belong, and beside faults: no refusal repeats them."""
    canaries, stranger = house.canaries, house.client(house.door.stranger())
    secret = canaries.new("misplaced")
    for body in (
        {"password": secret},
        {"login": 1, "password": [secret]},
        {"login": "x", "password": secret, "more": secret},
    ):
        assert (await stranger.post("/auth/login", json=body)).status_code >= 400
    for path in (f"/auth/invitations/{secret}", f"/products?token={secret}"):
        assert (await stranger.get(path)).status_code >= 400
    assert (await stranger.post(f"/hooks/http/{secret}", json={})).status_code >= 400
    await stranger.post("/auth/refresh", json={"refresh_token": secret})
    await stranger.post("/auth/password/reset", json={"token": secret, "new_password": "short"})
    await stranger.post("/oauth/token", data={"grant_type": "x", "client_id": "x", "client_secret": secret})
    await stranger.post(
        "/auth/login", content=f'{{"password": "{secret}'.encode(), headers={"content-type": "application/json"}
    )
    credentials: tuple[dict[str, str], ...] = (
        {"authorization": f"Bearer {secret}"},
        {"authorization": f"Basic {secret}"},
        {"cookie": f"__Host-pirwa_session={secret}"},
    )
    for shown in credentials:
        assert (await house.client(house.door.stranger(**shown)).get("/me")).status_code == 401
    misplaced: dict[str, object] = {
        "/api-keys": {"name": secret * 50, "scopes": [secret]},
        "/identity-providers": {"code": "x y", "client_secret": secret},
        "/auth/password": {"current_password": secret, "new_password": secret[:9]},
    }
    for path, content in misplaced.items():
        assert (await admin.send_json(path, content)).status_code >= 400


async def kept_by(house: House) -> dict[str, bytes]:
    """All that is kept or said, by where."""
    auditor = await house.door.come_in(await house.door.person("admin"))
    places = {
        "the database": everything_in(str(house.settings.database_url)),
        "the log": b"".join(house.log) + "\n".join(house.notes.said).encode(),
        "refusals": b"\n".join(house.refusals),
        "the trail": (await auditor.client.get("/audit:export")).content,
        "the feed of events": (await auditor.client.get("/events", params={"limit": "200"})).content,
    }
    places["what Redis got"] = await everything_heard(house.redis)
    return {**places, **files_in(house.settings.data, "file")}


async def backed_up(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """All that `pirwa backup` writes, and what its dump says when it is read."""
    chosen, url = house.settings, str(house.settings.database_url)
    for name, value in {
        "DATA": str(chosen.data),
        "DATABASE_URL": as_url(url),
        "BACKUP_URL": as_url(as_superuser(url)),
        "AUDIT_KEY": str(chosen.audit_key),
        "SECRET_KEYS": str(chosen.secret_keys),
    }.items():
        monkeypatch.setenv(f"PIRWA_{name}", value)
    assert await asyncio.to_thread(main, ("backup", str(folder))) == 0
    read = [str(installed_programs() / "pg_restore"), "--file=-", str(folder / DATABASE)]
    said = await asyncio.to_thread(subprocess.run, read, check=True, capture_output=True)
    assert b"COPY public.phone_code" in said.stdout
    return {**files_in(folder, "backup"), "the dump of a backup": said.stdout}


def files_in(folder: Path, of: str) -> dict[str, bytes]:
    return {f"{of} {file.name}": file.read_bytes() for file in folder.rglob("*") if file.is_file()}


async def everything_heard(server: RedisServer) -> bytes:
    """Every key and value of Redis: the arguments of all tasks stand there."""
    async with Redis(unix_socket_path=str(server.socket)) as redis:
        keys = await redis.keys("*")
        parts = [part for key in keys for part in (key, await redis.dump(key) or b"")]
        heard = [part if isinstance(part, bytes) else part.encode() for part in parts]
    assert heard
    return b"\n".join(heard)


def everything_in(url: str) -> bytes:
    """Every row of every table, past the policies: as a dump and its backup have them."""
    rows = []
    with psycopg.connect(url) as owner:
        for (name,) in owner.execute(_TABLES).fetchall():
            table = sql.Identifier(name)
            owner.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(table))
            rows += [str(row) for (row,) in owner.execute(sql.SQL("SELECT t::text FROM {} t").format(table))]
        owner.rollback()
    return "\n".join(rows).encode()


async def test_no_secret_stands_anywhere_in_the_clear(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reached: Reach
) -> None:
    """Seen to fail when refusals named the path of a request with the token in it, and with the codes of text messages kept
    unsealed. The dump of a backup is compressed, and so it is read before it is searched."""
    await make_and_use_them_all(house)
    places = await kept_by(house)
    assert {"token of invitation", "token of reset"} < house.canaries.known.keys()
    assert len(house.canaries.codes) == CODES
    assert found_in(house, places) == []
    backup = await backed_up(house, tmp_path / "backup", monkeypatch)
    assert found_in(house, backup) == []
    reached(
        "S8",
        f"{len(house.canaries.known) + CODES} secrets looked for in {len(places) + len(backup)} places, as they are, in base64, in hex: 0 found",
    )


def found_in(house: House, places: Mapping[str, bytes]) -> list[str]:
    return [fault for place, content in places.items() for fault in house.canaries.found_in(place, content)]
