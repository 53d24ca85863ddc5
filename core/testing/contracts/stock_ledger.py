"""What every `StockLedger` does. A suite subclasses the contract and gives it a world: a ledger of a new company."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import pytest

from core.domain.access import Actor
from core.domain.company import transit_address
from core.domain.errors import Conflict, DomainError, Invalid
from core.domain.ids import new_id
from core.domain.stock import CUSTOMER, SUPPLIER, Line, Posting, PostingKind, reversal
from core.ports.stock_ledger import IdempotencyKey, Posted, StockLedger


class LedgerWorld(Protocol):
    """A ledger, and what must exist before anything can be posted to it."""

    @property
    def ledger(self) -> StockLedger: ...
    @property
    def actor(self) -> Actor:
        """Somebody who may post anything at every site."""
        ...

    async def product(self, sku: str) -> UUID: ...
    async def site(self, code: str, *, negative_ok: bool = False) -> UUID: ...
    async def lock_period(self, through: datetime) -> None: ...
    async def on_hand(self, sku: str, address: str) -> Decimal: ...
    async def value(self, product: UUID, site: UUID) -> Decimal: ...


def receipt(*lines: tuple[str, int], site: str = "HERE", cost: int = 2, at: datetime | None = None) -> Posting:
    moves = tuple(Line(sku, SUPPLIER, site, Decimal(quantity), Decimal(cost)) for sku, quantity in lines)
    return Posting(PostingKind.RECEIPT, moves, effective_at=at)


def sale(*lines: tuple[str, int], site: str = "HERE", at: datetime | None = None) -> Posting:
    moves = tuple(Line(sku, site, CUSTOMER, Decimal(quantity), unit_price=Decimal(5)) for sku, quantity in lines)
    return Posting(PostingKind.SALE, moves, effective_at=at)


def days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def all_of(*calls: Coroutine[Any, Any, Posted]) -> tuple[list[Posted], list[DomainError]]:
    """Does everything at once: what was recorded, and what was refused."""
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    failures = [one for one in outcomes if isinstance(one, BaseException) and not isinstance(one, DomainError)]
    assert failures == []
    return [one for one in outcomes if isinstance(one, Posted)], [
        one for one in outcomes if isinstance(one, DomainError)
    ]


class StockLedgerContract:
    """Subclass it and override `world`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    async def world(self) -> LedgerWorld:
        raise NotImplementedError("a suite gives the world of its ledger")

    @pytest.fixture
    async def stocked(self, world: LedgerWorld) -> LedgerWorld:
        """Ten each of A, B and C at HERE."""
        await world.site("HERE")
        for sku in "ABC":
            await world.product(sku)
        await world.ledger.post(world.actor, [receipt(("A", 10), ("B", 10), ("C", 10))])
        return world

    def key(self, world: LedgerWorld, text: str, request: str = "same") -> IdempotencyKey:
        return IdempotencyKey(world.actor.user_id, text, sha256(request.encode()).hexdigest())

    async def held(self, world: LedgerWorld) -> list[int]:
        return [int(await world.on_hand(sku, "HERE")) for sku in "ABC"]

    async def test_goods_leave_at_the_average_of_what_came_in(self, world: LedgerWorld) -> None:
        here, a = await world.site("HERE"), await world.product("A")
        for cost in (2, 4):
            await world.ledger.post(world.actor, [receipt(("A", 10), cost=cost)])
        posted = await world.ledger.post(world.actor, [sale(("A", 5))])
        line = posted.postings[0].lines[0]
        assert (line.cost, line.total) == (Decimal(15), Decimal(25))
        assert (line.source, line.destination) == ("HERE", ":customer")
        assert await world.value(a, here) == 45

    async def test_of_two_sales_of_the_last_piece_one_wins(self, stocked: LedgerWorld) -> None:
        await stocked.ledger.post(stocked.actor, [sale(("A", 9))])
        sold, refused = await all_of(*(stocked.ledger.post(stocked.actor, [sale(("A", 1))]) for _ in range(2)))
        assert (len(sold), [one.code for one in refused]) == (1, ["insufficient_stock"])
        assert await stocked.on_hand("A", "HERE") == 0

    async def test_either_all_lines_are_recorded_or_none(self, stocked: LedgerWorld) -> None:
        for request in ([sale(("A", 1), ("B", 11))], [sale(("A", 1)), sale(("B", 11))], [receipt(("A", 1), ("D", 1))]):
            with pytest.raises(DomainError):
                await stocked.ledger.post(stocked.actor, request)
        assert await self.held(stocked) == [10, 10, 10]

    async def test_lines_of_one_product_are_added_up_before_they_are_judged(self, stocked: LedgerWorld) -> None:
        with pytest.raises(Conflict) as refused:
            await stocked.ledger.post(stocked.actor, [sale(("A", 6), ("B", 1), ("A", 6))])
        (fault,) = refused.value.faults
        assert (fault.pointer, fault.extra["requested"], fault.extra["available"]) == ("/lines/0/quantity", "12", "10")
        await stocked.ledger.post(stocked.actor, [sale(("A", 4), ("A", 6))])
        assert await stocked.on_hand("A", "HERE") == 0

    async def test_a_shortage_names_every_line_that_cannot_be_met(self, stocked: LedgerWorld) -> None:
        with pytest.raises(Conflict) as refused:
            await stocked.ledger.post(stocked.actor, [sale(("A", 11), ("B", 10), ("C", 12))])
        assert refused.value.code == "insufficient_stock"
        assert [fault.pointer for fault in refused.value.faults] == ["/lines/0/quantity", "/lines/2/quantity"]

    async def test_a_refusal_names_every_fault_of_every_posting(self, stocked: LedgerWorld) -> None:
        await stocked.lock_period(days_ago(3))
        request = [receipt(("A", 1), at=days_ago(4)), sale(("NONE", 1), ("A", 1), site="NOWHERE")]
        with pytest.raises(Invalid) as refused:
            await stocked.ledger.post(stocked.actor, request)
        assert {(fault.pointer, fault.code) for fault in refused.value.faults} == {
            ("/postings/0/effective_at", "period_locked"),
            ("/postings/1/lines/0/product", "not_found"),
            ("/postings/1/lines/0/site", "not_found"),
            ("/postings/1/lines/1/site", "not_found"),
        }

    async def test_what_is_wrong_with_postings_is_told_without_recording_any(self, stocked: LedgerWorld) -> None:
        await stocked.lock_period(days_ago(3))
        late, strange = receipt(("A", 1), at=days_ago(4)), sale(("NONE", 1), ("A", 1), site="NOWHERE")
        unreadable = [
            replace(line, quantity=Decimal(text))
            for line, text in zip(strange.lines, ("1E+999999", "NaN"), strict=True)
        ]
        faults = await stocked.ledger.faults(
            stocked.actor, [late, replace(strange, lines=tuple(unreadable)), sale(("A", 1))]
        )
        assert {(fault.pointer, fault.code) for fault in faults} == {
            ("/postings/0/effective_at", "period_locked"),
            ("/postings/1/lines/0/product", "not_found"),
            ("/postings/1/lines/0/site", "not_found"),
            ("/postings/1/lines/1/site", "not_found"),
        }
        alone = await stocked.ledger.faults(stocked.actor, [late])
        assert [fault.pointer for fault in alone] == ["/postings/0/effective_at"]
        assert await self.held(stocked) == [10, 10, 10]

    async def test_lines_are_answered_in_the_order_in_which_they_were_given(self, stocked: LedgerWorld) -> None:
        posted = await stocked.ledger.post(
            stocked.actor, [sale(("C", 1), ("A", 2), ("B", 3)), sale(("B", 1), ("A", 1))]
        )
        answered = [[(line.line, line.sku) for line in posting.lines] for posting in posted.postings]
        assert answered == [[(1, "C"), (2, "A"), (3, "B")], [(1, "B"), (2, "A")]]

    async def test_a_repeated_key_gets_the_first_answer_again(self, stocked: LedgerWorld) -> None:
        key = self.key(stocked, "k")
        first = await stocked.ledger.post(stocked.actor, [sale(("A", 1))], key)
        again = await stocked.ledger.post(stocked.actor, [sale(("A", 1))], key)
        assert (first.replayed, again.replayed) == (False, True)
        assert again.postings == first.postings
        assert await self.held(stocked) == [9, 10, 10]

    async def test_a_key_that_came_with_another_request_is_refused(self, stocked: LedgerWorld) -> None:
        await stocked.ledger.post(stocked.actor, [sale(("A", 1))], self.key(stocked, "k"))
        with pytest.raises(Invalid) as refused:
            await stocked.ledger.post(stocked.actor, [sale(("A", 2))], self.key(stocked, "k", "other"))
        assert refused.value.code == "idempotency_key_reused"
        assert await self.held(stocked) == [9, 10, 10]

    async def test_a_refused_request_does_not_use_up_its_key(self, stocked: LedgerWorld) -> None:
        key = self.key(stocked, "k")
        with pytest.raises(Conflict):
            await stocked.ledger.post(stocked.actor, [sale(("A", 11))], key)
        await stocked.ledger.post(stocked.actor, [receipt(("A", 1))])
        assert not (await stocked.ledger.post(stocked.actor, [sale(("A", 11))], key)).replayed

    async def test_fifty_requests_at_once_with_one_key_take_effect_once(self, stocked: LedgerWorld) -> None:
        key = self.key(stocked, "k")
        posted, _ = await all_of(*(stocked.ledger.post(stocked.actor, [sale(("A", 1))], key) for _ in range(50)))
        assert sorted(one.replayed for one in posted) == [False] + [True] * 49
        assert len({one.postings[0].id for one in posted}) == 1
        assert await self.held(stocked) == [9, 10, 10]

    async def test_keys_repeated_among_requests_at_once_take_effect_once_each(self, stocked: LedgerWorld) -> None:
        calls = [
            stocked.ledger.post(stocked.actor, [sale((sku, 1))], self.key(stocked, f"{sku}{turn}"))
            for _ in range(3)
            for turn in range(4)
            for sku in "ABC"
        ]
        posted, _ = await all_of(*calls)
        assert sum(not one.replayed for one in posted) == 12
        assert await self.held(stocked) == [6, 6, 6]

    async def test_nobodys_refusal_is_anothers(self, stocked: LedgerWorld) -> None:
        requests = [sale(("A", 1)), sale(("B", 11)), receipt(("NONE", 1)), sale(("C", 1), site="NOWHERE")] * 4
        posted, refused = await all_of(*(stocked.ledger.post(stocked.actor, [self._anew(one)]) for one in requests))
        assert (len(posted), len(refused)) == (4, 12)
        assert await self.held(stocked) == [6, 10, 10]

    async def test_a_caller_who_leaves_takes_nobody_along(self, stocked: LedgerWorld) -> None:
        calls = [asyncio.create_task(stocked.ledger.post(stocked.actor, [sale(("A", 1))])) for _ in range(6)]
        await asyncio.sleep(0)
        calls[3].cancel()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(one, Posted) for one in outcomes) >= 5
        await stocked.ledger.post(stocked.actor, [sale(("B", 1))])
        assert await stocked.on_hand("B", "HERE") == 9

    async def test_requests_over_the_same_products_in_opposite_order_do_not_lock_each_other_out(
        self, stocked: LedgerWorld
    ) -> None:
        requests = [sale(*((sku, 1) for sku in order)) for order in ("ABC", "CBA") * 5]
        posted, refused = await all_of(*(stocked.ledger.post(stocked.actor, [one]) for one in requests))
        assert (len(posted), refused) == (10, [])
        assert await self.held(stocked) == [0, 0, 0]

    async def test_a_posting_is_reversed_once(self, stocked: LedgerWorld) -> None:
        sold = sale(("A", 4))
        await stocked.ledger.post(stocked.actor, [sold])
        undone, refused = await all_of(
            *(stocked.ledger.post(stocked.actor, [reversal(sold, "a mistake")]) for _ in range(3))
        )
        assert (len(undone), {one.code for one in refused}) == (1, {"already_reversed"})
        assert undone[0].postings[0].reversal_of == sold.id
        assert await self.held(stocked) == [10, 10, 10]

    async def test_what_arrives_in_a_request_covers_what_leaves_in_it(self, stocked: LedgerWorld) -> None:
        await stocked.ledger.post(stocked.actor, [receipt(("A", 5)), sale(("A", 15))])
        assert await stocked.on_hand("A", "HERE") == 0

    async def test_stock_falls_below_zero_only_where_the_site_allows_it(self, stocked: LedgerWorld) -> None:
        await stocked.site("LOOSE", negative_ok=True)
        await stocked.ledger.post(stocked.actor, [sale(("A", 3), site="LOOSE")])
        assert await stocked.on_hand("A", "LOOSE") == -3
        with pytest.raises(Conflict):
            await stocked.ledger.post(stocked.actor, [sale(("A", 11)), receipt(("A", 5), site="LOOSE")])

    async def test_goods_between_sites_are_in_transit(self, stocked: LedgerWorld) -> None:
        there = await stocked.site("THERE")
        on_the_way, a = transit_address("HERE"), await stocked.product("D")
        await stocked.ledger.post(stocked.actor, [receipt(("D", 6), cost=3)])
        for source, destination in (("HERE", on_the_way), (on_the_way, "THERE")):
            line = Line("D", source, destination, Decimal(4), cost=Decimal(12))
            await stocked.ledger.post(stocked.actor, [Posting(PostingKind.TRANSFER, (line,))])
        places = ("HERE", on_the_way, "THERE")
        assert [await stocked.on_hand("D", place) for place in places] == [2, 0, 4]
        assert await stocked.value(a, there) == 12

    @pytest.mark.parametrize("first", ["the receipt", "the sale"])
    async def test_the_past_is_not_emptied_by_goods_that_came_later(self, world: LedgerWorld, first: str) -> None:
        await world.site("HERE")
        await world.product("A")
        request = [receipt(("A", 5)), sale(("A", 5), at=days_ago(1))]
        with pytest.raises(Conflict) as refused:
            await world.ledger.post(world.actor, request if first == "the receipt" else request[::-1])
        assert refused.value.faults[0].extra["short"] == "5"
        await world.ledger.post(world.actor, [receipt(("A", 5), at=days_ago(2)), sale(("A", 5), at=days_ago(1))])

    async def test_a_locked_period_takes_nothing(self, stocked: LedgerWorld) -> None:
        await stocked.lock_period(days_ago(3))
        with pytest.raises(Invalid) as refused:
            await stocked.ledger.post(stocked.actor, [receipt(("A", 1), at=days_ago(4))])
        assert [(one.pointer, one.code) for one in refused.value.faults] == [("/effective_at", "period_locked")]
        await stocked.ledger.post(stocked.actor, [receipt(("A", 1), at=days_ago(2))])

    async def test_nobody_posts_beyond_their_sites(self, stocked: LedgerWorld) -> None:
        there = await stocked.site("THERE")
        clerk = replace(stocked.actor, sites=frozenset({there}))
        with pytest.raises(Invalid) as refused:
            await stocked.ledger.post(clerk, [sale(("A", 1))])
        assert [(one.pointer, one.code) for one in refused.value.faults] == [("/lines/0/site", "forbidden")]
        await stocked.ledger.post(clerk, [receipt(("A", 1), site="THERE")])

    async def test_what_a_source_has_told_is_recorded_once(self, stocked: LedgerWorld) -> None:
        told = replace(sale(("A", 1)), source="shop", source_ref="order 7")
        await stocked.ledger.post(stocked.actor, [told])
        with pytest.raises(Conflict) as refused:
            await stocked.ledger.post(stocked.actor, [self._anew(told)])
        assert refused.value.code == "already_recorded"

    @staticmethod
    def _anew(posting: Posting) -> Posting:
        return replace(posting, id=new_id())
