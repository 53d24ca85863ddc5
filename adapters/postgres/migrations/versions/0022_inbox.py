"""What other parties tell us: webhooks that came, what became of text messages, who wants none."""

from pathlib import Path

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE inbox_message, text_consent; "
        "DROP INDEX text_message_carrier, notification_delivery_text, notification_delivery_ended; "
        "ALTER TABLE text_message DROP CONSTRAINT text_message_state_check; "
        "ALTER TABLE text_message NO FORCE ROW LEVEL SECURITY; "
        "UPDATE text_message SET state = 'sent' WHERE state = 'delivered'; "
        "ALTER TABLE text_message FORCE ROW LEVEL SECURITY, "
        "ADD CONSTRAINT text_message_state_check CHECK (state IN ('waiting', 'sent', 'failed')); "
        "ALTER TABLE notification_delivery DROP CONSTRAINT notification_delivery_state_check; "
        "ALTER TABLE notification_delivery NO FORCE ROW LEVEL SECURITY; "
        "UPDATE notification_delivery SET state = 'sent' WHERE state = 'delivered'; "
        "ALTER TABLE notification_delivery FORCE ROW LEVEL SECURITY, "
        "ADD CONSTRAINT notification_delivery_state_check CHECK (state IN ('new', 'folded', 'posted', 'sent', 'failed')); "
        "CREATE INDEX notification_delivery_text ON notification_delivery (company_id, text_id) "
        "WHERE state = 'posted' AND text_id IS NOT NULL; "
        "CREATE INDEX notification_delivery_ended ON notification_delivery (company_id, user_id, channel, created_at) "
        "WHERE state IN ('sent', 'failed') AND channel <> 'in_app'"
    )
