"""Stock counts."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE stock_count_posting, stock_count_entry, stock_count_line, stock_count, stock_count_number; "
        "DROP FUNCTION keep_ended_count(), keep_ended_count_line()"
    )
