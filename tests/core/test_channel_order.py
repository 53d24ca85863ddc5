"""Whatever pictures of an order come, how often and in whatever order: they end where the newest alone would have.

Seen to fail when a stale picture takes back what a newer one said, when a fulfilment that comes in two pictures counts twice, when a fact
of a stale picture is thrown away, and when a cancelled order keeps its reservations.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from core.domain.channel_order import (
    ChannelOrder,
    FactKind,
    OrderState,
    Problem,
    owed_units,
    posted,
    settled,
    to_deliver,
)
from core.domain.channel_order_levels import change_of_levels
from core.domain.channel_order_pictures import united
from core.domain.channel_order_plan import Directory, Part, Plan, plan_of, problems, resolved, state_of
from core.domain.channel_order_stock import Stock, taken_for
from core.domain.remote_order import RemoteFulfilment, RemoteLine, RemoteOrder, RemoteQuantity, RemoteReturn

OPENED = datetime(2026, 3, 2, tzinfo=UTC)
SPACE = UUID("8a6e0804-2bd0-4672-b79d-d97027f9071a")
SITES = {"north": uuid5(SPACE, "UIO"), "south": uuid5(SPACE, "GYE")}
PRODUCTS = {f"i{number}": uuid5(SPACE, f"i{number}") for number in range(3)}
ONE = Decimal(1)


def directory(order: ChannelOrder) -> Directory:
    return Directory(
        {line.id: PRODUCTS[line.item] for line in order.lines if line.item in PRODUCTS},
        sites=SITES,
        first=SITES["north"],
    )


def picture(minutes: int = 0, quantity: int = 3, **more: object) -> RemoteOrder:
    line = RemoteLine("1", "i0", "SKU", "Item", Decimal(quantity), Decimal("9.5"))
    base = RemoteOrder("o1", "#1", OPENED, OPENED + timedelta(minutes=minutes), "USD", [line], "north")
    return replace(base, **more)  # type: ignore[arg-type]


def sent(name: str, units: int, location: str | None = "north", line: str = "1") -> RemoteFulfilment:
    return RemoteFulfilment(name, OPENED + timedelta(minutes=5), location, [RemoteQuantity(line, Decimal(units))])


def known(*pictures: RemoteOrder) -> ChannelOrder:
    order: ChannelOrder | None = None
    for one in pictures:
        before = order
        order = united(before, "shop", one)
        order = resolved(order, directory(order))
    assert order is not None
    return order


@st.composite
def lives(draw: st.DrawFn) -> list[RemoteOrder]:
    """The pictures of an order's life, from its placing on: lines are edited, goods leave and come back, perhaps it is cancelled."""
    lines = {str(number): draw(st.integers(1, 5)) for number in range(draw(st.integers(1, 3)))}
    fulfilments: list[RemoteFulfilment] = []
    returns: list[RemoteReturn] = []
    left, back = Counter[str](), Counter[str]()
    cancelled: datetime | None = None
    pictures = []
    for minute in range(draw(st.integers(1, 7))):
        at, line = OPENED + timedelta(minutes=minute), draw(st.sampled_from(sorted(lines)))
        place = draw(st.sampled_from(["north", "south", None]))
        units = draw(st.integers(1, 3))
        match draw(st.sampled_from(["edit", "fulfil", "return", "cancel"])):
            case "edit":
                lines[line] = max(units, left[line])
            case "fulfil" if not cancelled and left[line] + units <= lines[line]:
                left[line] += units
                fulfilments.append(RemoteFulfilment(f"f{minute}", at, place, [RemoteQuantity(line, ONE * units)]))
            case "return" if back[line] + units <= left[line]:
                back[line] += units
                returns.append(RemoteReturn(f"r{minute}", at, place, [RemoteQuantity(line, ONE * units)]))
            case "cancel":
                cancelled = cancelled or at
        ordered = [RemoteLine(one, f"i{one}", "", "", ONE * quantity, ONE) for one, quantity in sorted(lines.items())]
        pictures.append(
            RemoteOrder("o1", "#1", OPENED, at, "USD", ordered, "north", cancelled, tuple(fulfilments), tuple(returns))
        )
    return pictures


def books(plan: Plan) -> tuple[object, object, object]:
    """What a plan would have the ledger hold, without regard to the order of things."""

    def sums(parts: Sequence[Part]) -> Counter[tuple[str, str, UUID, Decimal]]:
        return Counter((one.fact.id, one.line.id, one.site, one.quantity) for one in parts)

    holds = Counter((one.product, one.site, one.quantity) for one in plan.holds)
    return holds, sums(plan.sales), sums(plan.returns)


@given(lives(), st.randoms(use_true_random=False))
def test_pictures_in_any_order_and_number_end_as_the_newest_alone(life: list[RemoteOrder], chance: Random) -> None:
    told = [*life, *chance.choices(life, k=3)]
    chance.shuffle(told)
    shuffled, newest = known(*told), known(life[-1])
    assert books(plan_of(shuffled)) == books(plan_of(newest))
    assert state_of(shuffled) == state_of(newest)


@given(lives(), st.randoms(use_true_random=False))
def test_each_unit_that_left_is_sold_once_however_it_is_told(life: list[RemoteOrder], chance: Random) -> None:
    """The books are brought in line after every picture, as the application does."""
    told = [*life, *chance.choices(life, k=3)]
    chance.shuffle(told)
    order: ChannelOrder | None = None
    sold, back = Counter[str](), Counter[str]()
    for one in told:
        order = united(order, "shop", one)
        order = resolved(order, directory(order))
        plan = plan_of(order)
        assert all(hold.quantity > 0 for hold in plan.holds)
        for part in plan.sales:
            sold[part.line.id] += int(part.quantity)
        for part in plan.returns:
            back[part.line.id] += int(part.quantity)
        done = [(part.fact.kind, part.fact.id, part.line.id, part.quantity) for part in (*plan.sales, *plan.returns)]
        order = posted(order, done)
        assert not plan_of(order).sales
    for facts, units in ((life[-1].fulfilments, sold), (life[-1].returns, back)):
        told_units = Counter[str]()
        for fact in facts:
            told_units[fact.lines[0].line] += int(fact.lines[0].quantity)
        assert units == told_units


@given(lives(), st.randoms(use_true_random=False))
def test_what_the_storefront_shows_less_is_what_the_order_took(life: list[RemoteOrder], chance: Random) -> None:
    told = [*life]
    chance.shuffle(told)
    order: ChannelOrder | None = None
    changes = Counter[tuple[str, str]]()
    for one in told:
        before, order = order, united(order, "shop", one)
        for level, change in change_of_levels(before, order).items():
            changes[level] += int(change)
    whole = {level: int(change) for level, change in change_of_levels(None, known(life[-1])).items()}
    assert {level: change for level, change in changes.items() if change} == whole


def test_what_left_once_has_left_whatever_newer_pictures_leave_out() -> None:
    for pictures in (
        [picture(1, fulfilments=[sent("f1", 1)]), picture(2)],
        [picture(2), picture(1, fulfilments=[sent("f1", 1)])],
    ):
        plan = plan_of(known(*pictures))
        assert ([part.quantity for part in plan.sales], [hold.quantity for hold in plan.holds]) == ([1], [2])


def test_an_order_is_reserved_at_the_site_of_its_location_and_left_units_are_not() -> None:
    plan = plan_of(known(picture(fulfilments=[sent("f1", 1, "south")], location="south")))
    assert [(hold.site, hold.quantity) for hold in plan.holds] == [(SITES["south"], 2)]
    assert [(part.site, part.quantity) for part in plan.sales] == [(SITES["south"], 1)]


def test_where_no_location_is_named_it_is_the_first_site_of_the_channel() -> None:
    assert known(picture(location=None)).site == SITES["north"]


def test_a_cancelled_order_wants_nothing_and_still_sells_what_left() -> None:
    order = known(picture(), picture(1, cancelled_at=OPENED, fulfilments=[sent("f1", 1)]))
    plan = plan_of(order)
    assert (list(plan.holds), [part.quantity for part in plan.sales]) == ([], [1])


def test_more_may_leave_than_was_ordered() -> None:
    order = known(picture(quantity=1, fulfilments=[sent("f1", 2)]))
    assert (to_deliver(order), owed_units(order)) == ({}, 2)


def test_a_line_without_product_stops_nobody_else() -> None:
    lines = [*picture().lines, RemoteLine("2", "unheard-of", "", "", ONE, ONE)]
    order = known(picture(lines=lines, fulfilments=[sent("f1", 1), sent("f2", 1, line="2")]))
    assert list(problems(order)) == [("2", Problem.NO_PRODUCT)]
    assert state_of(order) is OrderState.NEEDS_ATTENTION
    assert [part.line.id for part in plan_of(order).sales] == ["1"]
    assert [hold.quantity for hold in plan_of(order).holds] == [2]


def test_a_problem_that_stands_in_the_way_of_nothing_is_none() -> None:
    order = known(picture(lines=[RemoteLine("1", "unheard-of", "", "", ONE, ONE)], cancelled_at=OPENED))
    assert state_of(order) is OrderState.CANCELLED


def test_what_left_from_nowhere_known_waits() -> None:
    order = known(picture(fulfilments=[sent("f1", 1, "the moon")]))
    assert (list(problems(order)), list(plan_of(order).sales)) == ([("f1", Problem.UNKNOWN_LOCATION)], [])


def test_what_left_without_being_ordered_is_seen() -> None:
    order = known(picture(fulfilments=[sent("f1", 1, line="9")]))
    assert list(problems(order)) == [("f1", Problem.UNKNOWN_LINE)]


def test_a_line_of_which_something_is_sold_keeps_its_product() -> None:
    order = posted(known(picture(fulfilments=[sent("f1", 1)])), [(FactKind.FULFILMENT, "f1", "1", ONE)])
    other = Directory({"1": PRODUCTS["i1"]}, sites=SITES, first=SITES["north"])
    assert resolved(order, other).lines[0].product == PRODUCTS["i0"]


def test_what_a_person_has_settled_is_not_posted_any_more() -> None:
    order = settled(known(picture(quantity=1, fulfilments=[sent("f1", 1)])))
    assert (list(plan_of(order).sales), state_of(order)) == ([], OrderState.FULFILLED)


def test_stock_is_taken_from_the_sites_own_place_first_and_by_who_left_first() -> None:
    tea, site, shelf = PRODUCTS["i0"], SITES["north"], uuid5(SPACE, "shelf")
    first, second = sent("b", 2), replace(sent("a", 2), at=OPENED + timedelta(minutes=9))
    parts = plan_of(known(picture(quantity=4, fulfilments=[second, first]))).sales
    stock = Stock({site: [site, shelf]}, {(tea, site): ONE, (tea, shelf): 2 * ONE})
    taken = [(one.part.fact.id, one.location, int(one.quantity)) for one in taken_for(parts, stock)]
    assert taken == [("b", site, 1), ("b", shelf, 1), ("a", shelf, 1)]


def test_two_lines_share_what_there_is_and_kits_come_whole() -> None:
    tea, kit, site = PRODUCTS["i1"], PRODUCTS["i0"], SITES["north"]
    lines = [RemoteLine("1", "i0", "", "", ONE, ONE), RemoteLine("2", "i1", "", "", 5 * ONE, ONE)]
    whole = RemoteFulfilment("f", OPENED, "north", [RemoteQuantity("1", 2 * ONE), RemoteQuantity("2", 5 * ONE)])
    parts = plan_of(known(picture(lines=lines, fulfilments=[whole]))).sales
    stock = Stock({site: [site]}, {(tea, site): 3 * ONE}, {kit: {tea: 2 * ONE}})
    assert [(one.part.product, int(one.quantity)) for one in taken_for(parts, stock)] == [(kit, 1), (tea, 1)]


def test_a_site_that_may_go_below_zero_gives_what_it_does_not_have_but_no_lots() -> None:
    tea, site = PRODUCTS["i0"], SITES["north"]
    parts = plan_of(known(picture(fulfilments=[sent("f", 3)]))).sales
    boundless = Stock({site: [site]}, {}, boundless=frozenset({site}))
    assert [one.quantity for one in taken_for(parts, boundless)] == [3]
    assert taken_for(parts, replace(boundless, with_lots=frozenset({tea}))) == []
