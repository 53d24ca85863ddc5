"""Levels of storefronts: what they are to be, what is under way, and what is known of what is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest

from adapters.postgres.channel_levels import PostgresChannelLevels
from adapters.postgres.channel_set_up import PostgresChannelSetUp
from adapters.postgres.channels import PostgresChannels
from adapters.postgres.engine import Database
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.uow import PostgresRun
from adapters.secrets.key_ring import key_ring
from core.commands.channel_import import ImportedPage, import_page
from core.commands.channel_news import channel_news
from core.domain.access import Actor
from core.domain.channel_level import Finding
from core.ports.channel_items import ExpectedChange
from core.ports.channels import ChannelLease, Errand, LevelIntent, PushedLevel, PushEnd, ReadLevel
from core.ports.incoming import LevelChanged
from core.ports.plugins import InstallationState, NewSettings
from core.ports.storage import UnitOfWork
from core.ports.storefront import Account, Item
from tests.shop import Shop

pytestmark = pytest.mark.anyio

WEB = "web"
MINUTE = timedelta(minutes=1)
NO_TIME = timedelta(0)


@dataclass(frozen=True)
class Wishes:
    """`StorefrontWishes`."""

    locations: dict[str, str] = field(default_factory=lambda: {"UIO": "main"})
    safety_buffer: Decimal = Decimal(0)
    on_drift: Literal["ours_wins", "review"] = "ours_wins"
    take_orders: bool = True
    push_prices: bool = False


@dataclass
class Web:
    """A storefront of a company."""

    shop: Shop
    channels: PostgresChannels
    levels: PostgresChannelLevels
    steps: PostgresChannelSetUp
    installations: PostgresInstallations
    run: PostgresRun

    @property
    def place(self) -> tuple[UUID, str]:
        return self.shop.company_id, WEB

    async def open(self, *items: Item, wishes: Wishes | None = None) -> None:
        """It is switched on, and its items are imported."""
        await self.installations.enable(*self.place, NewSettings(), storefront=wishes or Wishes())
        held = await self.lease()
        await self.steps.connected(*self.place, held.token, held.run, Account("Web"), listening=False)
        page = ImportedPage(WEB, held.token, held.run, None, items)
        assert (await self.run(import_page, Actor(UUID(int=0), self.shop.company_id, frozenset()), page)).result
        await self.channels.release(*self.place, held.token, succeeded=True)

    async def lease(self, lease: timedelta = MINUTE) -> ChannelLease:
        held = await self.channels.lease(*self.place, lease)
        assert held
        return held

    async def read_all(self, shown: str = "0") -> None:
        """All that is due is read, and this is what it shows."""
        held = await self.lease()
        links = await self.levels.to_read(*self.place, 100)
        found = [ReadLevel(link, Decimal(shown), Finding.FIRST, push=False) for link in links]
        await self.levels.record_read(*self.place, held.token, found)
        await self.channels.release(*self.place, held.token, succeeded=True)

    async def aimed(self) -> dict[str, str]:
        """What would be pushed now; nothing is."""
        held = await self.lease()
        intents = await self.levels.aim(*self.place, held.token, 100)
        await self.levels.record_failed(*self.place, held.token, intents, "not now", is_open=False)
        await self.channels.release(*self.place, held.token, succeeded=False)
        return {one.level.item: str(one.level.quantity) for one in intents}

    async def push_all(self) -> None:
        held = await self.lease()
        intents = await self.levels.aim(*self.place, held.token, 100)
        await self.levels.record_pushed(*self.place, held.token, done(intents))
        await self.channels.release(*self.place, held.token, succeeded=True)

    async def mark(self, sku: str) -> None:
        rows = await self.shop.fetch(
            "SELECT id FROM product WHERE company_id = %s AND sku = %s", self.shop.company_id, sku
        )
        await self.channels.mark_dirty(self.shop.company_id, {UUID(str(rows[0][0]))})

    async def links(self, what: str) -> list[tuple[object, ...]]:
        statement = f"SELECT {what} FROM channel_link WHERE company_id = %s ORDER BY external_item, external_location"
        return await self.shop.fetch(statement, self.shop.company_id)


@pytest.fixture
def web(shop: Shop, database: Database) -> Web:
    return Web(
        shop,
        PostgresChannels(database),
        PostgresChannelLevels(database),
        PostgresChannelSetUp(database),
        PostgresInstallations(database),
        PostgresRun(database),
    )


@pytest.fixture
async def cups(web: Web) -> Web:
    """A shop that sells CUP (as two items) and the kit SET of two cups and a bag, from UIO; all of it shows 0."""
    cup, bag = await web.shop.product("CUP"), await web.shop.product("BAG")
    await web.shop.kit("SET", {cup: "2", bag: "1"})
    await web.open(Item("1", "cup"), Item("2", " CUP"), Item("3", "Set"), Item("4", "unheard of"))
    await web.read_all()
    return web


class TestTargets:
    async def test_levels_are_what_is_available_now_and_a_kit_has_what_its_parts_allow(self, cups: Web) -> None:
        shop = cups.shop
        await shop.post("receipt", "CUP", 7)
        await shop.post("receipt", "CUP", 9, site="GYE")
        await shop.post("receipt", "BAG", 2)
        assert await cups.aimed() == {"1": "7", "2": "7", "3": "2"}
        await shop.post("receipt", "BAG", 10)
        assert await cups.aimed() == {"1": "7", "2": "7", "3": "3"}
        await shop.allow_negative("UIO")
        await shop.post("sale", "CUP", 8)
        assert await cups.aimed() == {"1": "0", "2": "0", "3": "0"}

    async def test_the_safety_buffer_is_kept_back_once_and_never_below_nothing(self, web: Web) -> None:
        """Seen to fail when the buffer is taken off twice."""
        for sku, stock in (("CUP", 7), ("BAG", 1)):
            await web.shop.product(sku)
            await web.shop.post("receipt", sku, stock)
        await web.open(Item("1", "CUP"), Item("2", "BAG"), wishes=Wishes(safety_buffer=Decimal("2.5")))
        await web.read_all()
        assert await web.aimed() == {"1": "4.5", "2": "0"}

    async def test_a_product_marks_its_items_and_the_kits_made_of_it(self, cups: Web) -> None:
        await cups.push_all()
        assert await cups.aimed() == {}
        await cups.mark("BAG")
        assert (await cups.aimed()).keys() == {"3"}
        await cups.mark("CUP")
        assert (await cups.aimed()).keys() == {"1", "2", "3"}

    async def test_nothing_is_pushed_to_what_was_never_read(self, web: Web) -> None:
        await web.shop.product("CUP")
        await web.open(Item("1", "CUP"))
        held = await web.lease()
        assert Errand.READ in held.due
        assert Errand.PUSH not in held.due
        assert list(await web.levels.aim(*web.place, held.token, 10)) == []


class TestUnderWay:
    async def test_what_is_under_way_is_tried_again_just_as_it_was(self, cups: Web) -> None:
        """Whoever takes over from a worker that died sends the same key and the same quantities. Seen to fail with a new key for each
        try, and with the quantity of the moment."""
        held = await cups.lease(NO_TIME)
        before = await cups.levels.aim(*cups.place, held.token, 10)
        await cups.shop.post("receipt", "CUP", 7)
        await cups.mark("CUP")
        heir = await cups.lease()
        after = await cups.levels.aim(*cups.place, heir.token, 10)
        assert by_item(after) == {item: replace(one, tries=2) for item, one in by_item(before).items()}
        await cups.levels.record_pushed(*cups.place, heir.token, done(after))
        again = by_item(await cups.levels.aim(*cups.place, heir.token, 10))
        assert {item: one.level.quantity for item, one in again.items()} == {"1": 7, "2": 7, "3": 0}
        assert not {one.level.key for one in again.values()} & {one.level.key for one in before}

    async def test_a_link_that_is_marked_while_it_is_pushed_stays_dirty(self, cups: Web) -> None:
        """Seen to fail when the push is recorded with the version of the moment instead of the one that was read."""
        held = await cups.lease()
        intents = await cups.levels.aim(*cups.place, held.token, 10)
        await cups.mark("BAG")
        await cups.levels.record_pushed(*cups.place, held.token, done(intents))
        await cups.channels.release(*cups.place, held.token, succeeded=True)
        assert (await cups.aimed()).keys() == {"3"}

    async def test_a_storefront_has_one_pusher_and_a_late_one_has_no_say(self, cups: Web) -> None:
        """Seen to fail without the lease token in the statement that records a push."""
        dead = await cups.lease(NO_TIME)
        heir = await cups.lease()
        assert await cups.channels.lease(*cups.place, MINUTE) is None
        intents = await cups.levels.aim(*cups.place, heir.token, 10)
        assert list(await cups.levels.aim(*cups.place, dead.token, 10)) == []
        await cups.levels.record_pushed(*cups.place, dead.token, done(intents))
        await cups.levels.record_failed(*cups.place, dead.token, intents, "late", is_open=False)
        await cups.channels.fail(*cups.place, dead.token, "late", NO_TIME, 1)
        assert await cups.links("state") == [("pushing",)] * 3
        await cups.levels.record_pushed(*cups.place, heir.token, done(intents))
        assert await cups.links("state") == [("clean",)] * 3

    async def test_after_a_failure_others_come_first_and_all_comes_later(self, cups: Web) -> None:
        held = await cups.lease()
        tried = await cups.levels.aim(*cups.place, held.token, 1)
        await cups.levels.record_failed(*cups.place, held.token, tried, "it broke", is_open=False)
        await cups.channels.fail(*cups.place, held.token, "it broke", NO_TIME, 3)
        again = await cups.lease()
        assert again.failures == 3
        others = await cups.levels.aim(*cups.place, again.token, 2)
        assert tried[0].level.item not in by_item(others)
        await cups.channels.fail(*cups.place, again.token, "it broke", MINUTE, 4)
        assert await cups.channels.lease(*cups.place, MINUTE) is None

    async def test_after_a_second_answer_that_was_lost_it_is_read(self, cups: Web) -> None:
        held = await cups.lease()
        for unsure in (False, True):
            intents = await cups.levels.aim(*cups.place, held.token, 10)
            await cups.levels.record_failed(*cups.place, held.token, intents, "lost", is_open=True)
            assert await cups.links("unsure") == [(unsure,)] * 3
        assert list(await cups.levels.aim(*cups.place, held.token, 10)) == []
        assert [link.under_way for link in await cups.levels.to_read(*cups.place, 10)] == [Decimal(0)] * 3

    async def test_a_push_that_was_repeated_is_read(self, cups: Web) -> None:
        """Seen to fail when the answer to a repeated key was taken for what is shown now."""
        held = await cups.lease()
        lost = await cups.levels.aim(*cups.place, held.token, 1)
        await cups.levels.record_failed(*cups.place, held.token, lost, "lost", is_open=True)
        intents = await cups.levels.aim(*cups.place, held.token, 10)
        await cups.levels.record_pushed(*cups.place, held.token, done(intents))
        repeated = lost[0].level.item
        assert await cups.links("external_item, read_at < now()") == [
            (item, item == repeated) for item in ("1", "2", "3")
        ]

    async def test_who_still_pushes_when_it_is_switched_on_again_stays_the_only_one(self, cups: Web) -> None:
        """Seen to fail when switching on ended the lease: old levels could then arrive after new ones."""
        pushing = await cups.lease()
        await cups.installations.disable(*cups.place)
        await cups.installations.enable(*cups.place, NewSettings(), storefront=Wishes())
        assert await cups.channels.lease(*cups.place, MINUTE) is None
        await cups.channels.release(*cups.place, pushing.token, succeeded=True)
        assert (await cups.lease()).stage == "connecting"

    async def test_with_another_secret_address_the_storefront_is_told_of_it(
        self, cups: Web, database: Database, tmp_path: Path
    ) -> None:
        installations = PostgresInstallations(database, key_ring(None, tmp_path))
        await installations.enable(*cups.place, NewSettings(), storefront=Wishes(), has_hook=True)
        held = await cups.lease()
        await cups.steps.connected(*cups.place, held.token, held.run, Account("Web"), listening=True)
        await cups.channels.release(*cups.place, held.token, succeeded=True)
        await installations.rotate_hook(*cups.place)
        held = await cups.lease()
        assert (held.stage, Errand.SET_UP in held.due) == ("connecting", True)

    async def test_an_import_of_earlier_settings_has_no_say(self, cups: Web) -> None:
        held = await cups.lease()
        await cups.installations.enable(*cups.place, NewSettings(), storefront=Wishes())
        page = ImportedPage(WEB, held.token, held.run, None, [])
        assert not (await cups.run(import_page, cups.shop.admin, page)).result
        assert len(await cups.links("1")) == 3

    async def test_switching_on_again_reads_and_pushes_all_again_at_the_locations_of_now(self, cups: Web) -> None:
        await cups.push_all()
        await cups.installations.disable(*cups.place)
        assert await cups.channels.lease(*cups.place, MINUTE) is None
        await cups.open(Item("3", "SET"), wishes=Wishes({"GYE": "main", "UIO": "x"}))
        assert await cups.links("external_item, external_location, unsure, state") == [
            ("3", "main", True, "dirty"),
            ("3", "x", True, "dirty"),
        ]
        sites = await cups.links("site_id")
        assert sites == [(cups.shop.sites["GYE"],), (cups.shop.sites["UIO"],)]
        assert [one.state for one in await cups.installations.all(cups.shop.company_id)] == [InstallationState.ENABLED]


class TestReading:
    async def test_what_is_said_to_have_changed_while_it_is_read_is_read_again(self, cups: Web) -> None:
        """Seen to fail when a reading is recorded as fresh whatever was said since it began."""
        await cups.shop.fetch("UPDATE channel_link SET read_at = now() WHERE company_id = %s", cups.shop.company_id)
        held = await cups.lease()
        links = await cups.levels.to_read(*cups.place, 10)
        await cups.run(hear, cups.shop.admin, [LevelChanged("1", "main"), LevelChanged("9", "main")])
        read = [ReadLevel(link, Decimal(0), Finding.SAME, push=False) for link in links]
        await cups.levels.record_read(*cups.place, held.token, read)
        soon = await cups.links("external_item, read_at < clock_timestamp() + interval '1 minute'")
        assert soon == [("1", True), ("2", False), ("3", False)]

    async def test_what_is_said_twice_is_not_lost_when_it_was_read_in_between(self, web: Web) -> None:
        """A level is read early because another of its item is due. Seen to fail when the second word left no trace beside the first."""
        await web.shop.product("CUP")
        await web.open(Item("1", "CUP"), wishes=Wishes({"UIO": "main", "GYE": "other"}))
        await web.read_all()
        await web.run(hear, web.shop.admin, [LevelChanged("1", "main")])
        await web.shop.fetch(
            "UPDATE channel_link SET read_at = now() WHERE company_id = %s AND external_location = 'other'",
            web.shop.company_id,
        )
        held = await web.lease()
        links = await web.levels.to_read(*web.place, 10)
        await web.run(hear, web.shop.admin, [LevelChanged("1", "main")])
        read = [ReadLevel(link, Decimal(0), Finding.SAME, push=False) for link in links]
        await web.levels.record_read(*web.place, held.token, read)
        soon = await web.links("external_location, read_at < clock_timestamp() + interval '1 minute'")
        assert soon == [("main", True), ("other", False)]

    async def test_what_was_not_sent_is_still_read_when_it_was_to_be(self, cups: Web) -> None:
        """Seen to fail when a level that was last seen to be right counted as confirmed, however long ago somebody said otherwise."""
        await cups.push_all()
        await cups.run(hear, cups.shop.admin, [LevelChanged("1", "main")])
        await cups.shop.fetch(
            "UPDATE channel_link SET read_at = read_at - interval '5 minutes' WHERE company_id = %s AND external_item = '1'",
            cups.shop.company_id,
        )
        await cups.mark("CUP")
        held = await cups.lease()
        intents = await cups.levels.aim(*cups.place, held.token, 10)
        spared = [PushedLevel(one, PushEnd.SPARED) for one in intents]
        await cups.levels.record_pushed(*cups.place, held.token, spared)
        assert [link.item for link in await cups.levels.to_read(*cups.place, 10)] == ["1"]
        assert "dirty" not in [state for (state,) in await cups.links("state")]

    async def test_what_orders_change_is_aimed_at_and_forgotten_when_it_has_arrived(self, cups: Web) -> None:
        await cups.shop.post("receipt", "CUP", 7)
        await cups.push_all()
        await cups.run(
            expect, cups.shop.admin, [ExpectedChange("1", "main", Decimal(-2)), ExpectedChange("1", "main", Decimal(1))]
        )
        await cups.mark("CUP")
        held = await cups.lease()
        intents = await cups.levels.aim(*cups.place, held.token, 10)
        assert {one.level.item: one.level.last_seen for one in intents} == {"1": 6, "2": 7, "3": 0}
        await cups.levels.record_pushed(*cups.place, held.token, done(intents))
        assert await cups.links("last_seen, expected") == [(7, 0), (7, 0), (0, 0)]


async def hear(uow: UnitOfWork, actor: Actor, facts: list[LevelChanged]) -> None:
    await channel_news(uow, WEB, facts)


async def expect(uow: UnitOfWork, actor: Actor, changes: list[ExpectedChange]) -> None:
    await uow.channel_items.expect(WEB, changes)


def done(intents: Sequence[LevelIntent]) -> list[PushedLevel]:
    return [PushedLevel(one, PushEnd.DONE) for one in intents]


def by_item(intents: Sequence[LevelIntent]) -> dict[str, LevelIntent]:
    return {one.level.item: one for one in intents}
