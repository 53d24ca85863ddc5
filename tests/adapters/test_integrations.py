"""API keys and OAuth 2 clients below HTTP: who may make them, and what leads from a key to its company."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from adapters.postgres.engine import Database, Scope
from core.commands.api_keys import change_api_key, create_api_key, revoke_api_key
from core.commands.integrations import ChangeIntegration, NewIntegration
from core.commands.oauth_clients import add_client_secret, create_oauth_client, revoke_client_secret
from core.domain.access import PRESETS, RECENTLY, Actor
from core.domain.errors import Forbidden
from core.domain.ids import new_id
from core.domain.integration_secret import Environment, read_api_key
from core.ports.clock import SystemClock
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

_LAY = "INSERT INTO api_key_address (public_id, company_id, key_id) VALUES (%s, %s, %s)"


async def key_of(shop: Shop) -> str:
    """The text of a new key in this company."""
    now = SystemClock().now()
    await shop.fetch(
        "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'admin')", shop.company_id, shop.user_id
    )
    admin = Actor(shop.user_id, shop.company_id, PRESETS["admin"], authenticated_at=now)
    wanted = NewIntegration(name="Web shop", scopes=["stock:read"])
    return (await shop.run(create_api_key, admin, (wanted, Environment.LIVE, now))).result.text


async def test_the_commands_themselves_want_a_person_who_proved_who_they_are(shop: Shop) -> None:
    """Whatever a route lets through. Seen to fail without either question."""
    now = SystemClock().now()
    wanted, rights = NewIntegration(name="Web shop", scopes=["stock:read"]), PRESETS["admin"]
    stale = Actor(shop.user_id, shop.company_id, rights, authenticated_at=now - RECENTLY - timedelta(seconds=1))
    program = Actor(shop.user_id, shop.company_id, rights, authenticated_at=now, agent="api_key:x")
    attempts: list[tuple[Any, Any]] = [
        (create_api_key, (wanted, Environment.LIVE, now)),
        (change_api_key, (new_id(), ChangeIntegration(name="Other"), None, now)),
        (revoke_api_key, (new_id(), None, now)),
        (create_oauth_client, (wanted, now)),
        (add_client_secret, (new_id(), now)),
        (revoke_client_secret, (new_id(), 1, now)),
    ]
    for actor, code in ((stale, "reauthentication_required"), (program, "for_people_only")):
        for use_case, command in attempts:
            with pytest.raises(Forbidden) as refused:
                await shop.run(use_case, actor, command)
            assert refused.value.code == code


async def test_the_address_of_a_key_is_all_that_shows_outside_its_company(database: Database, shop: Shop) -> None:
    text = await key_of(shop)
    key, ((own_id,),) = read_api_key(text), await shop.fetch("SELECT id FROM api_key")
    assert key is not None
    assert key.environment is Environment.LIVE
    columns = await database.fetch(
        Scope(), "SELECT to_jsonb(a) FROM api_key_address a WHERE a.public_id = %s", (key.public_id,)
    )
    address = {"public_id": key.public_id, "company_id": str(shop.company_id), "key_id": str(own_id)}
    assert columns == [(address,)]
    for scope in (Scope(), (await open_shop(database)).scope):
        assert await database.fetch(scope, "SELECT 1 FROM api_key WHERE id = %s", (own_id,)) == []


async def test_nobody_lays_or_moves_an_address(database: Database, shop: Shop) -> None:
    """Seen to fail with a policy that let everybody write what everybody may read."""
    await key_of(shop)
    ((own_id,),) = await shop.fetch("SELECT id FROM api_key")
    elsewhere = (await open_shop(database)).scope
    for scope in (Scope(), elsewhere):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await database.fetch(scope, _LAY, (new_id().hex[:8], shop.company_id, own_id))
    for statement in ("UPDATE api_key_address SET public_id = 'x'", "DELETE FROM api_key_address"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await shop.fetch(statement)
