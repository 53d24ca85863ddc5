"""`WebhookQueue` on PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from adapters.postgres.deliveries import delivery_of
from adapters.postgres.engine import Database, Scope
from adapters.postgres.personal_news import NEWS, PersonalNews, news_of
from adapters.postgres.repositories.webhooks import COLUMNS, LIVE_SECRETS, webhook_of
from core.domain.ids import new_id
from core.ports.clock import Clock
from core.ports.outbox import Delivery, Lease
from core.ports.webhooks import Errand, SealedSecret

_CLAIM = "SELECT * FROM claim_webhook(%(company)s, %(webhook)s, %(limit)s, %(lease)s, %(token)s)"
_OPENED = f"""
    SELECT {COLUMNS}, failures, ARRAY(SELECT s.id {LIVE_SECRETS}), ARRAY(SELECT s.sealed {LIVE_SECRETS})
    FROM webhook WHERE company_id = %(company)s AND id = %(webhook)s
"""


class PostgresWebhookQueue:
    """`WebhookQueue`; where there is nothing to do, in one round trip."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def claim(self, company_id: UUID, webhook_id: UUID, limit: int, lease: timedelta) -> Errand | None:
        token, scope = new_id(), Scope(company_id)
        named = {"company": company_id, "webhook": webhook_id, "limit": limit, "lease": lease, "token": token}
        claimed = await self._database.fetch(scope, _CLAIM, named)
        if not claimed:
            return None
        asked = {"company": company_id, "webhook": webhook_id, "now": self._clock.now()}
        rows = await self._database.fetch(scope, _OPENED, asked)
        if not rows:
            return None  # it has just been deleted
        *columns, failures, ids, sealed = rows[0]
        secrets = tuple(SealedSecret(*secret) for secret in zip(ids, sealed, strict=True))
        webhook, deliveries = webhook_of(tuple(columns)), [delivery_of(row) for row in claimed]
        news = await self._news(scope, webhook.owner, deliveries) if webhook.owner else []
        in_words = {one.delivery.event.id: one for one in news}
        ours = Lease(
            token, [in_words[one.event.id].delivery if one.event.id in in_words else one for one in deliveries]
        )
        about = {event_id: (one.kind, one.site) for event_id, one in in_words.items()}
        return Errand(webhook, secrets, failures, ours, about)

    async def _news(self, scope: Scope, owner: UUID, deliveries: Sequence[Delivery]) -> list[PersonalNews]:
        named = {"company": scope.company_id, "user": owner, "events": [one.event.id for one in deliveries]}
        rows = await self._database.fetch(scope, NEWS, named)
        return news_of(deliveries, rows)
