"""Invitations and password resets."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """An address that several have written down stays with whoever proved it, or with the oldest account."""
    op.get_bind().exec_driver_sql(
        "DROP TABLE invitation, password_reset; "
        "UPDATE app_user u SET email = NULL FROM app_user o WHERE o.email = u.email AND o.id <> u.id "
        "AND ((o.email IS NOT DISTINCT FROM o.proven_email), u.id) > ((u.email IS NOT DISTINCT FROM u.proven_email), o.id); "
        "DROP INDEX app_user_proven_email_key, app_user_by_email; "
        "ALTER TABLE app_user DROP COLUMN proven_email, ADD CONSTRAINT app_user_email_key UNIQUE (email)"
    )
