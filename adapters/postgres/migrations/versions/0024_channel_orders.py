"""Orders of storefronts."""

from pathlib import Path

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE channel_order_hint, channel_order_feed, channel_order_step, channel_order_posting, channel_order_fact_line, "
        "channel_order_fact, channel_order_line, channel_order; "
        "ALTER TABLE reservation DROP COLUMN short"
    )
