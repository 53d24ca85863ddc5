"""Orders on their way to suppliers."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE purchase_order_sending_attempt, purchase_order_sending; "
        "ALTER TABLE purchase_order DROP COLUMN submitted_at, DROP COLUMN ended_at; "
        "ALTER TABLE supplier DROP COLUMN order_channel, DROP COLUMN order_address, DROP COLUMN order_secret, "
        "DROP COLUMN order_secret_set_at"
    )
