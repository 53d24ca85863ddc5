"""What waits for somebody: of each kind the oldest first, at the sites where they may see to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.postgres.engine import Row
from core.domain.access import Actor
from core.domain.dashboard import NeedKind
from core.domain.order_request_access import sees_all_of_sites
from core.queries.dashboard import Actions, Need, Needs

MOST_OF_A_KIND = 5

_READS, _WRITES = "%(sites)s::uuid[]", "%(own)s::uuid[]"


def _at(column: str, sites: str) -> str:
    return f"({sites} IS NULL OR {column} = ANY ({sites}))"


def _waiting(kind: NeedKind, subject: str, columns: str, source: str, order: str) -> str:
    """`columns` are the id, the parts of the title, the site's code, since when, the version, and whether it can be done at once."""
    return f"""
        SELECT * FROM (SELECT '{kind}' AS kind, '{subject}' AS subject, {columns}, count(*) OVER () AS total, row_number() OVER (ORDER BY {order}) AS place
        {source}) {kind} WHERE place <= {MOST_OF_A_KIND}
    """


_REQUEST = """
    FROM order_request r JOIN site s ON s.company_id = r.company_id AND s.id = r.site_id JOIN app_user u ON u.id = r.requested_by
    WHERE r.company_id = %(company)s
"""
_TRANSFER = """
    FROM transfer t JOIN site s ON s.company_id = t.company_id AND s.id = t.source_site_id
    JOIN site d ON d.company_id = t.company_id AND d.id = t.destination_site_id WHERE t.company_id = %(company)s
"""
_BETWEEN = "json_build_object('number', t.number::text, 'source', s.code, 'destination', d.code)"
_ORDER = """
    FROM purchase_order o JOIN site s ON s.company_id = o.company_id AND s.id = o.site_id
    JOIN supplier v ON v.company_id = o.company_id AND v.id = o.supplier_id
"""
_DUE = """
    CROSS JOIN LATERAL (
        SELECT min(coalesce(l.promised_on, l.expected_on)) AS due_on FROM purchase_order_line l
        WHERE l.company_id = o.company_id AND l.order_id = o.id AND l.open > 0) late
"""
_KINDS = (
    _waiting(
        NeedKind.REQUEST_TO_APPROVE,
        "order_request",
        "r.id::text AS id, json_build_object('number', r.number::text, 'person', u.name, 'kind', r.kind) AS title, s.code AS site,"
        " r.created_at AS since, r.version, r.kind = 'customer_order' AND r.requested_by <> %(user)s AS at_once",
        f"{_REQUEST} AND %(request_to_approve)s AND r.state = 'pending' AND {_at('r.site_id', _WRITES)}",
        "r.number",
    ),
    _waiting(
        NeedKind.REQUEST_TO_FULFIL,
        "order_request",
        "r.id::text, json_build_object('number', r.number::text, 'person', u.name), s.code, r.created_at, r.version, false",
        f"{_REQUEST} AND %(request_to_fulfil)s AND r.state = 'approved' AND r.kind = 'customer_order' AND {_at('r.site_id', _WRITES)}",
        "r.number",
    ),
    _waiting(
        NeedKind.TRANSFER_TO_DISPATCH,
        "transfer",
        f"t.id::text, {_BETWEEN}, s.code, t.updated_at, t.version, true",
        f"{_TRANSFER} AND %(transfer_to_dispatch)s AND t.state = 'pending' AND {_at('t.source_site_id', _WRITES)}",
        "t.number",
    ),
    _waiting(
        NeedKind.TRANSFER_TO_RECEIVE,
        "transfer",
        f"t.id::text, {_BETWEEN}, d.code, t.updated_at, t.version, true",
        f"{_TRANSFER} AND %(transfer_to_receive)s AND t.state IN ('in_transit', 'partially_received')"
        f" AND {_at('t.destination_site_id', _WRITES)}",
        "t.number",
    ),
    _waiting(
        NeedKind.ORDER_TO_APPROVE,
        "purchase_order",
        "o.id::text, json_build_object('number', o.number::text, 'supplier', v.name), s.code, o.updated_at, o.version,"
        " o.submitted_by IS DISTINCT FROM %(user)s",
        f"{_ORDER} WHERE o.company_id = %(company)s AND %(order_to_approve)s AND o.state = 'to_approve' AND {_at('o.site_id', _WRITES)}",
        "o.number",
    ),
    _waiting(
        NeedKind.ORDER_LATE,
        "purchase_order",
        "o.id::text, json_build_object('number', o.number::text, 'supplier', v.name, 'due_on', late.due_on::text), s.code,"
        " late.due_on::timestamptz, o.version, false",
        f"{_ORDER} {_DUE} WHERE o.company_id = %(company)s AND %(order_late)s AND o.state = ANY (%(on_order)s::text[])"
        f" AND late.due_on < %(today)s AND {_at('o.site_id', _READS)}",
        "late.due_on, o.number",
    ),
    _waiting(
        NeedKind.PROPOSAL_TO_ACCEPT,
        "proposal",
        "p.id::text, json_strip_nulls(json_build_object('sku', g.sku, 'name', g.name, 'quantity', trim_scale(p.quantity)::text,"
        " 'supplier', v.name, 'source', f.code)), s.code, p.proposed_at, p.version,"
        f" p.source_site_id IS NULL OR (%(starts_transfers)s AND {_at('p.source_site_id', _WRITES)})",
        f"""FROM replenishment_proposal p JOIN site s ON s.company_id = p.company_id AND s.id = p.site_id
            JOIN product g ON g.company_id = p.company_id AND g.id = p.product_id
            LEFT JOIN supplier v ON v.company_id = p.company_id AND v.id = p.supplier_id
            LEFT JOIN site f ON f.company_id = p.company_id AND f.id = p.source_site_id
            WHERE p.company_id = %(company)s AND %(proposal_to_accept)s AND p.state = 'proposed' AND {_at("p.site_id", _WRITES)}""",
        "p.proposed_at, p.id",
    ),
    _waiting(
        NeedKind.COUNT_TO_APPROVE,
        "stock_count",
        "c.id::text, json_build_object('number', c.number::text, 'person', u.name), s.code, c.submitted_at, c.version, false",
        f"""FROM stock_count c JOIN site s ON s.company_id = c.company_id AND s.id = c.site_id LEFT JOIN app_user u ON u.id = c.submitted_by
            WHERE c.company_id = %(company)s AND %(count_to_approve)s AND c.state = 'submitted' AND {_at("c.site_id", _WRITES)}""",
        "c.submitted_at, c.number",
    ),
    _waiting(
        NeedKind.CHANNEL_ORDER_TO_REVIEW,
        "channel_order",
        "o.id::text, json_build_object('number', o.number, 'channel', o.channel, 'buyer', o.buyer), s.code, o.placed_at, o.version, false",
        f"""FROM channel_order o LEFT JOIN site s ON s.company_id = o.company_id AND s.id = o.site_id
            WHERE o.company_id = %(company)s AND %(channel_order_to_review)s AND o.state IN ('short', 'needs_attention')
              AND ({_at("o.site_id", _READS)} OR EXISTS (SELECT FROM channel_order_line v
                   WHERE v.company_id = o.company_id AND v.order_id = o.id AND v.site_id = ANY ({_READS})))""",
        "o.placed_at, o.id",
    ),
    _waiting(
        NeedKind.CHANNEL_ITEMS_TO_REVIEW,
        "channel",
        "c.plugin_id, json_build_object('name', c.name, 'items', i.items::text), NULL, i.since, NULL::integer, false",
        """FROM channel c JOIN plugin_installation n ON n.company_id = c.company_id AND n.plugin_id = c.plugin_id AND n.state <> 'disabled'
           CROSS JOIN LATERAL (SELECT count(*) AS items, min(i.found_at) AS since FROM channel_item i
                WHERE i.company_id = c.company_id AND i.plugin_id = c.plugin_id AND i.state IN ('unmatched', 'ambiguous') AND NOT i.gone) i
           WHERE c.company_id = %(company)s AND %(channel_items_to_review)s AND i.items > 0""",
        "c.plugin_id",
    ),
    _waiting(
        NeedKind.PLUGIN_TROUBLE,
        "plugin",
        "n.plugin_id, json_build_object('name', n.plugin_id, 'problem', coalesce(n.problem, h.reason, h.check_problem, '')), NULL,"
        " coalesce(h.resting_since, h.checked_at), NULL::integer, %(checks_plugins)s",
        """FROM plugin_installation n LEFT JOIN plugin_health h ON h.company_id = n.company_id AND h.plugin_id = n.plugin_id
           WHERE n.company_id = %(company)s AND %(plugin_trouble)s AND (n.state = 'paused' OR (n.state = 'enabled' AND h.resting_since IS NOT NULL))""",
        "n.plugin_id",
    ),
)
_TRANSFERS_OPEN = f"""
    SELECT count(*) FROM transfer t WHERE t.company_id = %(company)s AND %(sees_transfers)s
       AND t.state IN ('pending', 'in_transit', 'partially_received')
       AND ({_at("t.source_site_id", _READS)} OR {_at("t.destination_site_id", _READS)})
"""
_REQUESTS_PENDING = f"""
    SELECT count(*) FROM order_request r WHERE r.company_id = %(company)s AND r.state = 'pending'
       AND ((%(sees_requests)s AND {_at("r.site_id", _READS)}) OR r.requested_by = %(user)s)
"""
NEEDS = f"""
    SELECT (SELECT coalesce(json_agg(json_build_array(w.kind, w.subject, w.id, w.title, w.site, w.since, w.version, w.at_once, w.total)
                            ORDER BY w.since, w.kind, w.place), '[]') FROM ({" UNION ALL ".join(_KINDS)}) w),
           ({_TRANSFERS_OPEN}), ({_REQUESTS_PENDING}),
           (SELECT count(*) FROM job j WHERE j.company_id = %(company)s AND j.user_id = %(user)s AND j.state IN ('waiting', 'running'))
"""

PERMISSIONS: Mapping[NeedKind, str] = {
    NeedKind.REQUEST_TO_APPROVE: "request:approve",
    NeedKind.REQUEST_TO_FULFIL: "request:fulfil",
    NeedKind.TRANSFER_TO_DISPATCH: "transfer:confirm",
    NeedKind.TRANSFER_TO_RECEIVE: "transfer:confirm",
    NeedKind.ORDER_TO_APPROVE: "purchase:approve",
    NeedKind.ORDER_LATE: "purchase:read",
    NeedKind.PROPOSAL_TO_ACCEPT: "purchase:write",
    NeedKind.COUNT_TO_APPROVE: "count:approve",
    NeedKind.CHANNEL_ORDER_TO_REVIEW: "channel_order:read",
    NeedKind.CHANNEL_ITEMS_TO_REVIEW: "plugin:read",
    NeedKind.PLUGIN_TROUBLE: "plugin:read",
}


def rights(actor: Actor) -> dict[str, Any]:
    """What the actor may see and see to."""
    return {
        **{kind.value: actor.may(permission) for kind, permission in PERMISSIONS.items()},
        "checks_plugins": actor.may("plugin:write"),
        "starts_transfers": actor.may("transfer:start"),
        "sees_transfers": actor.may("transfer:read"),
        "sees_requests": sees_all_of_sites(actor),
    }


def needs(row: Row, actions: Actions) -> Needs:
    """A row of `NEEDS`: what waits longest first."""
    counts: dict[NeedKind, int] = {}
    items: list[Need] = []
    for kind_name, subject, id, title, site, since, version, at_once, total in row[0]:
        kind = NeedKind(kind_name)
        counts[kind] = total
        action = actions(kind, id, version) if at_once else None
        items.append(Need(kind, subject, id, title, site, since and datetime.fromisoformat(since), action))
    return Needs(counts, items)
