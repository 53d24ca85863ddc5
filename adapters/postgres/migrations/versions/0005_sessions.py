"""Sessions, refresh tokens, signing keys, counted attempts."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE refresh_token, session, signing_key, attempt; "
        "DROP FUNCTION IF EXISTS attempt_admit(bytea[], integer[], interval[], timestamptz); "
        "ALTER TABLE app_user DROP COLUMN email, DROP COLUMN time_zone, DROP COLUMN must_change_password, DROP COLUMN version; "
        "ALTER TABLE audit_entry DROP COLUMN agent"
    )
