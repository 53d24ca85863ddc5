"""Webhooks that come several times, in any order, to three processes of the API while two workers read: each has its effect once."""

import asyncio
import json
import os
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.installations import PostgresInstallations
from adapters.secrets.key_ring import key_ring
from core.domain.ids import new_id
from core.ports.clock import SystemClock
from tests.apps.sms import CARRIER
from tests.plugins.installed import HERE
from tests.plugins.sms_folder.src.sms_folder.hooks import SIGNATURE, TIME, signature_of
from tests.proof.house import House, furnished
from tests.proof.http_line import HttpLine, Lost
from tests.proof.profile import amount
from tests.proof.promises import ROOT
from tests.proof.recording import Reach
from tests.proof.set_up import PATIENCE, Part, set_up
from tests.way_out import importable

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B4")]

ADDRESS = "https://stock.example.org"
SECRET = "the secret that the carrier signs with"
PROCESSES = 3
SENDERS = 24
EVENTS = amount(100, 1_000)
SEED = 7
_UNREAD = "SELECT 1 FROM inbox_message WHERE state <> 'done' LIMIT 1"
# Every time that somebody's consent is written, also where it is written again.
_COUNT_EFFECTS = """
    CREATE SCHEMA proof;
    CREATE TABLE proof.effect (number text NOT NULL);
    CREATE FUNCTION proof.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN INSERT INTO proof.effect VALUES (NEW.number); RETURN NEW; END $$;
    CREATE TRIGGER proof BEFORE INSERT ON text_consent FOR EACH ROW EXECUTE FUNCTION proof.note();
"""


@dataclass
class Carrier:
    """Who sends, to any of the processes."""

    house: House
    path: str

    async def send(self, events: Sequence[tuple[str, str]], chance: random.Random) -> None:
        """One after the other, each until it is taken, as carriers do."""
        lines = [HttpLine(server.port, {}, 20) for server in self.house.here.servers]
        for name, number in events:
            facts = [{"kind": "consent", "number": number, "wanted": False}]
            body = {"id": name, "facts": facts, "trouble": ""}
            while not await self._is_taken(chance.choice(lines), body):  # noqa: ASYNC110 - the other side sets no event here
                await asyncio.sleep(1)
        for line in lines:
            line.close()

    async def _is_taken(self, line: HttpLine, body: object) -> bool:
        at = str(int(SystemClock().now().timestamp()))
        signature = signature_of(SECRET, f"{ADDRESS}{self.path}", at, json.dumps(body).encode())
        try:
            answer = await line.ask("POST", self.path, body, **{TIME: at, SIGNATURE: signature})
        except Lost:
            return False
        assert answer.status in (202, 429), answer
        return answer.status == 202


@asynccontextmanager
async def carrier_of(site: Path) -> AsyncIterator[Carrier]:
    """A company whose carrier tells it things, served by three processes, with two workers."""
    path = os.pathsep.join([str(site), str(HERE / CARRIER / "src"), str(ROOT)])
    with tempfile.TemporaryDirectory(prefix="pw", ignore_cleanup_errors=True) as folder:
        async with set_up(
            Path(folder), site, durable=False, PIRWA_PLUGINS=CARRIER, PIRWA_PUBLIC_URL=ADDRESS, PYTHONPATH=path
        ) as here:
            house = await furnished(here)
            here.start_worker()
            other = Part("worker1", ("worker",), here.environment, here.folder)
            other.start()
            try:
                await here.start_servers(PROCESSES)
                yield Carrier(house, f"/api/v1/hooks/{CARRIER}/{await switched_on(house)}")
            finally:
                other.kill()
                await house.shop.database.close()


async def switched_on(house: House) -> str:
    """The carrier's plugin, by its administrator. Returns the token of the address to which it sends."""
    line = HttpLine(house.here.port, {"Authorization": f"Bearer {await house.token()}"}, 20)
    (house.here.folder / "carrier").mkdir()
    settings = {"settings": {"folder": str(house.here.folder / "carrier"), "secret": SECRET}}
    answer = await line.ask("POST", f"/api/v1/plugins/{CARRIER}/enable", settings, Idempotency_Key="on")
    line.close()
    assert answer.status < 300, answer.body
    sealing = key_ring(None, house.here.folder / "data")
    found = await PostgresInstallations(house.shop.database, sealing, SystemClock()).find(
        house.shop.company_id, CARRIER
    )
    assert found
    assert found.hook_token
    return found.hook_token


async def test_a_thousand_events_in_disorder_have_a_thousand_effects(tmp_path: Path, reached: Reach) -> None:
    chance = random.Random(SEED)
    first = 10**7 + new_id().int % 10**7
    numbers = [f"+5939{first + place}" for place in range(EVENTS)]
    sent = [(f"event {place}", number) for place, number in enumerate(numbers) for _ in range(chance.randint(1, 5))]
    chance.shuffle(sent)
    with importable(tmp_path, CARRIER):
        async with carrier_of(tmp_path) as carrier:
            url, shop = carrier.house.here.postgres.url, carrier.house.shop
            with psycopg.connect(url) as owner:
                owner.execute(_COUNT_EFFECTS)
            await asyncio.gather(
                *(carrier.send(sent[place::SENDERS], random.Random(SEED + place)) for place in range(SENDERS))
            )
            async with asyncio.timeout(PATIENCE):
                while await shop.fetch(_UNREAD):  # noqa: ASYNC110 - what other processes do sets no event here
                    await asyncio.sleep(0.2)
            rows = await shop.fetch("SELECT event_id FROM inbox_message")
            with psycopg.connect(url) as owner:
                effects = Counter(number for (number,) in owner.execute("SELECT number FROM proof.effect").fetchall())
    assert sorted(event for (event,) in rows) == sorted({name for name, _ in sent})
    assert effects == dict.fromkeys(numbers, 1)
    reached(
        "B4",
        f"{EVENTS:,} events sent {len(sent):,} times to {PROCESSES} processes of the API: {effects.total():,} effects",
    )
