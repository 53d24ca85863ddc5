"""What people open, and their preferences."""

from pathlib import Path

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE user_preference; "
        "ALTER TABLE interest NO FORCE ROW LEVEL SECURITY; "
        "DELETE FROM interest WHERE site_id IS NULL AND category_id IS NULL; "
        "ALTER TABLE interest FORCE ROW LEVEL SECURITY, DROP CONSTRAINT interest_key, DROP CONSTRAINT interest_in_one_thing, "
        "DROP COLUMN product_id, DROP COLUMN page, DROP COLUMN report, "
        "ADD CONSTRAINT interest_key UNIQUE NULLS NOT DISTINCT (company_id, user_id, site_id, category_id), "
        "ADD CONSTRAINT interest_in_one_thing CHECK ((site_id IS NULL) <> (category_id IS NULL))"
    )
