"""Who changed what, when and from where; and the seal on it."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP FUNCTION IF EXISTS audit_row() CASCADE; "
        "DROP FUNCTION IF EXISTS audit_note(text, text, text), audit_write(uuid, text, text, text, jsonb, jsonb, uuid[]), "
        "audit_sites(text, jsonb), audit_columns(jsonb), audit_canonical(audit_entry), audit_seal_entries(bigint, uuid[], bytea[]); "
        "DROP TABLE audit_unsealed, audit_seal, audit_entry"
    )
