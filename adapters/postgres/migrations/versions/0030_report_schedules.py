"""Reports by mail."""

from pathlib import Path

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "ALTER TABLE job DROP COLUMN schedule_id, DROP COLUMN due_at, DROP COLUMN seen; "
        "DROP TABLE report_schedule_outcome, report_schedule"
    )
