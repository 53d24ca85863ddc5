"""Webhooks that companies subscribe to."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """What was to be sent to a webhook goes with it."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE delivery NO FORCE ROW LEVEL SECURITY; "
        "DELETE FROM delivery WHERE webhook_id IS NOT NULL; "
        "ALTER TABLE delivery FORCE ROW LEVEL SECURITY, DROP COLUMN webhook_id; "
        "DROP TABLE webhook_attempt, webhook_secret, webhook"
    )
