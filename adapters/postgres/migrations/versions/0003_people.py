"""A company's own roles; read scope apart from write scope; memberships that can be out of force."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Nobody gets more than they had: who was out of force leaves, and who had an own role keeps the look-up of ids."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE membership NO FORCE ROW LEVEL SECURITY, DROP CONSTRAINT membership_custom_role_fkey; "
        "DROP TABLE role; "
        "DELETE FROM membership WHERE NOT active; "
        "UPDATE membership SET role = 'auditor', custom_role_id = NULL WHERE role IS NULL; "
        "ALTER TABLE membership DROP COLUMN custom_role_id, DROP COLUMN read_site_ids, DROP COLUMN active, DROP COLUMN version, "
        "ALTER COLUMN role SET NOT NULL, FORCE ROW LEVEL SECURITY; "
        "ALTER TABLE membership RENAME COLUMN write_site_ids TO site_ids"
    )
