"""`ChannelLevels` on PostgreSQL, each call in one round trip."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from adapters.postgres.channel_statements import AIMED_AT, HELD, STOCKED
from adapters.postgres.engine import Database, Row, Scope
from core.domain.channel_level import MOST_TRIES
from core.domain.values import normal
from core.ports.channels import LevelIntent, LinkToRead, PushedLevel, ReadLevel
from core.ports.storefront import Level

FRESH = "interval '5 hours'"
"""How long what was read or pushed is taken for true: with some time to do it in, each level is read within six hours."""

_KEY = "l.company_id = t.company_id AND l.plugin_id = t.plugin_id AND l.external_item = t.external_item AND l.external_location = t.external_location"
# The version is that of the snapshot in which the stock was read: a row that was locked later may have a newer one, for stock that this
# statement does not see. A link made anew under the same name since it was read has a lower version, and stays dirty.
_AIM = f"""
    WITH {HELD},
    aimed AS MATERIALIZED (
        SELECT l.company_id, l.plugin_id, l.external_item, l.external_location, l.want_version, {AIMED_AT} AS target
        FROM held JOIN channel_link l ON l.company_id = held.company_id AND l.plugin_id = held.plugin_id {STOCKED}
        WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s
          AND l.want_version > l.pushed_version AND l.attention IS NULL AND NOT l.unsure
        ORDER BY l.tried_at LIMIT %(limit)s
    ),
    locked AS MATERIALIZED (
        SELECT l.company_id, l.plugin_id, l.external_item, l.external_location, t.want_version, t.target
        FROM channel_link l JOIN aimed t ON {_KEY}
        ORDER BY l.external_item, l.external_location FOR NO KEY UPDATE OF l
    )
    UPDATE channel_link l SET flight_key = coalesce(l.flight_key, gen_random_uuid()), flight_tries = l.flight_tries + 1,
        flight_version = coalesce(l.flight_version, t.want_version), flight_quantity = coalesce(l.flight_quantity, t.target),
        flight_seen = CASE WHEN l.flight_key IS NULL THEN l.last_seen + l.expected ELSE l.flight_seen END, accepted = NULL
    FROM locked t WHERE {_KEY}
    RETURNING l.external_item, l.external_location, l.flight_quantity, l.flight_seen, l.flight_key, l.flight_tries,
        l.flight_seen IS DISTINCT FROM l.last_seen
"""
# What somebody has said in the meantime to have changed is still to be read. So is what was tried again: the answer to a repeated key is
# that of the first try, and says nothing of what is shown now. What was not sent, because it was last seen to be shown, is read when it
# was to be read: nothing was learned of it.
_READ_NEXT = f"""
    CASE WHEN l.read_at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp() + interval '1 minute' THEN l.read_at
         ELSE clock_timestamp() + {FRESH} END
"""
_PUSHED = f"""
    WITH {HELD},
    told AS (SELECT * FROM unnest(%(items)s::text[], %(locations)s::text[], %(keys)s::uuid[], %(ends)s::text[], %(errors)s::text[])
                AS e(external_item, external_location, key, ended, error)),
    t AS MATERIALIZED (
        SELECT l.company_id, l.plugin_id, l.external_item, l.external_location, e.ended, e.error
        FROM held JOIN channel_link l ON l.company_id = held.company_id AND l.plugin_id = held.plugin_id
        JOIN told e ON e.external_item = l.external_item AND e.external_location = l.external_location AND e.key = l.flight_key
        WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s
        ORDER BY l.external_item, l.external_location FOR NO KEY UPDATE OF l
    )
    UPDATE channel_link l SET flight_key = NULL, flight_version = NULL, flight_quantity = NULL, flight_seen = NULL, flight_tries = 0,
        pushed_version = CASE WHEN t.ended = 'moved' THEN l.pushed_version ELSE least(l.flight_version, l.want_version) END,
        last_pushed = CASE WHEN t.ended IN ('done', 'spared') THEN l.flight_quantity ELSE l.last_pushed END,
        last_seen = CASE t.ended WHEN 'done' THEN l.flight_quantity ELSE l.last_seen END,
        expected = CASE t.ended WHEN 'done' THEN coalesce(l.expected - (l.flight_seen - l.last_seen), 0) ELSE l.expected END,
        read_at = CASE WHEN t.ended = 'moved' OR (t.ended = 'done' AND l.flight_tries > 1) THEN '-infinity'
                       WHEN t.ended = 'done' THEN {_READ_NEXT} ELSE l.read_at END,
        unsure = t.ended = 'moved',
        tries = CASE t.ended WHEN 'moved' THEN l.tries + 1 ELSE l.tries END,
        attention = CASE WHEN t.ended = 'moved' AND l.tries + 1 >= {MOST_TRIES} THEN 'contested' END,
        last_error = t.error, tried_at = clock_timestamp()
    FROM t WHERE {_KEY}
"""
# What was sent and may have arrived after all is remembered as sent, so that it is no drift when it is seen.
_FAILED = f"""
    WITH {HELD},
    told AS (SELECT * FROM unnest(%(items)s::text[], %(locations)s::text[], %(keys)s::uuid[]) AS e(external_item, external_location, key)),
    t AS MATERIALIZED (
        SELECT l.company_id, l.plugin_id, l.external_item, l.external_location
        FROM held JOIN channel_link l ON l.company_id = held.company_id AND l.plugin_id = held.plugin_id
        JOIN told e ON e.external_item = l.external_item AND e.external_location = l.external_location AND e.key = l.flight_key
        WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s
        ORDER BY l.external_item, l.external_location FOR NO KEY UPDATE OF l
    )
    UPDATE channel_link l SET tried_at = clock_timestamp(), last_error = %(error)s, last_pushed = l.flight_quantity,
        unsure = %(open)s AND l.flight_tries >= 2,
        read_at = CASE WHEN %(open)s AND l.flight_tries >= 2 THEN '-infinity' ELSE l.read_at END,
        flight_key = CASE WHEN %(open)s THEN l.flight_key END, flight_version = CASE WHEN %(open)s THEN l.flight_version END,
        flight_quantity = CASE WHEN %(open)s THEN l.flight_quantity END, flight_seen = CASE WHEN %(open)s THEN l.flight_seen END,
        flight_tries = CASE WHEN %(open)s THEN l.flight_tries ELSE 0 END
    FROM t WHERE {_KEY}
"""
_TO_READ = f"""
    SELECT l.external_item, l.external_location, l.read_at::text, {AIMED_AT}, l.last_seen, l.expected, l.flight_quantity, l.last_pushed,
           l.accepted, l.want_version > l.pushed_version
    FROM channel_link l {STOCKED}
    WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND (l.flight_key IS NULL OR l.unsure) AND l.external_item IN (
        SELECT d.external_item FROM channel_link d WHERE d.company_id = %(company)s AND d.plugin_id = %(plugin)s
           AND d.read_at <= statement_timestamp() AND (d.flight_key IS NULL OR d.unsure) ORDER BY d.read_at LIMIT %(limit)s)
"""
_READ = f"""
    WITH {HELD},
    told AS (SELECT * FROM unnest(%(items)s::text[], %(locations)s::text[], %(asked)s::text[], %(shown)s::numeric[], %(findings)s::text[],
                                  %(expected)s::numeric[], %(pushes)s::boolean[])
                AS e(external_item, external_location, asked, shown, finding, expected, push)),
    t AS MATERIALIZED (
        SELECT l.company_id, l.plugin_id, l.external_item, l.external_location, l.product_id, l.site_id, l.last_seen AS before,
               l.attention AS waits, e.asked, e.shown, e.finding, e.expected, e.push, held.on_drift
        FROM held JOIN channel_link l ON l.company_id = held.company_id AND l.plugin_id = held.plugin_id
        JOIN told e ON e.external_item = l.external_item AND e.external_location = l.external_location
        WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND (l.flight_key IS NULL OR l.unsure)
        ORDER BY l.external_item, l.external_location FOR NO KEY UPDATE OF l
    ),
    counted AS (
        UPDATE channel c SET levels_read = c.levels_read + n.levels, drifts = c.drifts + n.drifts,
               drifted_at = CASE WHEN n.drifts > 0 THEN clock_timestamp() ELSE c.drifted_at END
        FROM (SELECT count(*) AS levels, count(*) FILTER (WHERE finding = 'drift' AND waits IS NULL) AS drifts FROM t) n
        WHERE c.company_id = %(company)s AND c.plugin_id = %(plugin)s AND n.levels > 0
    ),
    told_of AS (
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT t.company_id, 'storefront_drifted', 'product', t.product_id, json_build_object('plugin', t.plugin_id, 'item', t.external_item,
            'location', t.external_location, 'product', t.product_id, 'site', t.site_id, 'last_seen', trim_scale(t.before)::text,
            'shown', trim_scale(t.shown)::text, 'review', t.on_drift = 'review')
        FROM t WHERE t.finding = 'drift' AND t.waits IS NULL
    )
    UPDATE channel_link l SET last_seen = t.shown, expected = l.expected - t.expected,
        pushed_version = CASE WHEN t.finding = 'arrived' AND l.flight_key IS NOT NULL THEN least(l.flight_version, l.want_version) ELSE l.pushed_version END,
        want_version = CASE WHEN t.push THEN l.want_version + 1 ELSE l.want_version END,
        flight_key = NULL, flight_version = NULL, flight_quantity = NULL, flight_seen = NULL, flight_tries = 0,
        unsure = false, read_at = CASE WHEN l.read_at::text = t.asked THEN clock_timestamp() + {FRESH} ELSE l.read_at END,
        last_error = CASE WHEN t.finding = 'arrived' THEN NULL ELSE l.last_error END,
        tries = CASE t.finding WHEN 'drift' THEN l.tries + 1 WHEN 'same' THEN 0 WHEN 'expected' THEN 0 ELSE l.tries END,
        attention = CASE WHEN l.attention IS NOT NULL THEN l.attention
                         WHEN t.finding = 'drift' AND t.on_drift = 'review' THEN 'drift'
                         WHEN t.finding = 'drift' AND l.tries + 1 >= {MOST_TRIES} THEN 'contested' END
    FROM t WHERE {_KEY}
"""


class PostgresChannelLevels:
    """`ChannelLevels`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def aim(self, company_id: UUID, plugin_id: str, token: UUID, limit: int) -> Sequence[LevelIntent]:
        rows = await self._ask(_AIM, company_id, plugin_id, {"token": token, "limit": limit})
        return [_intent(*row) for row in rows]

    async def record_pushed(self, company_id: UUID, plugin_id: str, token: UUID, pushed: Sequence[PushedLevel]) -> None:
        told = _named([one.intent for one in pushed])
        ends = {"ends": [one.end.value for one in pushed], "errors": [one.error for one in pushed]}
        await self._ask(_PUSHED, company_id, plugin_id, {"token": token, **told, **ends})

    async def record_failed(
        self,
        company_id: UUID,
        plugin_id: str,
        token: UUID,
        intents: Sequence[LevelIntent],
        error: str,
        *,
        is_open: bool,
    ) -> None:
        named = {"token": token, **_named(intents), "error": error, "open": is_open}
        await self._ask(_FAILED, company_id, plugin_id, named)

    async def to_read(self, company_id: UUID, plugin_id: str, limit: int) -> Sequence[LinkToRead]:
        rows = await self._ask(_TO_READ, company_id, plugin_id, {"limit": limit})
        return [LinkToRead(*row) for row in rows]

    async def record_read(self, company_id: UUID, plugin_id: str, token: UUID, levels: Sequence[ReadLevel]) -> None:
        named = {
            "token": token,
            "items": [one.link.item for one in levels],
            "locations": [one.link.location for one in levels],
            "asked": [one.link.asked_at for one in levels],
            "expected": [one.link.expected for one in levels],
            "shown": [one.shown for one in levels],
            "findings": [one.finding.value for one in levels],
            "pushes": [one.push for one in levels],
        }
        await self._ask(_READ, company_id, plugin_id, named)

    async def _ask(
        self, statement: str, company_id: UUID, plugin_id: str, parameters: Mapping[str, object]
    ) -> list[Row]:
        names = {"company": company_id, "plugin": plugin_id, **parameters}
        return await self._database.fetch(Scope(company_id), statement, names)


def _intent(
    item: str, location: str, quantity: Decimal, seen: Decimal | None, key: UUID, tries: int, foreseen: bool
) -> LevelIntent:
    shown = None if seen is None else normal(seen)
    return LevelIntent(Level(item, location, normal(quantity), shown, str(key)), tries, foreseen)


def _named(intents: Sequence[LevelIntent]) -> dict[str, object]:
    levels = [one.level for one in intents]
    return {
        "items": [level.item for level in levels],
        "locations": [level.location for level in levels],
        "keys": [level.key for level in levels],
    }
