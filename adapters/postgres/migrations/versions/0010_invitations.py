"""Invitations and password resets."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE invitation, password_reset; "
        "DROP INDEX app_user_proven_email_key, app_user_by_email; "
        "ALTER TABLE app_user DROP COLUMN proven_email, ADD CONSTRAINT app_user_email_key UNIQUE (email)"
    )
