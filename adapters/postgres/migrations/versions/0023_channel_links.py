"""Links between products and the items of storefronts."""

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE channel_decision, channel_item, channel_location; "
        "DROP INDEX channel_link_dirty, channel_link_to_read, channel_link_attention; "
        "ALTER TABLE channel_link DROP COLUMN state, DROP CONSTRAINT channel_link_flight; "
        "ALTER TABLE channel_link DROP COLUMN id, DROP COLUMN last_seen, DROP COLUMN unsure, DROP COLUMN read_at, DROP COLUMN expected, "
        "DROP COLUMN flight_key, DROP COLUMN flight_version, DROP COLUMN flight_quantity, DROP COLUMN flight_seen, "
        "DROP COLUMN flight_tries, DROP COLUMN tries, DROP COLUMN attention, DROP COLUMN accepted, "
        "ADD COLUMN state text NOT NULL GENERATED ALWAYS AS "
        "(CASE WHEN want_version > pushed_version THEN 'dirty' ELSE 'clean' END) STORED; "
        "CREATE INDEX channel_link_dirty ON channel_link (company_id, plugin_id, tried_at) WHERE want_version > pushed_version; "
        "ALTER TABLE channel DROP COLUMN stage, DROP COLUMN name, DROP COLUMN currency, DROP COLUMN safety_buffer, "
        "DROP COLUMN on_drift, DROP COLUMN take_orders, DROP COLUMN push_prices, DROP COLUMN listening, DROP COLUMN import_run, "
        "DROP COLUMN import_cursor, DROP COLUMN import_seen, DROP COLUMN import_failures, DROP COLUMN import_problem, "
        "DROP COLUMN import_at, DROP COLUMN import_wanted, DROP COLUMN imported_at, DROP COLUMN price_problem, DROP COLUMN price_at, DROP COLUMN levels_read, "
        "DROP COLUMN drifts, DROP COLUMN drifted_at"
    )
