"""What a migration may do to a database that others use meanwhile. The rules hold for what comes after the revision that is still served;
raising `SERVES_SINCE` says that processes of before no longer work beside those of after, and frees what is older from the second.

Seen to fail with a column that is NOT NULL without a default, with an index on a table that is in use, and with an UPDATE that row-level
security hides from its owner.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.postgres.schema import SERVES_SINCE, revisions
from tests.proof.promises import ROOT

pytestmark = pytest.mark.promise("B12")

VERSIONS = ROOT / "adapters" / "postgres" / "migrations" / "versions"
ENTRIES = {
    "app_user",
    "alembic_version",
    "signing_key",
    "attempt",
    "mail",
    "schedule_run",
    "api_key_address",
    "passkey_challenge",
}
"""Tables without policies."""
FORBIDDEN = {
    "takes away what the version of before uses": r"DROP (TABLE|COLUMN|DOMAIN|TYPE)|DROP VIEW",
    "renames what the version of before uses": r"\bRENAME\b",
    "rewrites the table": r"ALTER (COLUMN )?\w+ (SET DATA )?TYPE",
    "looks at every row under a lock": r"SET NOT NULL",
    "adds a column that the version of before does not fill": r"ADD COLUMN (?!.*(DEFAULT|GENERATED))[^,;]*NOT NULL",
}


def recent() -> list[Path]:
    return [path for path in sorted(VERSIONS.glob("*.sql")) if path.name[:4] > SERVES_SINCE]


@pytest.mark.parametrize("path", recent(), ids=lambda path: path.stem)
def test_the_version_of_before_goes_on_working(path: Path) -> None:
    text = without_comments(path.read_text(encoding="utf-8"))
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("path", recent(), ids=lambda path: path.stem)
def test_no_index_is_made_under_a_lock_on_a_table_in_use(path: Path) -> None:
    text = without_comments(path.read_text(encoding="utf-8"))
    new = set(re.findall(r"CREATE TABLE (\w+)", text))
    assert set(re.findall(r"CREATE (?:UNIQUE )?INDEX \w+ ON (\w+)", text)) <= new


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("0*")), ids=lambda path: path.name)
def test_rows_are_changed_where_no_policy_hides_them(path: Path) -> None:
    """The policies bind the owner of the tables too: an UPDATE finds no row, and says nothing."""
    assert [
        table for table, hidden in changed_tables(without_comments(path.read_text(encoding="utf-8"))) if hidden
    ] == []


def test_the_revision_that_is_served_is_one() -> None:
    assert SERVES_SINCE in revisions()


def without_comments(text: str) -> str:
    return re.sub(r"--.*", "", text)


def changed_tables(text: str) -> Iterator[tuple[str, bool]]:
    """Each table whose rows a migration itself changes or reads over, and whether policies are in the way."""
    outside = re.sub(r"\$\$.*?\$\$", "", text, flags=re.S)  # what a function does, it does later and for one company
    new = set(re.findall(r"CREATE TABLE (\w+)", text))
    for found in re.finditer(
        r"(?:^|; |\")\s*(?:UPDATE|DELETE FROM|INSERT INTO \w+ [^;]*?\bFROM) (\w+)", outside, flags=re.M
    ):
        table = found[1]
        opened = re.search(
            rf"ALTER TABLE {table}\b[^;]*NO FORCE ROW LEVEL SECURITY", outside[: found.start()], flags=re.S
        )
        yield table, table not in new | ENTRIES and opened is None
