"""Every key of a company's rows begins with the company, so that companies can be spread over several servers."""

import psycopg
import pytest

# What leads from outside to a company, before it is known which one, and what belongs to none in part. docs/scaling.md says what becomes of
# them where companies are spread.
DIRECTORIES = {
    "api_key_address_pkey": "leads from the public id of a key to its company",
    "plugin_hook_pkey": "leads from the address of a hook to its company",
    "mail_pkey": "mails of the installation have no company",
    "report_schedule_outcome_mail": "refers to a mail",
}
# Every row is in one place only where these begin with the company too.
_KEYS = """
    SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_attribute c ON c.attrelid = t.oid AND c.attname = 'company_id' AND NOT c.attisdropped
    WHERE t.relnamespace = 'public'::regnamespace AND (x.indisunique OR x.indisexclusion) AND x.indkey[0] <> c.attnum
"""
_REFERENCES = """
    SELECT k.conname::text FROM pg_constraint k
    JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attname = 'company_id' AND NOT c.attisdropped
    JOIN pg_attribute d ON d.attrelid = k.confrelid AND d.attname = 'company_id' AND NOT d.attisdropped
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND (k.conkey[1] <> c.attnum OR k.confkey[1] <> d.attnum)
"""
# Tables without a company are small or about persons; what they refer to must be everywhere too.
_OUTWARD = """
    SELECT k.conname::text FROM pg_constraint k
    JOIN pg_attribute d ON d.attrelid = k.confrelid AND d.attname = 'company_id' AND NOT d.attisdropped
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_attribute c WHERE c.attrelid = k.conrelid AND c.attname = 'company_id' AND NOT c.attisdropped)
"""
_KEYLESS = """
    SELECT t.relname::text FROM pg_class t WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = t.oid AND x.indisunique)
"""


def found(url: str, statement: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return sorted(name for (name,) in connection.execute(statement.encode()))


@pytest.mark.promise("I8")
def test_every_key_begins_with_the_company(database_url: str) -> None:
    """Seen to fail with a unique index on the id of a product alone."""
    assert found(database_url, _KEYS) == sorted(DIRECTORIES)


@pytest.mark.promise("I8")
@pytest.mark.parametrize("statement", [_REFERENCES, _OUTWARD], ids=["inside", "from outside"])
def test_every_reference_to_a_companys_row_begins_with_the_company(database_url: str, statement: str) -> None:
    """Seen to fail with a reference from a barcode to its product by the product's id alone."""
    assert found(database_url, statement) == []


def test_every_row_has_a_key_to_be_copied_by(database_url: str) -> None:
    assert found(database_url, _KEYLESS) == []
