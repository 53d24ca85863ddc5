"""The stock ledger, the catalogue, companies and messaging."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DO $$ DECLARE name text; BEGIN "
        "FOR name IN SELECT format('TABLE %%I', tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' "
        "LOOP EXECUTE 'DROP ' || name || ' CASCADE'; END LOOP; "
        # All names at once, before any is dropped: with one goes what hangs on it, and has no name any more.
        "FOR name IN SELECT unnest(array_agg(oid::regprocedure::text)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "LOOP EXECUTE 'DROP ROUTINE IF EXISTS ' || name || ' CASCADE'; END LOOP; "
        "DROP TYPE IF EXISTS ledger_line; DROP DOMAIN IF EXISTS quantity; DROP DOMAIN IF EXISTS amount; END $$"
    )
