"""The host of plugins: sealed secrets, secret addresses for webhooks, what plugins remember, how they fare."""

from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP INDEX delivery_by_plugin; "
        "DROP TABLE plugin_health, plugin_store, plugin_hook, plugin_secret; "
        "ALTER TABLE plugin_installation DROP COLUMN hook_set_at, DROP COLUMN hook_sealed, DROP COLUMN removed_at"
    )
