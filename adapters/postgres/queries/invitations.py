"""`InvitationReader` and `InvitationOffers` on PostgreSQL."""

from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.invitation import InvitationState
from core.ports.clock import Clock
from core.ports.invitations import InvitationOffer
from core.queries.invitations import InvitationView
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

_STATE = """CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.revoked_at IS NOT NULL THEN 'revoked'
                 WHEN i.expires_at > %(now)s THEN 'open' ELSE 'expired' END"""
_VIEWS = f"""
    SELECT i.id, {_STATE} AS state, i.email, i.name, i.locale, i.role_code, i.write_site_ids, i.read_site_ids, i.invited_by,
           i.created_at, i.sent_at, i.expires_at, i.accepted_at, i.accepted_by, i.revoked_at
    FROM invitation i WHERE i.company_id = %(company)s
"""
_ONE = f"{_VIEWS} AND i.id = %(id)s"
_PAGE = f"""
    SELECT * FROM ({_VIEWS}) v
    WHERE (%(state)s::text IS NULL OR v.state = %(state)s) AND (%(before)s::uuid IS NULL OR v.id < %(before)s)
    ORDER BY v.id DESC LIMIT %(limit)s
"""
_OFFER = f"""
    SELECT c.name, i.email, i.name, i.locale, i.role_code, {_STATE}, i.expires_at,
           EXISTS (SELECT FROM app_user u WHERE u.email = i.email AND u.proven_email = u.email)
    FROM invitation i JOIN company c ON c.id = i.company_id AND NOT c.suspended
    WHERE i.company_id = %(company)s AND i.secret_digest = %(digest)s
"""


class PostgresInvitationReader:
    """Reads over the pool."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def invitations(
        self, actor: Actor, state: InvitationState | None, limit: int, cursor: str | None
    ) -> Page[InvitationView]:
        last = decode_cursor(cursor, tuple[UUID])
        wanted = {"state": state.value if state else None, "before": last[0] if last else None, "limit": limit + 1}
        rows = await self._rows(actor.company, _PAGE, **wanted)
        return page_of([_view(row) for row in rows], limit, lambda shown: encode_cursor(shown.id))

    async def invitation(self, actor: Actor, invitation_id: UUID) -> InvitationView:
        rows = await self._rows(actor.company, _ONE, id=invitation_id)
        if not rows:
            raise NotFound("invitation_not_found", "no invitation has this id")
        return _view(rows[0])

    async def offer(self, company_id: UUID, digest: bytes) -> InvitationOffer | None:
        rows = await self._rows(company_id, _OFFER, digest=digest)
        if not rows:
            return None
        company, email, name, locale, role, state, expires_at, has_account = rows[0]
        return InvitationOffer(
            company, email, name, locale, role, InvitationState(state), expires_at, has_account=has_account
        )

    async def _rows(self, company_id: UUID, statement: str, **names: object) -> list[Row]:
        named = {"company": company_id, "now": self._clock.now(), **names}
        return await self._database.fetch(Scope(company_id), statement, named)


def _view(row: Row) -> InvitationView:
    return InvitationView(row[0], InvitationState(row[1]), *row[2:])
