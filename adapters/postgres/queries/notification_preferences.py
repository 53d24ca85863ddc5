"""`PreferenceReader` on PostgreSQL."""

from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from adapters.postgres.notification_reach import REACH
from adapters.postgres.personal_turns import hours_of
from core.domain.access import Actor
from core.domain.notification import DEFAULTS, Channel, NotificationKind, Timing, Wish, default_role, kinds_for
from core.domain.notification_reach import Reach
from core.ports.notification_hours import shown_hours
from core.ports.plugins import Plugins
from core.queries.notification_preferences import ChannelView, KindWish, PreferencesView

_PREFERENCES = f"""
    SELECT u.time_zone, c.time_zone, m.role, o.permissions, {REACH},
           ARRAY(SELECT f.channel FROM failing_channel f WHERE f.company_id = c.id AND f.user_id = u.id),
           (SELECT coalesce(json_agg(json_build_array(p.kind, p.channels, p.timing, sites.codes, p.category_ids)), '[]')
            FROM notification_preference p
            LEFT JOIN LATERAL (SELECT coalesce(array_agg(s.code ORDER BY s.code), '{{}}') AS codes FROM site s
                               WHERE s.company_id = p.company_id AND s.id = ANY (p.site_ids)) sites ON p.site_ids IS NOT NULL
            WHERE p.company_id = %(company)s AND p.user_id = %(user)s),
           r.quiet_from, r.quiet_to, r.digest_hour, r.digest_weekday
    FROM app_user u CROSS JOIN company c
    LEFT JOIN membership m ON m.company_id = c.id AND m.user_id = u.id
    LEFT JOIN role o ON o.company_id = m.company_id AND o.id = m.custom_role_id
    LEFT JOIN notification_reader r ON r.company_id = c.id AND r.user_id = u.id
    WHERE u.id = %(user)s AND c.id = %(company)s
"""


class PostgresPreferenceReader:
    """In one statement."""

    def __init__(self, database: Database, plugins: Plugins) -> None:
        self._database, self._carriers = database, sorted(plugins.message_senders())

    async def preferences(self, actor: Actor) -> PreferencesView:
        names = {"company": actor.company, "user": actor.user_id, "carriers": self._carriers}
        [row] = await self._database.fetch(Scope(actor.company), _PREFERENCES, names)
        own_zone, zone, role, permissions, reach, failing, stored, *hours = row
        role = default_role(role, frozenset(permissions or ()))
        own = {NotificationKind(one[0]): one for one in stored}
        kinds = [_wish(kind, own.get(kind), DEFAULTS.wish(role, kind)) for kind in kinds_for(actor.permissions)]
        channels = [_channel(Reach(*reach), channel, channel in failing) for channel in Channel]
        return PreferencesView(kinds, channels, shown_hours(hours_of(*hours)), hours[2] is None, own_zone or zone)


def _channel(reach: Reach, channel: Channel, failing: bool) -> ChannelView:
    obstacle = reach.obstacle(channel)
    return ChannelView(channel, obstacle is None, obstacle, obstacle.advice if obstacle else None, failing)


def _wish(kind: NotificationKind, own: list[Any] | None, usual: Wish) -> KindWish:
    if own is None:
        return KindWish(kind, list(usual.channels), usual.timing, None, None, True)
    _, channels, timing, sites, categories = own
    ids = None if categories is None else [UUID(category) for category in categories]
    return KindWish(kind, [Channel(channel) for channel in channels], Timing(timing), sites, ids, False)
