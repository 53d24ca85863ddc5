"""Order requests, and the value above which nobody approves their own."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE order_request_posting, order_request_line, order_request, order_request_number; "
        "DROP FUNCTION keep_decided_request(), keep_decided_request_line(); "
        "DROP FUNCTION IF EXISTS ledger_end_reservations(uuid, text, json); "
        "ALTER TABLE company DROP COLUMN approval_threshold"
    )
