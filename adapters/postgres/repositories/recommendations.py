"""`RecommendationRepository` on PostgreSQL."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection
from core.domain.access import Actor
from core.domain.policy import Policy, Terms
from core.domain.recommendation import ActionType, Decided, RecommendationKind, RecommendationState
from core.ports.recommendations import Action, Numbers, StoredRecommendation

_LOCKED = """
    SELECT r.id, r.kind, r.product_id, r.site_id, r.state, r.numbers::text, r.action::text, r.version
    FROM recommendation r WHERE r.company_id = %(company)s AND r.id = %(id)s AND r.gone_at IS NULL FOR NO KEY UPDATE
"""
# The command that accepts or dismisses it locks it, its policy first, and says in which state it can be.
_PROPOSAL = """
    SELECT p.product_id, p.site_id, p.source_site_id, p.version FROM replenishment_proposal p
    WHERE p.company_id = %(company)s AND p.id = %(id)s AND p.state <> 'withdrawn'
"""
_DECIDE = """
    UPDATE recommendation SET state = %(state)s, judged = measure, decided_by = %(actor)s, decided_at = %(now)s, updated_at = %(now)s,
        version = version + 1
    WHERE company_id = %(company)s AND id = %(id)s
"""
# Only a member's own. Whoever acts from outside of the company, as its platform's owner, likes nothing.
_LIKED = """
    SELECT l.accepted, l.dismissed, l.as_of FROM membership m
    LEFT JOIN recommendation_liking l ON l.company_id = m.company_id AND l.user_id = m.user_id AND l.kind = %(kind)s
    WHERE m.company_id = %(company)s AND m.user_id = %(actor)s FOR NO KEY UPDATE OF m
"""
_LEARN = """
    INSERT INTO recommendation_liking (company_id, user_id, kind, accepted, dismissed, as_of)
    VALUES (%(company)s, %(actor)s, %(kind)s, %(accepted)s, %(dismissed)s, %(now)s)
    ON CONFLICT (company_id, user_id, kind) DO UPDATE SET accepted = excluded.accepted, dismissed = excluded.dismissed, as_of = excluded.as_of
"""
_SNOOZE = """
    INSERT INTO recommendation_snooze (company_id, user_id, recommendation_id, until)
    VALUES (%(company)s, %(actor)s, %(id)s, %(until)s)
    ON CONFLICT (company_id, user_id, recommendation_id) DO UPDATE SET until = excluded.until
"""
_POLICY = """
    SELECT r.fixed_minimum, r.fixed_target, json_build_object('method', r.method, 'service_level', trim_scale(r.service_level)::text,
        'mode', r.mode, 'spending_limit', trim_scale(r.spending_limit)::text, 'sources', r.sources, 'review_days', r.review_days,
        'cover_days', r.cover_days, 'periods', coalesce((
            SELECT json_agg(json_build_object('valid_from', d.valid_from, 'valid_to', d.valid_to, 'minimum', trim_scale(d.minimum)::text,
                                              'target', trim_scale(d.target)::text, 'service_level', trim_scale(d.service_level)::text)
                            ORDER BY d.valid_from)
            FROM policy_period d WHERE d.company_id = r.company_id AND d.product_id = r.product_id AND d.site_id = r.site_id), '[]'))::text
    FROM reorder_policy r WHERE r.company_id = %(company)s AND r.product_id = %(product)s AND r.site_id = %(site)s FOR NO KEY UPDATE
"""


class PostgresRecommendations:
    """On the connection of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID, now: datetime) -> None:
        self._connection, self._company_id, self._now = connection, company_id, now

    async def locked(self, recommendation_id: UUID) -> StoredRecommendation | None:
        names = {"company": self._company_id, "id": recommendation_id}
        if row := await (await self._connection.execute(_LOCKED, names)).fetchone():
            identity, kind, product, site, state, numbers, action, version = row
            return StoredRecommendation(
                identity,
                RecommendationKind(kind),
                product,
                site,
                RecommendationState(state),
                msgspec.json.decode(numbers, type=Numbers),
                msgspec.json.decode(action, type=Action),
                version,
            )
        if row := await (await self._connection.execute(_PROPOSAL, names)).fetchone():
            product, site, source, version = row
            kind = RecommendationKind.TRANSFER if source else RecommendationKind.RESTOCK
            action = Action(ActionType.ACCEPT_PROPOSAL, site, proposal=recommendation_id, source=source)
            state = RecommendationState.OPEN
            return StoredRecommendation(recommendation_id, kind, product, site, state, Numbers(), action, version)
        return None

    async def decide(self, actor: Actor, found: StoredRecommendation, state: RecommendationState) -> None:
        if found.action.proposal is None:
            names = {"company": self._company_id, "id": found.id, "actor": actor.user_id, "now": self._now}
            await self._connection.execute(_DECIDE, {**names, "state": state.value})

    async def learn(self, actor: Actor, kind: RecommendationKind, *, accepted: bool) -> None:
        names = {"company": self._company_id, "actor": actor.user_id, "kind": kind.value, "now": self._now}
        row = await (await self._connection.execute(_LIKED, names)).fetchone()
        if row is None:
            return
        before = Decided() if row[2] is None else Decided(row[0], row[1]).faded(self._now - row[2])
        after = before + (Decided(accepted=1.0) if accepted else Decided(dismissed=1.0))
        await self._connection.execute(_LEARN, {**names, "accepted": after.accepted, "dismissed": after.dismissed})

    async def snooze(self, actor: Actor, recommendation_id: UUID, until: date) -> None:
        names = {"company": self._company_id, "actor": actor.user_id, "id": recommendation_id, "until": until}
        await self._connection.execute(_SNOOZE, names)

    async def policy(self, product: UUID, site: UUID) -> Policy | None:
        names = {"company": self._company_id, "product": product, "site": site}
        row = await (await self._connection.execute(_POLICY, names)).fetchone()
        return Policy(product, site, row[0], row[1], msgspec.json.decode(row[2], type=Terms)) if row else None
