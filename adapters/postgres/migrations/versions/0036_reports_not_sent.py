"""Whoever has a report sent is told when it was not."""

from pathlib import Path

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        DROP TRIGGER tell_new ON report_schedule_outcome;
        DROP TRIGGER tell_changed ON report_schedule_outcome;
        DROP FUNCTION tell_report_not_sent();
    """)
