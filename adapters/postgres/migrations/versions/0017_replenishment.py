"""Replenishment policies, runs and proposals."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"

_FUNCTIONS = (
    "ledger_set_policy(uuid, uuid, numeric, numeric, json)",
    "ledger_set_levels(json)",
    "ledger_judge_stock(uuid[], uuid[])",
    "replenishment_offers(uuid[], date)",
    "replenishment_levels(timestamptz, timestamptz, uuid[], uuid[], uuid[])",
    "replenishment_owed()",
    "replenishment_standing(uuid[], uuid[])",
    "replenishment_claim(timestamptz, timestamptz, uuid[], uuid[], uuid[], bigint)",
    "replenishment_surplus(uuid[], uuid[])",
    "replenishment_fillers(uuid[], uuid[], date)",
)
_COLUMNS = (
    *("fixed_minimum", "fixed_target", "method", "service_level", "mode", "spending_limit", "sources", "review_days"),
    *("cover_days", "level_source", "basis", "due_at"),
)


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """What people set becomes what is in force."""
    op.get_bind().exec_driver_sql(
        f"DROP FUNCTION IF EXISTS {', '.join(_FUNCTIONS)}; "
        "DROP TRIGGER IF EXISTS audited ON reorder_policy; "
        "DROP TABLE replenishment_proposal, policy_period; "
        "ALTER TABLE reorder_policy NO FORCE ROW LEVEL SECURITY; "
        "UPDATE reorder_policy SET minimum = fixed_minimum, target = fixed_target; "
        f"ALTER TABLE reorder_policy FORCE ROW LEVEL SECURITY, {', '.join(f'DROP COLUMN {one}' for one in _COLUMNS)}"
    )
