"""What stays, and what goes: every table is one or the other, and for what goes there is a statement that deletes it.

Seen to fail with a table whose deletion was taken out.
"""

import re

import psycopg
import pytest
from sqlalchemy import TableClause

from adapters.postgres import tables
from tests.proof.promises import ROOT

pytestmark = pytest.mark.promise("B14")

FOR_GOOD = {
    # the books, and what tells how they came to be
    *(
        "posting",
        "move",
        "lot",
        "cost_layer",
        "revaluation",
        "stock_checkpoint",
        "audit_entry",
        "audit_seal",
        "outbox_event",
    ),
    *("transfer", "transfer_line", "reservation", "order_request_posting", "purchase_receipt", "purchase_receipt_line"),
    *("purchase_order_sending", "purchase_order_sending_attempt", "stock_count_entry", "stock_count_posting"),
    *(
        "channel_order",
        "channel_order_line",
        "channel_order_fact",
        "channel_order_fact_line",
        "channel_order_posting",
        "channel_order_step",
    ),
    *("replenishment_proposal", "invitation", "text_consent"),
}
"""Grows with what the company does, and is meant to."""

AS_MANY_AS = {
    "companies and sites": (
        "company",
        "site",
        "location",
        "company_checkpoint",
        "event_position",
        "interest_count",
        "demand_fit",
    ),
    "numbers that are counted up": ("order_request_number", "purchase_order_number", "stock_count_number"),
    "days on which texts were sent": ("text_message_day",),
    "people": (
        "app_user",
        "membership",
        "role",
        "profile_picture",
        "totp",
        "recovery_code",
        "passkey",
        "identity_link",
        "notification_reader",
        "notification_preference",
        "user_preference",
        "interest",
        "phone_code",
        "password_reset",
        "recommendation_liking",
    ),
    "programs and providers": (
        "api_key",
        "api_key_address",
        "oauth_client",
        "oauth_client_secret",
        "identity_provider",
        "webhook",
        "webhook_secret",
        "blocked_address",
    ),
    "products": ("category", "product", "kit_component", "barcode", "product_image", "attachment"),
    "products at sites": (
        "stock_balance",
        "site_stock",
        "reorder_policy",
        "policy_period",
        "demand_forecast",
        "recommendation",
        "overstock",
        "recommendation_snooze",
    ),
    "suppliers and their terms": ("supplier", "supplier_item", "supplier_price_break", "lead_time_stat"),
    "documents that people write": (
        "order_request",
        "order_request_line",
        "purchase_order",
        "purchase_order_line",
        "stock_count",
        "stock_count_line",
        "report_schedule",
        "report_schedule_outcome",
        "late_order",
    ),
    "plugins that are switched on": (
        "plugin_installation",
        "plugin_secret",
        "plugin_hook",
        "plugin_store",
        "plugin_health",
        "channel",
        "channel_link",
        "channel_location",
        "channel_item",
        "channel_decision",
        "channel_order_feed",
        "failing_channel",
    ),
}
"""As many rows as there are of something else."""

FORGOTTEN = {
    *(
        "idempotency_key",
        "delivery",
        "schedule_run",
        "mail",
        "mail_report",
        "session",
        "attempt",
        "webhook_attempt",
        "text_message",
    ),
    *(
        "inbox_message",
        "forecast_run",
        "notification",
        "job",
        "signing_key",
        "passkey_challenge",
        "oidc_login",
        "channel_order_hint",
    ),
    "audit_unsealed",
}
"""Deleted when it has served; what belongs to it goes with it."""

GOES_WITH = {"refresh_token": "session", "notification_item": "notification", "notification_delivery": "notification"}


def test_of_every_table_is_known_whether_it_grows() -> None:
    known = [*FOR_GOOD, *(name for names in AS_MANY_AS.values() for name in names), *FORGOTTEN, *GOES_WITH]
    there = {table.name for table in vars(tables).values() if isinstance(table, TableClause)}
    assert sorted(there) == sorted(known)


@pytest.mark.parametrize("table", sorted(FORGOTTEN))
def test_what_has_served_is_deleted(table: str) -> None:
    places = [
        *(ROOT / "adapters" / "postgres").rglob("*.py"),
        *(ROOT / "adapters" / "postgres" / "functions").glob("*.sql"),
    ]
    deletion = re.compile(rf"DELETE FROM {table}\b")
    assert [
        place
        for place in places
        if "migrations" not in place.parts and deletion.search(place.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("table", "owner"), GOES_WITH.items())
def test_what_belongs_to_it_goes_with_it(table: str, owner: str, database_url: str) -> None:
    cascading = """
        WITH RECURSIVE goes(name) AS (
            SELECT %s::regclass UNION
            SELECT c.confrelid FROM goes g JOIN pg_constraint c ON c.conrelid = g.name AND c.contype = 'f' AND c.confdeltype = 'c')
        SELECT name::text FROM goes
    """
    with psycopg.connect(database_url) as connection:
        assert (owner,) in connection.execute(cascading, (table,)).fetchall()
