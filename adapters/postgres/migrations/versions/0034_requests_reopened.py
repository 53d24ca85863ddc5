"""Decisions about requests that are taken back."""

from pathlib import Path

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    before = Path(__file__).with_name("0020_requests_bought.sql").read_text(encoding="utf-8")
    trigger = before[before.index("CREATE OR REPLACE FUNCTION keep_decided_request()") :]
    op.get_bind().exec_driver_sql(trigger[: trigger.index("END $$;") + len("END $$;")].replace("%", "%%"))
