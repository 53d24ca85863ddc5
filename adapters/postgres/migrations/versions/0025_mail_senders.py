"""Companies' own mail senders."""

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE blocked_address, mail_report; "
        "ALTER TABLE notification_delivery DROP COLUMN mail_to; "
        "DROP INDEX notification_delivery_mail; "
        "CREATE INDEX notification_delivery_mail ON notification_delivery (mail_id) WHERE state = 'posted'; "
        "ALTER TABLE mail DROP COLUMN carried_for"
    )
