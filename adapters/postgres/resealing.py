"""Sealing all that is kept sealed for long with the newest key. What is sealed for days only (mails, codes, webhooks that came) ends by
itself: the older key has to stay that long."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.ports.sealing import Resealing, Sealing, Unsealable


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed texts stand. `key` names the columns that tell a row from the others of its owner, `place` is what they are sealed for:
    the key's columns by name, and the `owner`."""

    table: str
    column: str
    key: tuple[str, ...]
    place: str
    is_personal: bool = False

    @property
    def owner(self) -> str:
        return "user_id" if self.is_personal else "company_id"

    def statements(self) -> tuple[str, str]:
        """One that reads and one that writes. Nothing is written over what somebody has changed since."""
        key = "".join(f", {name}" for name in self.key)
        same = "".join(f" AND {name} = %({name})s" for name in self.key)
        mine = f"{self.owner} = %(owner)s"
        return (
            f"SELECT {self.column}{key} FROM {self.table} WHERE {mine} AND {self.column} IS NOT NULL",
            f"UPDATE {self.table} SET {self.column} = %(new)s WHERE {mine}{same} AND {self.column} = %(old)s RETURNING 1",
        )


SEALED = (
    SealedColumn("plugin_secret", "sealed", ("plugin_id", "field"), "plugin_secret|sealed|{plugin_id}.{field}|{owner}"),
    SealedColumn(
        "plugin_installation", "hook_sealed", ("plugin_id",), "plugin_installation|hook_sealed|{plugin_id}|{owner}"
    ),
    SealedColumn("webhook_secret", "sealed", ("webhook_id", "id"), "webhook_secret|sealed|{id}|{owner}"),
    SealedColumn("identity_provider", "client_secret", ("id",), "identity_provider|client_secret|{id}|{owner}"),
    SealedColumn("supplier", "order_secret", ("id",), "supplier|order_secret|{id}|{owner}"),
    SealedColumn("totp", "sealed", (), "totp|sealed|{owner}|{owner}", is_personal=True),
)


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many were sealed anew, or opened, and which could not be opened: their place, for the operator."""

    count: int
    unreadable: Sequence[str]


async def reseal(database: Database, sealing: Resealing) -> Resealed:
    """Seals everything with the first key that is not yet sealed with it."""
    count, unreadable = 0, []
    async for column, owner in _owners(database):
        scope = Scope(user_id=owner) if column.is_personal else Scope(owner)
        reading, writing = column.statements()
        for row in await database.fetch(scope, reading, {"owner": owner}):
            if sealing.is_newest(row[0]):
                continue
            names = _names(column, owner, row)
            place = column.place.format(**names)
            try:
                new = sealing.seal(sealing.open(row[0], place), place)
            except Unsealable:
                unreadable.append(place)
                continue
            count += len(await database.fetch(scope, writing, {**names, "old": row[0], "new": new}))
    return Resealed(count, unreadable)


async def look_through(database: Database, sealing: Sealing) -> Resealed:
    """How many are sealed with a key of the ring, and which are not; nothing is written."""
    count, unreadable = 0, list[str]()
    async for column, owner in _owners(database):
        scope = Scope(user_id=owner) if column.is_personal else Scope(owner)
        for row in await database.fetch(scope, column.statements()[0], {"owner": owner}):
            place = column.place.format(**_names(column, owner, row))
            try:
                sealing.open(row[0], place)
                count += 1
            except Unsealable:
                unreadable.append(place)
    return Resealed(count, unreadable)


def _names(column: SealedColumn, owner: UUID, row: Row) -> dict[str, object]:
    return {"owner": owner, **dict(zip(column.key, row[1:], strict=True))}


async def _owners(database: Database) -> AsyncIterator[tuple[SealedColumn, UUID]]:
    """Every column with everybody who may have something there."""
    companies = [row[0] for row in await database.fetch(Scope(platform=True), "SELECT id FROM company")]
    people = [row[0] for row in await database.fetch(Scope(), "SELECT id FROM app_user")]
    for column in SEALED:
        for owner in people if column.is_personal else companies:
            yield column, owner
