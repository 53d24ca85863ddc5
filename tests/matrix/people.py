"""Accounts, memberships and sessions of the people of the matrix, made without the detour of signing in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import httpx
from litestar import Litestar

from adapters.postgres.engine import Database, Scope
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.sessions import PostgresSessions
from core.domain.access import Origin
from core.domain.ids import new_id
from core.domain.secret import new_secret
from core.ports.clock import SystemClock
from core.ports.identity import AccessTokens
from core.ports.sessions import NewSession, SessionKind, SessionState
from tests.api import Client

ORIGIN = Origin("127.0.0.1", "matrix", "matrix")
EVERYWHERE: tuple[UUID, ...] | None = None

_ACCOUNT = """
    INSERT INTO app_user (id, login, name, password_hash, email, is_platform_owner, must_change_password)
    VALUES (%(id)s, %(login)s, %(login)s, 'no password', %(email)s, %(owner)s, %(must_change)s)
"""
_MEMBERSHIP = """
    INSERT INTO membership (company_id, user_id, role, custom_role_id, write_site_ids, read_site_ids) VALUES (%s, %s, %s, %s, %s, %s)
"""
_PROVED = "UPDATE session SET authenticated_at = %s WHERE user_id = %s AND id = %s"
_PASSKEY = """
    INSERT INTO passkey (user_id, id, name, credential_id, public_key, sign_count, created_at)
    VALUES (%s, %s, %s, %s, 'none', 0, now())
"""
_NOTIFICATION = """
    WITH told AS (
        INSERT INTO notification (company_id, id, user_id, kind, in_app, created_at)
        SELECT %(company)s, %(id)s, m.user_id, 'new_product', true, now() FROM membership m
        WHERE m.company_id = %(company)s AND m.user_id = %(user)s RETURNING user_id
    ),
    item AS (
        INSERT INTO notification_item (company_id, user_id, event_id, notification_id, subject_type, subject_id, data, created_at)
        SELECT %(company)s, t.user_id, e.id, %(id)s, e.subject_type, e.subject_id, '{}', now()
        FROM told t, (SELECT * FROM outbox_event WHERE company_id = %(company)s ORDER BY occurred_at, id OFFSET %(nth)s LIMIT 1) e
        RETURNING user_id, event_id
    )
    INSERT INTO notification_delivery (company_id, user_id, event_id, channel, timing, state, created_at)
    SELECT %(company)s, i.user_id, i.event_id, 'webhook', 'at_once', 'failed', now() FROM item i
"""
_WEBHOOK = """
    INSERT INTO webhook (company_id, id, url, description, created_by, acts_for, created_at, owner_id, disabled_reason)
    SELECT %(company)s, %(id)s, 'http://127.0.0.1:9/' || %(mark)s, '', m.user_id, m.user_id, now(), m.user_id, NULL
    FROM membership m WHERE m.company_id = %(company)s AND m.user_id = %(user)s
"""
_JOB = """
    INSERT INTO job (company_id, id, user_id, report, format, narrowed, state, problem, created_at, ended_at)
    SELECT %(company)s, %(id)s, m.user_id, 'audit', 'csv', '{}', 'failed', %(mark)s, now(), now() FROM membership m
    WHERE m.company_id = %(company)s AND m.user_id = %(user)s
"""
_SCHEDULE = """
    INSERT INTO report_schedule (company_id, id, owner_id, name, report, format, narrowed, every, hour, language, skip_empty, readers, done,
                                 next_at, created_at)
    SELECT %(company)s, %(id)s, m.user_id, %(mark)s, 'stock_on_hand', 'csv', '{}', 'day', 7, 'es', false, ARRAY[m.user_id], '2026-01-05',
           '2999-01-05', now()
    FROM membership m WHERE m.company_id = %(company)s AND m.user_id = %(user)s
"""
_LINK = "INSERT INTO identity_link (user_id, id, issuer, subject) VALUES (%s, %s, %s, %s)"


@dataclass(frozen=True)
class Person:
    """Somebody with an account and a session in the company. What belongs to them alone goes by the kind of object."""

    id: UUID
    login: str
    state: SessionState
    company: UUID | None
    token: str
    belongings: dict[str, str] = field(default_factory=dict)


@dataclass
class Registry:
    """Makes people, on a database that keeps them."""

    database: Database
    tokens: AccessTokens
    app: Litestar
    url: str

    async def person(
        self,
        login: str,
        company: UUID | None = None,
        *,
        owner: bool = False,
        must_change: bool = False,
        method: str = "pwd",
    ) -> Person:
        """Somebody with an account, who has just signed in to the company."""
        user_id = new_id()
        account = {"id": user_id, "login": login, "email": f"{login}@example.org", "owner": owner}
        await self.database.fetch(Scope(), _ACCOUNT, {**account, "must_change": must_change})
        state = await self.session(user_id, company, method)
        return Person(user_id, login, state, company, await self.token(state, company))

    async def token(self, state: SessionState, company: UUID | None) -> str:
        return (await self.tokens.issue(state, company)).text

    async def join(
        self,
        company: UUID,
        person: Person,
        role: str | UUID,
        write: tuple[UUID, ...] | None,
        read: tuple[UUID, ...] | None,
    ) -> None:
        """Makes the person a member: with a preset or a role of the company's own, at these sites or at all."""
        preset, own = (role, None) if isinstance(role, str) else (None, role)
        sites = [None if reach is None else list(reach) for reach in (write, read)]
        await self.database.fetch(Scope(company), _MEMBERSHIP, (company, person.id, preset, own, *sites))

    async def session(self, user_id: UUID, company: UUID | None, method: str = "pwd") -> SessionState:
        sessions, now = PostgresSessions(self.database), SystemClock().now()
        digest = new_secret(user_id).digest
        new = NewSession(new_id(), user_id, SessionKind.TOKEN, company, (method,), ORIGIN, digest)
        await sessions.begin(new, now)
        state = await sessions.in_force(user_id, new.id, now)
        assert state is not None
        return state

    async def give_belongings(self, person: Person, mark: str, company: UUID | None = None) -> None:
        """A second session, a passkey and an identity at a provider; in the company a webhook, a job, a schedule of a
        report and two notifications that did not reach it."""
        scope, passkey, link = Scope(user_id=person.id), new_id(), new_id()
        await self.database.fetch(scope, _PASSKEY, (person.id, passkey, f"{mark} key", passkey.bytes))
        await self.database.fetch(scope, _LINK, (person.id, link, f"https://{mark}.example", str(link)))
        session = await self.session(person.id, None)
        person.belongings.update(session=str(session.id), passkey=str(passkey), link=str(link))
        if company:
            own = {"company": company, "user": person.id, "id": new_id(), "mark": mark}
            await self.database.fetch(Scope(company), _WEBHOOK, own)
            person.belongings["job"] = str(job := new_id())
            await self.database.fetch(Scope(company), _JOB, {**own, "id": job})
            person.belongings["report_schedule"] = str(schedule := new_id())
            await self.database.fetch(Scope(company), _SCHEDULE, {**own, "id": schedule})
            for nth, notification in enumerate(sorted(str(new_id()) for _ in range(2))):
                person.belongings["notification"] = notification
                names = {"company": company, "user": person.id, "id": notification, "nth": nth}
                await self.database.fetch(Scope(company), _NOTIFICATION, names)

    async def let_proof_grow_old(self, person: Person) -> None:
        """As if they had last proved an hour ago who they are."""
        await self._proved(person, SystemClock().now() - timedelta(hours=1))

    async def prove_again(self, person: Person) -> None:
        """As if they had proved just now who they are."""
        await self._proved(person, SystemClock().now())

    async def _proved(self, person: Person, at: datetime) -> None:
        await self.database.fetch(Scope(user_id=person.id), _PROVED, (at, person.id, person.state.id))

    async def end_session(self, person: Person) -> None:
        await PostgresSessions(self.database).end(person.id, person.state.id, SystemClock().now())

    async def relay(self, company: UUID) -> None:
        """Puts what has happened into the feed of events."""
        dispatch = Database(self.url, role="pirwa_dispatch", size=1)
        await dispatch.open()
        await PostgresOutbox(dispatch).relay(company, [], 1_000)
        await dispatch.close()

    def client(self, token: str, headers: Mapping[str, str] | None = None) -> Client:
        return Client(
            transport=httpx.ASGITransport(cast("Any", self.app)),
            base_url="http://test/api/v1",
            headers={"Authorization": f"Bearer {token}", **(headers or {})},
        )
