"""`IdentityStore` in memory."""

from dataclasses import replace
from uuid import UUID

from core.domain.access import Sites
from core.domain.ids import new_id
from core.ports.identity import Account, CompanyIdentity, Identity, Membership


class InMemoryIdentities:
    """People and companies that a test sets up; `add_…` and `set_…` stand for what administrators do."""

    def __init__(self) -> None:
        self._companies: dict[UUID, CompanyIdentity] = {}
        self._suspended: set[UUID] = set()
        self._people: dict[UUID, Identity] = {}
        self._hashes: dict[UUID, str] = {}

    async def account(self, login: str) -> Account | None:
        person = next((one for one in self._people.values() if one.login == login), None)
        return Account(person.user_id, self._hashes[person.user_id]) if person else None

    async def identity(self, user_id: UUID) -> Identity | None:
        person = self._people.get(user_id)
        if person is None:
            return None
        return replace(
            person, memberships=tuple(one for one in person.memberships if one.company.id not in self._suspended)
        )

    async def company(self, reference: str) -> CompanyIdentity | None:
        return next((one for one in self._companies.values() if one.answers_to(reference)), None)

    def add_company(self, code: str, name: str = "") -> CompanyIdentity:
        company = CompanyIdentity(new_id(), code, name or code.title())
        self._companies[company.id] = company
        return company

    def suspend_company(self, company: CompanyIdentity) -> None:
        self._suspended.add(company.id)

    def add_person(
        self, login: str, password_hash: str, *, is_platform_owner: bool = False, loopback_only: bool = False
    ) -> UUID:
        user_id = new_id()
        self._people[user_id] = Identity(
            user_id, login, login.title(), "es-EC", is_platform_owner=is_platform_owner, loopback_only=loopback_only
        )
        self._hashes[user_id] = password_hash
        return user_id

    def add_membership(
        self,
        user_id: UUID,
        company: CompanyIdentity,
        role: str,
        sites: Sites = None,
        read_sites: Sites = frozenset(),
        permissions: frozenset[str] | None = None,
    ) -> None:
        person = self._people[user_id]
        joined = Membership(company, role, sites, read_sites, permissions)
        self._people[user_id] = replace(person, memberships=(*person.memberships, joined))

    def end_memberships(self, user_id: UUID) -> None:
        self._people[user_id] = replace(self._people[user_id], memberships=())

    def deactivate(self, user_id: UUID) -> None:
        self._people[user_id] = replace(self._people[user_id], active=False)

    def demand_new_password(self, user_id: UUID, *, demanded: bool = True) -> None:
        self._people[user_id] = replace(self._people[user_id], must_change_password=demanded)

    def give_email(self, user_id: UUID, email: str) -> None:
        self._people[user_id] = replace(self._people[user_id], email=email)
