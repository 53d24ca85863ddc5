"""Alerts about orders and stock, text messages, people's own webhooks."""

from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """A webhook of one person's news goes: without its owner it would be sent all that happens in the company."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE mail DROP COLUMN company_id, DROP COLUMN addressee; "
        "ALTER TABLE delivery NO FORCE ROW LEVEL SECURITY; "
        "ALTER TABLE webhook NO FORCE ROW LEVEL SECURITY; "
        "DELETE FROM delivery d USING webhook w WHERE w.company_id = d.company_id AND w.id = d.webhook_id AND w.owner_id IS NOT NULL; "
        "DELETE FROM webhook WHERE owner_id IS NOT NULL; "
        "ALTER TABLE delivery FORCE ROW LEVEL SECURITY; "
        "ALTER TABLE webhook FORCE ROW LEVEL SECURITY, DROP COLUMN owner_id; "
        "ALTER TABLE notification_delivery DROP COLUMN text_id; "
        "DROP TABLE text_message, text_message_day, phone_code, interest_count, interest, failing_channel, overstock, late_order; "
        "ALTER TABLE company DROP COLUMN sms_daily_limit; "
        "ALTER TABLE app_user DROP COLUMN phone; "
        "ALTER TABLE notification_reader DROP COLUMN forgotten_at; "
        "DROP INDEX notification_delivery_ended"
    )
