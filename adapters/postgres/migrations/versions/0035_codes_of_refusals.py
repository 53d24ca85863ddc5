"""The code of a refusal beside its words."""

from pathlib import Path

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        ALTER TABLE channel_order DROP COLUMN problem_code;
        ALTER TABLE job DROP COLUMN problem_code;
    """)
