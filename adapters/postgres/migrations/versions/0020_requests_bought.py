"""Restocks that are bought."""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"

_TRIGGER = """
CREATE OR REPLACE FUNCTION keep_decided_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'pending' THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.state = 'pending' OR (NEW.state <> 'pending' AND
          (NEW.company_id, NEW.id, NEW.number, NEW.kind, NEW.site_id, NEW.requested_by, NEW.reason, NEW.needed_on, NEW.decided_by, NEW.transfer_id)
          IS NOT DISTINCT FROM
          (OLD.company_id, OLD.id, OLD.number, OLD.kind, OLD.site_id, OLD.requested_by, OLD.reason, OLD.needed_on, OLD.decided_by, OLD.transfer_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'request % is decided: what was asked for is fixed', OLD.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'order_request_fixed';
END $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(_TRIGGER.replace("%", "%%"))
    op.get_bind().exec_driver_sql("ALTER TABLE order_request DROP COLUMN purchase_order_id")
