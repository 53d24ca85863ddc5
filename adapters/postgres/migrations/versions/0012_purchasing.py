"""Suppliers, what they sell, and what is ordered of them."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "ALTER TABLE attachment DROP CONSTRAINT attachment_subject_type_check; "
        "ALTER TABLE attachment ADD CONSTRAINT attachment_subject_type_check "
        "CHECK (subject_type IN ('posting', 'transfer', 'product')) NOT VALID; "
        "DROP TABLE lead_time_stat, purchase_receipt_line, purchase_receipt, purchase_order_line, purchase_order, "
        "purchase_order_number, supplier_price_break, supplier_item, supplier; "
        "DROP FUNCTION keep_submitted_order(), keep_submitted_order_line(), refuse_overlapping_item(); "
        "ALTER TABLE company DROP COLUMN purchase_approval_threshold, DROP COLUMN over_receipt_tolerance"
    )
