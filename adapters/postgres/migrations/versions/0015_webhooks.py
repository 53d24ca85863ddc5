"""Webhooks that companies subscribe to."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER TABLE delivery DROP COLUMN webhook_id")
    op.get_bind().exec_driver_sql("DROP TABLE webhook_attempt, webhook_secret, webhook")
