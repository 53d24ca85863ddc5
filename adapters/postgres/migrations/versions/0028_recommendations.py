"""Recommendations."""

from pathlib import Path

from alembic import op

revision = "0028"
down_revision = "0026"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TABLE recommendation_liking, recommendation_snooze, recommendation")
    # The one that took the service level would stand beside that of before.
    op.execute(
        "DROP FUNCTION IF EXISTS replenishment_levels(timestamptz, timestamptz, uuid[], uuid[], uuid[], numeric)"
    )
