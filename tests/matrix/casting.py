"""Who calls: somebody of every kind, made to last."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from adapters.postgres.signing_keys import PostgresSigningKeys
from adapters.secrets.key_ring import key_ring
from adapters.tokens.access_tokens import SignedAccessTokens
from adapters.tokens.key_set import KeySet
from apps.http.rules import RouteRule
from apps.settings import Settings
from core.domain.access import PERSONAL, PRESETS
from core.domain.integration import SCOPES
from core.ports.clock import SystemClock
from core.ports.sessions import SINGLE_SIGN_ON, SessionState
from tests.matrix.builder import Builder
from tests.matrix.callers import FIRST, Caller, Headers, Program, scopes_at
from tests.matrix.people import Person

LOCAL = ("manager", "operator", "employee", "requester", "viewer", "auditor")
"""The presets whose holders work at UIO."""


class SetBack(SystemClock):
    """A clock that is an hour late."""

    def now(self) -> datetime:
        return super().now() - timedelta(hours=1)


class Casting:
    """Makes the callers."""

    def __init__(self, here: Builder, there: Builder, settings: Settings) -> None:
        self._builder, self._other_builder, self._settings = here, there, settings
        self._here, self._there = here.side, there.side
        self._registry, self._owner = here.registry, here.owner

    async def turned_away(self) -> list[Caller]:
        """Those who get 401 everywhere, and the one who must choose a password first."""
        person, registry = self._builder.person, self._registry
        late, ended = await person("late", "admin", None), await person("ended", "admin", None)
        await registry.end_session(ended)
        suspended = await self._suspended()
        renewing = await registry.person("andina_renewing", self._here.company, must_change=True)
        await registry.join(self._here.company, renewing, "admin", None, None)
        return [
            self._caller("anonymous", turned_away=(401, "token_required")),
            self._caller("expired", headers=_bearer(await self._expired(late)), turned_away=(401, "token_expired")),
            self._caller("ended", person=ended, turned_away=(401, "access_ended")),
            self._caller("suspended", person=suspended, turned_away=(401, "access_ended")),
            self._caller("must_change", renewing, FIRST),
        ]

    async def people(self) -> list[Caller]:
        """People of all presets, some of them more than once, and of another company."""
        admin, presets = self._here.people["admin"], PRESETS
        callers = [await self._member("admin", admin, presets["admin"])]
        stale = await self._builder.person("stale", "admin", None)
        callers.append(await self._member("stale_admin", stale, presets["admin"], recent=False))
        await self._registry.let_proof_grow_old(stale)
        callers.append(await self._vouched_for())
        local = await self._builder.person("local_admin", "admin")
        callers.append(await self._member("local_admin", local, presets["admin"]))
        seeing = await self._builder.person("seeing", "manager", "UIO", None)
        callers.append(await self._member("seeing_manager", seeing, presets["manager"]))
        for preset in LOCAL:
            callers.append(await self._member(preset, await self._builder.person(preset, preset), presets[preset]))
        empty = UUID(self._here.named["empty_role"]["own"])
        callers.append(await self._member("empty_role", await self._builder.person("nobody", empty, None), PERSONAL))
        return [*callers, *await self._owners(), await self._stranger()]

    async def programs(self, rules: list[RouteRule]) -> list[Caller]:
        """Programs of the administrator that act at UIO."""
        exact = {scopes_at(rule, others=False) for rule in rules if rule.permission}
        without = {scopes_at(rule, others=True) for rule in rules if rule.permission}
        sets = sorted(exact | without, key=sorted)
        keys = {scopes: _bearer(await self._api_key(str(number), scopes)) for number, scopes in enumerate(sets)}
        client = await self._oauth_client()
        tokens = {scopes: _bearer(await self._client_token(client, scopes)) for scopes in exact}
        sides: dict[str, Any] = {
            "side": self._here,
            "twin": self._there,
            "recent": False,
            "person": self._here.people["admin"],
        }
        return [
            Program("api_key", **sides, shown=keys),
            Program("oauth_client", **sides, client=client, shown=tokens),
            Program("other_scopes", **sides, shown=keys, others=True),
        ]

    async def _vouched_for(self) -> Caller:
        """An administrator of both companies, for whom the identity provider of ours is all that speaks."""
        person = await self._registry.person("vouched_in_both", self._here.company, method=SINGLE_SIGN_ON)
        for side in (self._here, self._there):
            await self._registry.join(side.company, person, "admin", None, None)
        return await self._member("vouched_for", person, PRESETS["admin"], recent=False)

    async def _owners(self) -> list[Caller]:
        inside = {**_bearer(self._owner.token), "X-Company": self._here.code, "X-Reason": "help"}
        await self._registry.give_belongings(self._owner, "owner")
        return [
            self._caller("owner", self._owner, PRESETS["platform_owner"], outside=True, everywhere=True),
            self._caller("owner_inside", self._owner, PRESETS["admin"], headers=inside, everywhere=True),
        ]

    async def _stranger(self) -> Caller:
        """The administrator of the other company, to whom all of ours is foreign."""
        admin = self._there.people["admin"]
        await self._registry.give_belongings(admin, self._there.mark, self._there.company)
        admin.belongings["own_request"] = await self._other_builder.ask(self._registry.client(admin.token), "UIO")
        return Caller("stranger", self._there, self._here, PRESETS["admin"], _bearer(admin.token), admin)

    async def _member(self, name: str, person: Person, rights: frozenset[str], *, recent: bool = True) -> Caller:
        await self._registry.give_belongings(person, self._here.mark, self._here.company)
        if "request:create" in rights:
            asker = self._registry.client(person.token)
            person.belongings["own_request"] = await self._builder.ask(asker, "UIO")
        return self._caller(name, person, rights, recent=recent)

    def _caller(
        self, name: str, person: Person | None = None, rights: frozenset[str] = frozenset(), **more: Any
    ) -> Caller:
        headers = more.pop("headers", _bearer(person.token) if person else {})
        return Caller(name, self._here, self._there, rights, headers, person, **more)

    async def _suspended(self) -> Person:
        owner = self._registry.client(self._owner.token)
        company = (await owner.post_ok("/companies", {"code": "cerrada", "name": "Cerrada"}))["id"]
        admin = await self._registry.person("cerrada_admin", UUID(company))
        await self._registry.join(UUID(company), admin, "admin", None, None)
        assert (await owner.patch(f"/companies/{company}", json={"suspended": True})).is_success
        return admin

    async def _expired(self, person: Person) -> str:
        clock = SystemClock()
        sealing = key_ring(self._settings.secret_keys, self._settings.data)
        keys = KeySet(PostgresSigningKeys(self._registry.database), sealing, clock, monotonic)
        state: SessionState = await self._registry.session(person.id, self._here.company)
        return (await SignedAccessTokens(keys, SetBack(), self._settings.issuer).issue(state, self._here.company)).text

    async def _api_key(self, name: str, scopes: frozenset[str]) -> str:
        return str((await self._builder.admin.post_ok("/api-keys", self._terms(name, scopes)))["key"])

    async def _oauth_client(self) -> UUID:
        return UUID((await self._builder.admin.post_ok("/oauth-clients", self._terms("every scope", SCOPES)))["id"])

    async def _client_token(self, client: UUID, scopes: frozenset[str]) -> str:
        admin = self._here.people["admin"]
        token = await self._registry.tokens.issue_for_client(admin.id, self._here.company, client, scopes)
        return token.text

    def _terms(self, name: str, scopes: frozenset[str]) -> Mapping[str, object]:
        return {"name": f"{self._here.mark} {name}", "scopes": sorted(scopes), "sites": ["UIO"]}


def _bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}
