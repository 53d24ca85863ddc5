"""What companies may be told of their plugins, in one statement each."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.circuit import Rest
from core.ports.plugins import InstallationReport, InstallationState, KeptSecret

_REPORTS = """
    SELECT i.plugin_id, i.state, i.version, i.settings, i.problem, i.removed_at, i.hook_set_at,
           (SELECT json_agg(json_build_object('field', s.field, 'hint', s.hint, 'set_at', s.set_at) ORDER BY s.field)
            FROM plugin_secret s WHERE s.company_id = i.company_id AND s.plugin_id = i.plugin_id),
           h.resting_since, h.retry_at, h.reason, h.checked_at, h.check_problem, c.last_error,
           (SELECT count(*) FROM delivery d
            WHERE d.company_id = i.company_id AND d.state = 'dead' AND split_part(d.subscriber, ':', 1) = i.plugin_id),
           (SELECT count(*) FROM channel_link l
            WHERE l.company_id = i.company_id AND l.plugin_id = i.plugin_id AND l.state = 'clean' AND l.last_error IS NOT NULL)
    FROM plugin_installation i
    LEFT JOIN plugin_health h ON h.company_id = i.company_id AND h.plugin_id = i.plugin_id
    LEFT JOIN channel c ON c.company_id = i.company_id AND c.plugin_id = i.plugin_id
    WHERE i.company_id = %(company)s AND (%(plugin)s::text IS NULL OR i.plugin_id = %(plugin)s) ORDER BY i.plugin_id
"""


async def reports(database: Database, company_id: UUID, plugin_id: str | None = None) -> Sequence[InstallationReport]:
    """Of all plugins that the company has ever set up, or of one."""
    rows = await database.fetch(Scope(company_id), _REPORTS, {"company": company_id, "plugin": plugin_id})
    return [_report(row) for row in rows]


def rest_of(since: object, retry_at: object, reason: object) -> Rest | None:
    """The rest in three columns of `plugin_health`."""
    return (
        msgspec.convert({"since": since, "retry_at": retry_at, "reason": reason}, Rest) if since is not None else None
    )


def _report(row: Row) -> InstallationReport:
    plugin, state, version, settings, problem, removed_at, hook_set_at, secrets, since, retry_at, reason, *fares = row
    return InstallationReport(
        plugin,
        InstallationState(state),
        version,
        settings,
        msgspec.convert(secrets or [], list[KeptSecret]),
        problem,
        rest_of(since, retry_at, reason),
        removed_at,
        hook_set_at,
        *fares,
    )
