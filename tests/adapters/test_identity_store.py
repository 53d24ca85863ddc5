"""Who people are: the store on PostgreSQL and the one in memory answer alike."""

from typing import Protocol
from uuid import UUID

import pytest

from adapters.postgres.engine import Database, Scope
from adapters.postgres.repositories.identity import PostgresIdentities
from core.domain.access import Sites
from core.domain.ids import new_id
from core.ports.identity import Account, CompanyIdentity, Identity, IdentityStore, Membership
from core.testing.fakes.identity import InMemoryIdentities

pytestmark = pytest.mark.anyio


class Setup(Protocol):
    """Puts people and companies into the store under test."""

    @property
    def store(self) -> IdentityStore: ...

    async def company(self, name: str) -> CompanyIdentity: ...
    async def suspend(self, company: CompanyIdentity) -> None: ...
    async def person(self, login: str, *, is_platform_owner: bool = False, loopback_only: bool = False) -> UUID: ...
    async def join(
        self,
        user_id: UUID,
        company: CompanyIdentity,
        role: str,
        sites: Sites = None,
        read_sites: Sites = None,
        permissions: frozenset[str] | None = None,
    ) -> None: ...
    async def leave(self, user_id: UUID) -> None: ...
    async def deactivate(self, user_id: UUID) -> None: ...


def a_code() -> str:
    return f"c{new_id().hex[8:]}"


class MemorySetup:
    def __init__(self) -> None:
        self.store = InMemoryIdentities()

    async def company(self, name: str) -> CompanyIdentity:
        return self.store.add_company(a_code(), name)

    async def suspend(self, company: CompanyIdentity) -> None:
        self.store.suspend_company(company)

    async def person(self, login: str, *, is_platform_owner: bool = False, loopback_only: bool = False) -> UUID:
        return self.store.add_person(
            login, f"hash of {login}", is_platform_owner=is_platform_owner, loopback_only=loopback_only
        )

    async def join(
        self,
        user_id: UUID,
        company: CompanyIdentity,
        role: str,
        sites: Sites = None,
        read_sites: Sites = None,
        permissions: frozenset[str] | None = None,
    ) -> None:
        self.store.add_membership(user_id, company, role, sites, read_sites, permissions)

    async def leave(self, user_id: UUID) -> None:
        self.store.end_memberships(user_id)

    async def deactivate(self, user_id: UUID) -> None:
        self.store.deactivate(user_id)


class PostgresSetup:
    def __init__(self, database: Database) -> None:
        self.store = PostgresIdentities(database)
        self._database = database
        self._joined: list[tuple[CompanyIdentity, UUID]] = []

    async def company(self, name: str) -> CompanyIdentity:
        company = CompanyIdentity(new_id(), a_code(), name)
        await self._run(
            Scope(company.id),
            "INSERT INTO company (id, code, name) VALUES (%s, %s, %s)",
            company.id,
            company.code,
            company.name,
        )
        return company

    async def suspend(self, company: CompanyIdentity) -> None:
        await self._run(Scope(company.id), "UPDATE company SET suspended = true WHERE id = %s", company.id)

    async def person(self, login: str, *, is_platform_owner: bool = False, loopback_only: bool = False) -> UUID:
        user_id = new_id()
        await self._run(
            Scope(),
            "INSERT INTO app_user (id, login, name, password_hash, is_platform_owner, loopback_only)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            user_id,
            login,
            login.title(),
            f"hash of {login}",
            is_platform_owner,
            loopback_only,
        )
        return user_id

    async def join(
        self,
        user_id: UUID,
        company: CompanyIdentity,
        role: str,
        sites: Sites = None,
        read_sites: Sites = None,
        permissions: frozenset[str] | None = None,
    ) -> None:
        own_role = None if permissions is None else await self._role(company, role, permissions)
        await self._run(
            Scope(company.id),
            "INSERT INTO membership (company_id, user_id, role, custom_role_id, write_site_ids, read_site_ids)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            company.id,
            user_id,
            None if own_role else role,
            own_role,
            None if sites is None else list(sites),
            None if read_sites is None else list(read_sites),
        )
        self._joined.append((company, user_id))

    async def _role(self, company: CompanyIdentity, code: str, permissions: frozenset[str]) -> UUID:
        role_id = new_id()
        await self._run(
            Scope(company.id),
            "INSERT INTO role (company_id, id, code, name, permissions) VALUES (%s, %s, %s, %s, %s)",
            company.id,
            role_id,
            code,
            code,
            list(permissions),
        )
        return role_id

    async def leave(self, user_id: UUID) -> None:
        """Every membership of theirs is put out of force."""
        for company, member in self._joined:
            if member == user_id:
                await self._run(Scope(company.id), "UPDATE membership SET active = false WHERE user_id = %s", user_id)

    async def deactivate(self, user_id: UUID) -> None:
        await self._run(Scope(), "UPDATE app_user SET active = false WHERE id = %s", user_id)

    async def _run(self, scope: Scope, statement: str, *parameters: object) -> None:
        await self._database.fetch(scope, statement, parameters)


@pytest.fixture(params=["memory", "postgres"])
def setup(request: pytest.FixtureRequest, database: Database) -> Setup:
    return MemorySetup() if request.param == "memory" else PostgresSetup(database)


@pytest.fixture
def login() -> str:
    return f"someone_{new_id().hex}"


async def test_an_account_is_found_by_its_login(setup: Setup, login: str) -> None:
    user_id = await setup.person(login)
    assert await setup.store.account(login) == Account(user_id, f"hash of {login}")
    assert await setup.store.account(f"{login}x") is None


async def test_an_account_hides_its_hash() -> None:
    assert "secret" not in repr(Account(new_id(), "secret"))


async def test_a_person_is_in_their_companies_and_no_others(setup: Setup, login: str) -> None:
    andina, techcorp, site = await setup.company("Andina"), await setup.company("TechCorp"), new_id()
    seen = new_id()
    user_id, other = await setup.person(login), await setup.person(f"{login}_other")
    await setup.join(user_id, techcorp, "admin")
    await setup.join(other, andina, "admin")
    await setup.join(user_id, andina, "operator", frozenset({site}), frozenset({site, seen}))
    assert await setup.store.identity(user_id) == Identity(
        user_id,
        login,
        login.title(),
        "es-EC",
        (
            Membership(techcorp, "admin", None, None),
            Membership(andina, "operator", frozenset({site}), frozenset({site, seen})),
        ),
    )


async def test_a_suspended_company_is_left_out(setup: Setup, login: str) -> None:
    andina, techcorp = await setup.company("Andina"), await setup.company("TechCorp")
    user_id = await setup.person(login)
    await setup.join(user_id, andina, "admin")
    await setup.join(user_id, techcorp, "admin")
    await setup.suspend(andina)
    identity = await setup.store.identity(user_id)
    assert identity is not None
    assert [one.company for one in identity.memberships] == [techcorp]


async def test_a_role_of_the_companys_own_comes_with_its_permissions(setup: Setup, login: str) -> None:
    """Seen to fail without the policy by which a person sees the roles that they have: the store then gave None."""
    andina, permissions = await setup.company("Andina"), frozenset({"stock:read", "cost:read"})
    user_id = await setup.person(login)
    await setup.join(user_id, andina, "storekeeper", None, None, permissions)
    identity = await setup.store.identity(user_id)
    assert identity is not None
    assert identity.memberships == (Membership(andina, "storekeeper", None, None, permissions),)


async def test_a_membership_that_is_not_in_force_is_left_out(setup: Setup, login: str) -> None:
    user_id = await setup.person(login)
    await setup.join(user_id, await setup.company("Andina"), "admin")
    await setup.leave(user_id)
    identity = await setup.store.identity(user_id)
    assert identity is not None
    assert (identity.memberships, identity.active) == ((), True)


async def test_a_person_without_a_company_is_somebody(setup: Setup, login: str) -> None:
    user_id = await setup.person(login, is_platform_owner=True, loopback_only=True)
    await setup.deactivate(user_id)
    identity = await setup.store.identity(user_id)
    assert identity is not None
    assert (identity.memberships, identity.is_platform_owner, identity.loopback_only, identity.active) == (
        (),
        True,
        True,
        False,
    )


async def test_nobody_has_an_unknown_id(setup: Setup) -> None:
    assert await setup.store.identity(new_id()) is None


async def test_a_company_is_found_by_id_and_by_code(setup: Setup) -> None:
    andina = await setup.company("Andina")
    assert await setup.store.company(str(andina.id)) == andina
    assert await setup.store.company(andina.code) == andina
    assert await setup.store.company("Andina") is None
    assert await setup.store.company(str(new_id())) is None
