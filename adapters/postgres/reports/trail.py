"""Who changed what."""

from adapters.postgres.reports.common import ASKED
from core.queries.audit import PEOPLE

_OF_PEOPLE = ", ".join(f"'{one}'" for one in PEOPLE)
AUDIT = f"""
    WITH {ASKED}
    SELECT e.at AT TIME ZONE q.zone, coalesce(u.name, u.login, ''), e.action, e.subject_type, e.subject_id, e.origin_address
    FROM q JOIN audit_entry e ON e.company_id = q.company_id AND e.at >= q.since AND e.at < q.until LEFT JOIN app_user u ON u.id = e.actor_id
    WHERE (%(people)s OR e.subject_type NOT IN ({_OF_PEOPLE})) AND (q.sites IS NULL OR e.site_ids IS NULL OR e.site_ids && q.sites)
    ORDER BY e.at, e.id
"""
