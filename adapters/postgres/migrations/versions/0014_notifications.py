"""What people are told, and how they want to be told."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE notification_delivery, notification_item, notification, notification_reader, notification_preference; "
        "ALTER TABLE site_stock DROP COLUMN has_run_out"
    )
