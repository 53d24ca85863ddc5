"""The schema of this version: its sources, the stamp that a migrated database bears, and whom a stamped database serves."""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Self

FUNCTIONS = (
    "costing",
    "ledger",
    "ledger_post",
    "reservations",
    "policies",
    "replenishment",
    "checkpoints",
    "queues",
    "attempts",
    "statistics",
    "audit",
    "roles",
)
TABLE_RULES = ("audit_triggers", "queue_policies")
"""What is made on tables that are in use, one by one, outside of a transaction."""
SERVES_SINCE = "0031"
"""The oldest revision whose version of Pirwa works on this schema. A migration that takes away, renames or narrows what that version
uses raises it to its own revision; then processes of before do not serve beside those of after."""
READ_STAMP = "SELECT obj_description('public'::regnamespace, 'pg_namespace')"

_HERE = files("adapters.postgres")
_STAMP = re.compile(r"pirwa (?P<digest>[0-9a-f]{64}) at (?P<head>\d{4}) serves since (?P<serves>\d{4})")


@dataclass(frozen=True, slots=True)
class Stamp:
    """`digest` tells one schema from another, `head` is its newest revision, `serves` the oldest whose version works on it."""

    digest: str
    head: str
    serves: str

    @classmethod
    def read(cls, text: object) -> Self | None:
        """The stamp that the database bears; none where it bears no such text."""
        found = _STAMP.fullmatch(text) if isinstance(text, str) else None
        return cls(**found.groupdict()) if found else None

    def serves_version(self, needed: Self) -> bool:
        """Whether the version that made `needed` works on this schema: the same one, or a newer one that says so."""
        return self.digest == needed.digest or self.serves <= needed.head < self.head

    def __str__(self) -> str:
        return f"pirwa {self.digest} at {self.head} serves since {self.serves}"


@cache
def stamp() -> Stamp:
    """That of this version."""
    digest = sha256(SERVES_SINCE.encode())
    for name in _revision_files():
        digest.update(_HERE.joinpath("migrations", "versions", name).read_bytes())
    for name in (*FUNCTIONS, *TABLE_RULES):
        digest.update(function_source(name))
    return Stamp(digest.hexdigest(), revisions()[-1], SERVES_SINCE)


@cache
def revisions() -> tuple[str, ...]:
    """The ids of all revisions, oldest first."""
    return tuple(name[:4] for name in _revision_files() if name.endswith(".py"))


def function_source(name: str) -> bytes:
    return _HERE.joinpath("functions", f"{name}.sql").read_bytes()


@cache
def function_names() -> tuple[str, ...]:
    """What the function files make; migrations make others, which go with their revisions."""
    made = (
        re.findall(rb"CREATE (?:OR REPLACE )?(?:FUNCTION|AGGREGATE) (\w+)", function_source(name)) for name in FUNCTIONS
    )
    return tuple(sorted({name.decode() for names in made for name in names}))


def _revision_files() -> list[str]:
    names = (one.name for one in _HERE.joinpath("migrations", "versions").iterdir())
    return sorted(name for name in names if name.endswith((".py", ".sql")) and name != "__init__.py")
