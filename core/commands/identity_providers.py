"""The servers that vouch for people of a company. Whoever names one lets it say who is who here."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from msgspec import UNSET

from core.commands.changes import Saved, given, require_version
from core.commands.identity_provider_fields import LONGEST_NAME, ChangeIdentityProvider, CreateIdentityProvider
from core.commands.roles import find_role
from core.domain.access import ADMIN, PRESET_ROLES, Actor
from core.domain.errors import Fault, NotFound, refuse_if
from core.domain.ids import new_id
from core.domain.roles import rank_of, require_rights
from core.domain.single_sign_on import IdentityProvider, provider_faults
from core.domain.text import text_fault, tidy
from core.ports.attempts import Allowance, Attempts
from core.ports.clock import Clock
from core.ports.sealing import Sealing
from core.ports.single_sign_on import OpenId, ProviderClient, ProviderReport
from core.ports.storage import Run, UnitOfWork

CHECKS = 30  # in a quarter of an hour, for a company
HINT = 4  # last characters of a secret that are shown
SHORTEST_HINTED = 16  # characters of a secret of which some may be shown


class IdentityProviderDesk:
    """Names, changes and looks at providers. People alone do it, with a recent proof, and none gives a role above their own."""

    def __init__(
        self, run: Run, openid: OpenId, sealing: Sealing, attempts: Attempts, clock: Clock, *, on_loopback: bool
    ) -> None:
        self._run = run
        self._openid = openid
        self._sealing = sealing
        self._attempts = attempts
        self._clock = clock
        self._on_loopback = on_loopback

    async def create(self, actor: Actor, command: CreateIdentityProvider) -> Saved:
        """Raises `Invalid` with every fault, `Conflict` for a code that is taken, and `Forbidden`."""
        self._require_person(actor)
        return (await self._run(self._create, actor, command)).result

    async def change(
        self, actor: Actor, provider_id: UUID, command: ChangeIdentityProvider, version: int | None
    ) -> Saved:
        """Raises `NotFound`, `StaleVersion`, and as `create` does."""
        self._require_person(actor)
        return (await self._run(self._change, actor, (provider_id, given(command), version))).result

    async def remove(self, actor: Actor, provider_id: UUID, version: int | None) -> None:
        """Nobody signs in by it any more; its links stay. Raises `NotFound` and `StaleVersion`."""
        self._require_person(actor)
        await self._run(_remove, actor, (provider_id, version))

    async def check(self, actor: Actor, provider_id: UUID) -> ProviderReport:
        """Asks the provider what it publishes, and finds all that is wrong with it. Raises `NotFound`, `TooManyAttempts`."""
        actor.require("identity_provider:write")
        await self._attempts.admit([Allowance(f"identity provider check {actor.company}", CHECKS)])
        provider = (await self._run(_opened, actor, (provider_id, None))).result
        return await self._openid.report(client_of(provider, actor.company, self._sealing))

    def _require_person(self, actor: Actor) -> None:
        actor.require("identity_provider:write")
        actor.require_recent(self._clock.now())

    async def _create(self, uow: UnitOfWork, actor: Actor, command: CreateIdentityProvider) -> Saved:
        await uow.people.close_ranks()
        fields = {name: getattr(command, name) for name in command.__struct_fields__}
        provider = await self._placed(uow, actor, _blank(new_id()), fields)
        await uow.identity_providers.add(provider)
        await uow.events.append("identity_provider_created", "identity_provider", provider.id, _told(provider))
        return Saved(provider.id, provider.version)

    async def _change(
        self, uow: UnitOfWork, actor: Actor, command: tuple[UUID, Mapping[str, Any], int | None]
    ) -> Saved:
        provider_id, changes, version = command
        await uow.people.close_ranks()
        provider = await _opened(uow, actor, (provider_id, version))
        after = await self._placed(uow, actor, provider, changes)
        new_version = await uow.identity_providers.change(after)
        facts = {**_told(after), "changed": sorted(changes)}
        await uow.events.append("identity_provider_changed", "identity_provider", provider_id, facts)
        return Saved(provider_id, new_version)

    async def _placed(
        self, uow: UnitOfWork, actor: Actor, provider: IdentityProvider, wish: Mapping[str, Any]
    ) -> IdentityProvider:
        """The provider as it is wished for. Raises `Invalid` with every fault. Its default role must be the actor's to give
        whatever changes: who says where it stands says who gets it."""
        found: dict[str, Any] = {
            name: wish[name] for name in ("code", "issuer", "client_id", "enabled") if name in wish
        }
        found |= {name: tuple(dict.fromkeys(wish[name])) for name in ("scopes", "algorithms") if name in wish}
        if "name" in wish:
            found["name"] = tidy(wish["name"])
        if "domains" in wish:
            found["domains"] = tuple(dict.fromkeys(domain.strip().lower() for domain in wish["domains"]))
        faults = [*await _find_defaults(uow, wish, found), *_secret_faults(provider, wish)]
        after = replace(provider, **found, **self._secret(actor, provider, wish))
        faults += [fault for fault in [text_fault("/name", after.name, LONGEST_NAME)] if fault]
        faults += provider_faults(after.code, after.issuer, after.scopes, after.domains, on_loopback=self._on_loopback)
        refuse_if(faults)
        if after.default_role:
            require_rights(actor, after.default_role.permissions, after.default_sites, after.default_sites)
        return after

    def _secret(self, actor: Actor, provider: IdentityProvider, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        secret = wish.get("client_secret", UNSET)
        if secret is UNSET:
            return {}
        if secret is None:
            return {"secret": None, "secret_hint": None, "secret_set_at": None}
        sealed = self._sealing.seal(secret.encode(), _place(provider.id, actor.company))
        hint = secret[-HINT:] if len(secret) >= SHORTEST_HINTED else None
        return {"secret": sealed, "secret_hint": hint, "secret_set_at": self._clock.now()}


def client_of(provider: IdentityProvider, company_id: UUID, sealing: Sealing) -> ProviderClient:
    """What it takes to ask the provider, its secret opened."""
    sealed = provider.secret
    secret = sealing.open(sealed, _place(provider.id, company_id)).decode() if sealed is not None else None
    return ProviderClient(provider.issuer, provider.client_id, secret, provider.scopes, provider.algorithms)


async def _opened(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> IdentityProvider:
    provider_id, version = command
    provider = await uow.identity_providers.provider(provider_id)
    if provider is None:
        raise NotFound("identity_provider_not_found", "no provider has this id")
    require_version(provider.version, version)
    return provider


async def _remove(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> None:
    provider = await _opened(uow, actor, command)
    await uow.identity_providers.remove(provider.id)
    await uow.events.append("identity_provider_deleted", "identity_provider", provider.id, _told(provider))


async def _find_defaults(uow: UnitOfWork, wish: Mapping[str, Any], found: dict[str, Any]) -> list[Fault]:
    """Finds the role and the sites that are wished for. Returns what is wrong with them."""
    faults: list[Fault] = []
    if "default_role" in wish:
        reference = wish["default_role"]
        role = found["default_role"] = await find_role(uow, reference) if reference is not None else None
        if reference is not None and role is None:
            faults.append(Fault("/default_role", "not_found", "no role has this code"))
        elif role and rank_of(role.permissions) >= PRESET_ROLES[ADMIN].rank:
            faults.append(Fault("/default_role", "too_high", "nobody becomes an administrator without being made one"))
    if "default_sites" in wish:
        references = wish["default_sites"]
        sites = await uow.companies.site_ids(references or [])
        found["default_sites"] = None if references is None else frozenset(sites.values())
        missing = [index for index, reference in enumerate(references or []) if reference not in sites]
        faults += [Fault(f"/default_sites/{index}", "not_found", "no site has this id or code") for index in missing]
    return faults


def _secret_faults(provider: IdentityProvider, wish: Mapping[str, Any]) -> list[Fault]:
    moves = wish.get("issuer", provider.issuer) != provider.issuer
    if moves and provider.secret is not None and "client_secret" not in wish:
        return [Fault("/client_secret", "required", "name the secret anew: it would be sent to another server")]
    return []


def _blank(provider_id: UUID) -> IdentityProvider:
    return IdentityProvider(provider_id, "", "", "", "", None, None, None, (), (), (), None, frozenset(), enabled=True)


def _place(provider_id: UUID, company_id: UUID) -> str:
    return f"identity_provider|client_secret|{provider_id}|{company_id}"


def _told(provider: IdentityProvider) -> Mapping[str, object]:
    """What an event says of a provider."""
    return {
        "code": provider.code,
        "issuer": provider.issuer,
        "domains": provider.domains,
        "default_role": provider.default_role.code if provider.default_role else None,
        "enabled": provider.enabled,
    }
