"""Importing a shop's sales file: every line is understood or named, decided once, and posted once.

The month in tests/data/online_retail is real; lines made by hand add the traps that this month does not show.
"""

import csv
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import Fault
from core.domain.sales_import import (
    Change,
    ImportedPosting,
    MoveKey,
    ProductSheet,
    Reconciliation,
    SalesFormat,
    SalesLine,
    Skip,
    TimestampStyle,
    check_header,
    classify,
    in_posting_order,
    opening_postings,
    opening_stock,
    parse_line,
    posting_changes,
    settle,
    slip_reference,
    slips,
    source_of,
    stock_change,
    to_posting,
)
from core.domain.stock import DocumentType, PostingKind

MONTH = Path(__file__).parents[1] / "data" / "online_retail" / "2010-04.csv.gz"
LONDON = SalesFormat(ZoneInfo("Europe/London"))
SALE, RETURN, ADJUSTMENT = PostingKind.SALE, PostingKind.CUSTOMER_RETURN, PostingKind.ADJUSTMENT


def a_row(**columns: str) -> dict[str, str]:
    return {
        "invoice": "489434",
        "stock_code": "85048",
        "description": "15CM CHRISTMAS GLASS BALL 20 LIGHTS",
        "quantity": "12",
        "invoice_ts": "2009-12-01T07:45",
        "unit_price": "6.95",
        "customer_id": "13085",
        "country": "United Kingdom",
    } | columns


def a_line(number: int = 2, /, **columns: str) -> SalesLine:
    line = parse_line(number, a_row(**columns), LONDON)
    assert isinstance(line, SalesLine)
    return line


def faults_of(row: dict[str, str], file: SalesFormat = LONDON) -> tuple[Fault, ...]:
    outcome = parse_line(7, row, file)
    assert not isinstance(outcome, SalesLine)
    return outcome


@dataclass
class Shelf:
    """The least that a ledger does: it takes each reference once, and never lets a product fall below zero."""

    moves: defaultdict[str, Counter[MoveKey]] = field(default_factory=lambda: defaultdict(Counter))
    history: list[Change] = field(default_factory=list)
    references: set[str] = field(default_factory=set)

    def take(self, lines: Iterable[SalesLine]) -> Reconciliation:
        """Imports what a file says, as the command does."""
        report = Reconciliation()
        decided = []
        for line in lines:
            report.read(line)
            decision = classify(line)
            if isinstance(decision, Skip):
                report.settled(line, decision)
            else:
                decided.append((line, decision))
        fresh: list[ImportedPosting] = []
        for slip in slips(in_posting_order(decided)):
            settlement = settle(slip, self.moves[slip.reference])
            fresh += settlement.fresh
            for line in settlement.known:
                report.settled(line, Skip.ALREADY_IMPORTED)
            for line in settlement.differing:
                report.settled(line, Skip.DIFFERS_FROM_IMPORTED)
        new = [change for posting in fresh for change in posting_changes(posting)]
        self._open(new)
        for posting in fresh:
            assert posting.source_ref not in self.references
            self.references.add(posting.source_ref)
            for line in posting.lines:
                self.moves[slip_reference(posting.source_ref)][MoveKey.of(line, posting.kind)] += 1
                report.settled(line, posting.kind)
        self._record(new)
        return report

    def _open(self, new: Sequence[Change]) -> None:
        if not new:
            return
        start = min(change.at for change in new)
        later = [change for change in self.history if change.at >= start]
        on_hand = _sums(change for change in self.history if change.at < start)
        needs = opening_stock(sorted([*later, *new], key=lambda change: change.at), on_hand)
        self._record([Change(start - timedelta(days=1), sku, units) for sku, units in needs.items()])

    def _record(self, changes: Iterable[Change]) -> None:
        self.history = sorted([*self.history, *changes], key=lambda change: change.at)

    def balances(self) -> dict[str, Decimal]:
        return _sums(self.history)

    def lowest_points(self) -> dict[str, Decimal]:
        balance: defaultdict[str, Decimal] = defaultdict(Decimal)
        lowest: dict[str, Decimal] = {}
        for change in self.history:
            balance[change.sku] += change.units
            lowest[change.sku] = min(lowest.get(change.sku, balance[change.sku]), balance[change.sku])
        return lowest

    def imported(self) -> Counter[MoveKey]:
        """Every move that came from a file, without regard to the posting that holds it."""
        moves: Counter[MoveKey] = Counter()
        for of_slip in self.moves.values():
            moves.update(of_slip)
        return moves


def _sums(changes: Iterable[Change]) -> dict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for change in changes:
        sums[change.sku] += change.units
    return dict(sums)


@pytest.fixture(scope="module")
def month() -> list[SalesLine]:
    """The lines of April 2010; not one of them has a fault."""
    with gzip.open(MONTH, "rt", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert check_header(reader.fieldnames or ()) == ()
        outcomes = [parse_line(number, row, LONDON) for number, row in enumerate(reader, start=2)]
    lines = [outcome for outcome in outcomes if isinstance(outcome, SalesLine)]
    assert len(lines) == len(outcomes)
    return lines


class TestReading:
    def test_a_header_is_answered_with_every_column_it_lacks_or_repeats(self) -> None:
        faults = check_header(["invoice", "description", "quantity", "quantity", "unit_price", "customer_id", "colour"])
        assert [(fault.pointer, fault.code) for fault in faults] == [
            ("/1/stock_code", "column_missing"),
            ("/1/quantity", "column_repeated"),
            ("/1/invoice_ts", "column_missing"),
        ]

    def test_a_line_is_answered_with_all_its_faults_at_once(self) -> None:
        row = a_row(invoice=" ", stock_code="", quantity="a dozen", invoice_ts="yesterday", unit_price="£6")
        del row["customer_id"]
        assert [(fault.pointer, fault.code) for fault in faults_of(row)] == [
            ("/7/invoice", "required"),
            ("/7/stock_code", "required"),
            ("/7/quantity", "not_a_number"),
            ("/7/invoice_ts", "not_a_time"),
            ("/7/unit_price", "not_a_number"),
            ("/7/customer_id", "required"),
        ]

    @pytest.mark.parametrize(
        ("column", "text", "code"),
        [
            ("quantity", "1,000", "not_a_number"),
            ("quantity", "1e3", "not_a_number"),
            ("quantity", "NaN", "not_a_number"),
            ("quantity", "1_0", "not_a_number"),
            ("quantity", "١٢", "not_a_number"),
            ("quantity", "1000000000000", "out_of_range"),
            ("quantity", "0.0000001", "too_precise"),
            ("unit_price", "0.00001", "too_precise"),
            ("unit_price", "-100000000000000", "out_of_range"),
            ("invoice_ts", "2010-02-30T10:00", "not_a_time"),
            ("invoice_ts", "2010-02-03", "not_a_time"),
            ("invoice_ts", "2010-02-03T10:00+01:00", "not_a_time"),
            ("stock_code", "85\0048", "control_character"),
            ("description", "\ud800", "control_character"),
            ("description", "X" * 201, "too_long"),
            ("invoice", "4" * 101, "too_long"),
        ],
    )
    def test_what_cannot_be_right_is_refused(self, column: str, text: str, code: str) -> None:
        assert [(fault.pointer, fault.code) for fault in faults_of(a_row(**{column: text}))] == [(f"/7/{column}", code)]

    def test_numbers_are_exact_to_the_last_decimal(self) -> None:
        line = a_line(quantity="3", unit_price="0.001")
        assert (str(line.unit_price), str(line.value)) == ("0.001", "0.003")
        assert a_line(quantity="999999999999.999999", unit_price="99999999999999.9999").value == Decimal(
            "99999999999999999800000000.0000000001"
        )

    def test_descriptions_and_customers_may_be_missing(self) -> None:
        line = a_line(description="  ", customer_id="")
        assert (line.description, line.customer) == ("", "")

    def test_codes_that_differ_by_case_or_blanks_are_one_product_and_by_a_letter_are_two(self) -> None:
        assert {a_line(stock_code=code).sku for code in ("47503J", "47503j", "47503J ")} == {"47503J"}
        assert a_line(stock_code="79323P").sku != a_line(stock_code="79323W").sku

    @pytest.mark.promise("B15")
    @pytest.mark.parametrize(
        ("local", "utc"),
        [
            ("2010-01-15T09:00", "2010-01-15T09:00+00:00"),
            ("2010-06-15T09:00", "2010-06-15T08:00+00:00"),
            ("2010-10-31T01:30", "2010-10-31T00:30+00:00"),  # happens twice: the first
            ("2010-03-28T01:30", "2010-03-28T01:30+00:00"),  # never happens: as if the clocks had not changed yet
        ],
    )
    def test_local_times_become_instants_even_when_the_clocks_change(self, local: str, utc: str) -> None:
        assert a_line(invoice_ts=local).moment.utc == datetime.fromisoformat(utc)

    def test_the_order_of_day_and_month_is_told_and_never_guessed(self) -> None:
        row = a_row(invoice_ts="4/5/2010 8:26")
        for style, month in ((TimestampStyle.MONTH_FIRST, 4), (TimestampStyle.DAY_FIRST, 5)):
            line = parse_line(2, row, SalesFormat(ZoneInfo("UTC"), style))
            assert isinstance(line, SalesLine)
            assert line.moment.utc == datetime(2010, month, 9 - month, 8, 26, tzinfo=UTC)
        assert [fault.code for fault in faults_of(row)] == ["not_a_time"]
        month_first = SalesFormat(ZoneInfo("UTC"), TimestampStyle.MONTH_FIRST)
        assert [fault.code for fault in faults_of(a_row(invoice_ts="13/5/2010 8:26"), month_first)] == ["not_a_time"]


class TestDecisions:
    @pytest.mark.parametrize(
        ("columns", "decision", "change"),
        [
            ({}, SALE, -12),
            ({"customer_id": ""}, SALE, -12),
            ({"invoice": "C489449", "quantity": "-12"}, RETURN, 12),
            ({"invoice": "C496350", "quantity": "1"}, SALE, -1),
            (
                {"quantity": "-192", "unit_price": "0.0", "customer_id": "", "description": "21733 mixed"},
                ADJUSTMENT,
                -192,
            ),
            ({"quantity": "-5", "unit_price": "0.0", "customer_id": "", "description": "MIA"}, ADJUSTMENT, -5),
            ({"quantity": "-5", "unit_price": "2.0", "customer_id": ""}, ADJUSTMENT, -5),
            ({"quantity": "72", "unit_price": "0.0", "customer_id": "", "description": "found"}, ADJUSTMENT, 72),
            ({"quantity": "9600", "unit_price": "0.0", "customer_id": "", "description": ""}, ADJUSTMENT, 9600),
            ({"quantity": "1146", "unit_price": "0.0", "customer_id": "", "description": "?"}, ADJUSTMENT, 1146),
            ({"unit_price": "0.0"}, SALE, -12),
            ({"unit_price": "0.0", "customer_id": ""}, SALE, -12),
            ({"unit_price": "0.0", "description": ""}, SALE, -12),
        ],
    )
    def test_goods_move_as_the_line_says(self, columns: dict[str, str], decision: PostingKind, change: int) -> None:
        line = a_line(**columns)
        assert classify(line) is decision
        assert stock_change(line, decision) == change

    @pytest.mark.parametrize(
        ("columns", "reason"),
        [
            ({"invoice": "A506401", "stock_code": "B", "quantity": "1", "unit_price": "-53594.36"}, Skip.BAD_DEBT),
            ({"invoice": "A506401"}, Skip.BAD_DEBT),
            ({"stock_code": "POST"}, Skip.POSTAGE),
            ({"stock_code": "DOT"}, Skip.POSTAGE),
            ({"stock_code": "C2"}, Skip.POSTAGE),
            ({"stock_code": "m"}, Skip.MANUAL),
            ({"invoice": "C489535", "stock_code": "D", "quantity": "-1"}, Skip.DISCOUNT),
            ({"stock_code": "Bank Charges"}, Skip.FEE),
            ({"stock_code": "AMAZONFEE"}, Skip.FEE),
            ({"stock_code": "S"}, Skip.SAMPLES),
            ({"stock_code": "ADJUST2"}, Skip.ACCOUNT_ADJUSTMENT),
            ({"stock_code": "gift_0001_30"}, Skip.GIFT_VOUCHER),
            ({"stock_code": "TEST001"}, Skip.TEST),
            ({"stock_code": "DCGS0058"}, Skip.UNKNOWN_CODE),
            ({"stock_code": "PADS"}, Skip.UNKNOWN_CODE),
            ({"stock_code": "8504"}, Skip.UNKNOWN_CODE),
            ({"stock_code": "85048ABC"}, Skip.UNKNOWN_CODE),
            ({"unit_price": "-0.5"}, Skip.NEGATIVE_PRICE),
            ({"quantity": "0"}, Skip.NO_QUANTITY),
        ],
    )
    def test_what_is_no_movement_of_goods_is_left_out_for_a_reason(self, columns: dict[str, str], reason: Skip) -> None:
        assert classify(a_line(**columns)) is reason

    def test_an_invoice_number_that_merely_begins_with_a_or_c_is_an_ordinary_one(self) -> None:
        assert classify(a_line(invoice="ANNEX-7")) is SALE
        assert classify(a_line(invoice="CASH-7", quantity="-1")) is ADJUSTMENT

    def test_a_shop_with_other_codes_says_so(self) -> None:
        assert classify(a_line(stock_code="DCGS0058"), re.compile(r"[0-9]{5}[A-Z]{0,2}|DCGS[0-9A-Z]+")) is SALE


class TestProducts:
    def test_the_name_on_most_priced_lines_wins_and_remarks_never_do(self) -> None:
        sheet = ProductSheet()
        for description, price in [
            ("PINK CHERRY LIGHTS", "6.75"),
            ("PINK  CHERRY LIGHTS ", "6.75"),
            ("CHERRY LIGHTS", "6.95"),
            *[("damaged", "0.0")] * 5,
        ]:
            sheet.add(a_line(description=description, unit_price=price))
        assert [product.name for product in sheet.products()] == ["PINK CHERRY LIGHTS"]

    def test_a_product_without_priced_lines_takes_what_names_it_else_its_code(self) -> None:
        sheet = ProductSheet()
        sheet.add(a_line(stock_code="22864", description="HANGING METAL BIRD BATH", unit_price="0.0"))
        sheet.add(a_line(stock_code="21646", description="found", unit_price="0.0"))
        assert [(product.sku, product.name, product.price) for product in sheet.products()] == [
            ("22864", "HANGING METAL BIRD BATH", None),
            ("21646", "21646", None),
        ]

    def test_the_price_is_the_middle_one_of_those_charged(self) -> None:
        sheet = ProductSheet()
        for price, quantity in [
            ("1.25", "1"),
            ("9.99", "1"),
            ("1.45", "1"),
            ("1.65", "100"),
            ("0.10", "-1"),
            ("0.10", "-1"),
        ]:
            sheet.add(a_line(unit_price=price, quantity=quantity))
        assert [product.price for product in sheet.products()] == [Decimal("1.45")]

    def test_the_order_of_lines_makes_no_difference(self, month: list[SalesLine]) -> None:
        forwards, backwards = ProductSheet(), ProductSheet()
        for line in month:
            forwards.add(line)
        for line in reversed(month):
            backwards.add(line)
        assert set(forwards.products()) == set(backwards.products())


class TestPostings:
    def test_an_invoice_becomes_one_posting_for_each_minute_that_it_spans(self, month: list[SalesLine]) -> None:
        lines = [line for line in month if line.invoice == "503609"]
        shelf = Shelf()
        shelf.take(lines)
        assert shelf.references == {"503609@2010-04-06T10:21:00/sale", "503609@2010-04-06T10:22:00/sale"}

    def test_a_posting_carries_the_invoice_the_customer_and_the_prices(self) -> None:
        [slip] = slips([(a_line(), SALE), (a_line(3, stock_code="79323P", unit_price="6.75"), SALE)])
        [imported] = settle(slip, {}).fresh
        posting = to_posting(imported, "UIO", "GBP")
        assert (posting.kind, posting.document.type, posting.document.number, posting.document.party) == (
            SALE,
            DocumentType.INVOICE,
            "489434",
            "13085",
        )
        assert (posting.source, posting.source_ref) == ("sales_file:uio", "489434@2009-12-01T07:45:00/sale")
        assert posting.effective_at == datetime(2009, 12, 1, 7, 45, tzinfo=UTC)
        assert [(line.product, line.quantity, line.unit_price) for line in posting.lines] == [
            ("85048", Decimal(12), Decimal("6.95")),
            ("79323P", Decimal(12), Decimal("6.75")),
        ]
        assert all((line.source, line.destination) == ("UIO", ":customer") for line in posting.lines)

    def test_a_return_comes_back_from_the_customer_at_its_price(self) -> None:
        [slip] = slips([(a_line(invoice="C489449", quantity="-3"), RETURN)])
        [line] = to_posting(settle(slip, {}).fresh[0], "UIO", "GBP").lines
        assert (line.source, line.destination, line.quantity) == (":customer", "UIO", Decimal(3))
        assert line.unit_price == Decimal("6.95")

    def test_an_adjustment_gives_the_remark_as_its_reason(self) -> None:
        for remark, reason in (("smashed", "smashed"), ("", "no remark in the sales file")):
            [slip] = slips([(a_line(quantity="-3", description=remark), ADJUSTMENT)])
            posting = to_posting(settle(slip, {}).fresh[0], "UIO", "GBP")
            assert (posting.reason, posting.document.type) == (reason, DocumentType.ADJUSTMENT)
            assert [(line.source, line.destination, line.quantity, line.unit_price) for line in posting.lines] == [
                ("UIO", ":adjustment", Decimal(3), None)
            ]

    def test_two_invoices_rung_up_in_turns_are_kept_apart(self) -> None:
        lines = [a_line(number, invoice="12"[number % 2]) for number in range(2, 8)]
        assert [(slip.invoice, len(slip.lines)) for slip in slips((line, SALE) for line in lines)] == [
            ("1", 3),
            ("2", 3),
        ]

    def test_an_invoice_longer_than_a_posting_may_be_becomes_several(self) -> None:
        lines = [a_line(number) for number in range(2, 2_003)]
        shelf = Shelf()
        assert shelf.take(lines).buckets[SALE].lines == 2_001
        base = "489434@2009-12-01T07:45:00/sale"
        assert shelf.references == {base, f"{base}+1000", f"{base}+2000"}

    def test_lines_out_of_time_order_are_put_in_order_and_never_posted_as_they_come(self) -> None:
        later, earlier = (a_line(2, invoice_ts="2009-12-02T10:00"), SALE), (a_line(3), SALE)
        assert in_posting_order([later, earlier]) == [earlier, later]
        with pytest.raises(ValueError, match="posting order"):
            list(slips([later, earlier]))


class TestImportingAgain:
    def test_the_same_file_twice_changes_nothing(self, month: list[SalesLine]) -> None:
        shelf = Shelf()
        shelf.take(month)
        before = (shelf.balances(), len(shelf.history))
        report = shelf.take(month)
        assert report.buckets[Skip.ALREADY_IMPORTED].lines == 33_799
        assert (shelf.balances(), len(shelf.history)) == before

    def test_periods_that_overlap_give_what_one_file_gives(self, month: list[SalesLine]) -> None:
        whole, parts = Shelf(), Shelf()
        whole.take(month)
        parts.take([line for line in month if line.moment.local.day <= 20])
        report = parts.take([line for line in month if line.moment.local.day >= 15])
        assert report.buckets[Skip.ALREADY_IMPORTED].lines > 0
        assert Skip.DIFFERS_FROM_IMPORTED not in report.buckets
        assert parts.imported() == whole.imported()
        assert parts.balances() == whole.balances()

    def test_the_later_period_first_moves_the_same_goods_and_never_goes_below_zero(
        self, month: list[SalesLine]
    ) -> None:
        whole, parts = Shelf(), Shelf()
        whole.take(month)
        parts.take([line for line in month if line.moment.local.day >= 15])
        parts.take([line for line in month if line.moment.local.day <= 20])
        assert parts.imported() == whole.imported()
        assert min(parts.lowest_points().values()) == 0

    def test_equal_lines_of_an_invoice_are_all_posted(self) -> None:
        shelf = Shelf()
        shelf.take([a_line(2), a_line(3)])
        assert shelf.imported().total() == 2
        shelf.take([a_line(2), a_line(3), a_line(4)])
        assert shelf.imported().total() == 3

    def test_an_export_cut_off_within_an_invoice_is_completed_by_the_next(self, month: list[SalesLine]) -> None:
        cut = next(index for index, line in enumerate(month) if line.invoice == "503609") + 2
        whole, parts = Shelf(), Shelf()
        whole.take(month[: cut + 40])
        parts.take(month[:cut])
        parts.take(month[: cut + 40])
        assert parts.imported() == whole.imported()
        assert any("+" in reference for reference in parts.references)
        assert Skip.ALREADY_IMPORTED in parts.take(month[:cut]).buckets

    def test_an_invoice_that_was_changed_afterwards_is_named_and_not_posted(self) -> None:
        shelf = Shelf()
        shelf.take([a_line(2), a_line(3, stock_code="22041")])
        before = shelf.balances()
        report = shelf.take([a_line(2), a_line(3, stock_code="22041", quantity="10"), a_line(4, invoice="489435")])
        assert report.buckets[Skip.DIFFERS_FROM_IMPORTED].lines == 2
        assert dict(report.differing_invoices) == {"489434": 2}
        assert report.buckets[SALE].lines == 1
        assert report.complete
        assert shelf.balances() == before | {"85048": Decimal(0)}

    def test_an_invoice_whose_price_was_changed_afterwards_is_named_too(self) -> None:
        shelf = Shelf()
        shelf.take([a_line()])
        assert dict(shelf.take([a_line(unit_price="5.45")]).differing_invoices) == {"489434": 1}

    def test_the_zone_with_which_a_file_is_read_doubles_nothing(self, month: list[SalesLine]) -> None:
        shelf = Shelf()
        shelf.take([a_line()])
        elsewhere = parse_line(2, a_row(), SalesFormat(ZoneInfo("America/Guayaquil")))
        assert isinstance(elsewhere, SalesLine)
        assert shelf.take([elsewhere]).buckets[Skip.ALREADY_IMPORTED].lines == 1

    def test_two_shops_of_a_company_may_number_their_invoices_alike(self) -> None:
        assert source_of("UIO") != source_of("GYE")


class TestOpeningStock:
    def test_it_covers_the_lowest_point_and_no_more(self) -> None:
        start = datetime(2010, 4, 1, tzinfo=UTC)
        changes = [Change(start, "A", Decimal(units)) for units in (-5, 3, -4, 10, -2)]
        changes += [Change(start, "B", Decimal(7))]
        assert opening_stock(changes, {}) == {"A": 6}
        assert opening_stock(changes, {"A": Decimal(4)}) == {"A": 2}
        assert opening_stock(changes, {"A": Decimal(6)}) == {}

    def test_a_backdated_sale_is_not_covered_by_goods_that_leave_later(self) -> None:
        first, second = datetime(2010, 4, 1, tzinfo=UTC), datetime(2010, 4, 2, tzinfo=UTC)
        backdated, recorded = Change(first, "A", Decimal(-3)), Change(second, "A", Decimal(-5))
        assert opening_stock([backdated, recorded], {"A": Decimal(5)}) == {"A": 3}
        with pytest.raises(ValueError, match="posting order"):
            opening_stock([recorded, backdated], {})

    def test_a_bulk_order_counts_although_it_was_cancelled_in_the_same_minute(self) -> None:
        bulk = a_line(2, quantity="19152", unit_price="0.1")
        cancelled = a_line(3, invoice="C489435", quantity="-19152", unit_price="0.1")
        shelf = Shelf()
        shelf.take([bulk, cancelled])
        assert shelf.lowest_points() == {"85048": 0}
        assert shelf.balances() == {"85048": 19152}

    def test_it_is_posted_at_the_start_of_the_first_local_day_in_postings_of_bounded_length(self) -> None:
        lines = [(a_line(2, invoice_ts=f"2010-06-{day}T09:00"), SALE) for day in (15, 16)]
        covered = [posting for slip in slips(lines) for posting in settle(slip, {}).fresh]
        needs = {f"{number:05}": Decimal(1) for number in range(2_500)}
        postings = opening_postings(needs, covered, "UIO", LONDON.zone)
        assert [len(posting.lines) for posting in postings] == [1000, 1000, 500]
        assert {posting.effective_at for posting in postings} == {datetime(2010, 6, 14, 23, 0, tzinfo=UTC)}
        assert {posting.kind for posting in postings} == {PostingKind.OPENING}
        assert {line.destination for posting in postings for line in posting.lines} == {"UIO"}
        assert len({posting.source_ref for posting in postings}) == 3
        assert sorted(str(line.product) for posting in postings for line in posting.lines) == sorted(needs)

    def test_its_reference_follows_from_what_it_covers(self) -> None:
        def reference(*lines: SalesLine) -> str | None:
            covered = [p for slip in slips((line, SALE) for line in lines) for p in settle(slip, {}).fresh]
            return opening_postings({"85048": Decimal(1)}, covered, "UIO", LONDON.zone)[0].source_ref

        other = a_line(3, invoice="489435")
        assert reference(a_line()) == reference(a_line())
        assert len({reference(a_line()), reference(other), reference(a_line(), other)}) == 3

    def test_nothing_missing_means_no_posting(self) -> None:
        assert opening_postings({}, [], "UIO", LONDON.zone) == ()


class TestReconciliation:
    def test_the_month_is_accounted_for_to_the_penny(self, month: list[SalesLine]) -> None:
        shelf = Shelf()
        report = shelf.take(month)
        counted = {name: figures for name, *figures in (row[:4] for row in report.rows())}
        assert counted == {
            "posted: sale": ["33105", "371546", "648886.07"],
            "posted: customer_return": ["571", "-5998", "-10025.26"],
            "posted: adjustment": ["123", "-13745", "0"],
            "skipped: bad_debt": ["1", "1", "-53594.36"],
            "skipped: postage": ["125", "232", "8825.86"],
            "skipped: manual": ["87", "-69", "-1682.01"],
            "skipped: discount": ["4", "-2", "-196.48"],
            "skipped: fee": ["11", "-5", "-1693.06"],
            "skipped: samples": ["14", "-12", "-181.21"],
            "skipped: gift_voucher": ["6", "8", "110.63"],
            "skipped: test": ["1", "5", "22.5"],
            "skipped: unknown_code": ["9", "10", "107.752"],
            "sum": ["34057", "351971", "590580.432"],
            "file": ["34057", "351971", "590580.432"],
        }
        assert report.complete
        assert (report.total.units_in, report.total.units_out) == (Decimal(5_998 + 15_042), Decimal(371_546 + 28_787))
        assert (report.total.value_in, report.total.value_out) == (Decimal("10025.26"), Decimal("648886.07"))
        assert min(shelf.lowest_points().values()) == 0

    def test_a_line_that_went_missing_or_was_counted_twice_shows(self) -> None:
        report = Reconciliation()
        report.read(a_line())
        assert not report.complete
        report.settled(a_line(), SALE)
        assert report.complete
        report.settled(a_line(), Skip.TEST)
        assert not report.complete

    def test_it_prints_as_a_table_and_as_json(self) -> None:
        shelf = Shelf()
        report = shelf.take([a_line(2), a_line(3, stock_code="DCGS0058", quantity="2", unit_price="0.81")])
        assert report.rows() == [
            ("posted: sale", "1", "12", "83.40", "0", "12", "0", "83.40"),
            ("skipped: unknown_code", "1", "2", "1.62", "0", "0", "0", "0"),
            ("sum", "2", "14", "85.02", "0", "12", "0", "83.40"),
            ("file", "2", "14", "85.02", "0", "0", "0", "0"),
        ]
        answer = json.loads(json.dumps(report.as_dict()))
        assert answer["complete"] is True
        assert answer["unknown_codes"] == {"DCGS0058": 1}
        assert answer["sum"]["lines"] == 2
        assert answer["posted"]["sale"]["units_out"] == "12"


def some_lines() -> st.SearchStrategy[list[SalesLine]]:
    """Few invoices, products and minutes, so that lines meet, repeat and cross each other."""
    columns = st.fixed_dictionaries(
        {
            "invoice": st.sampled_from(["1", "2", "C3", "C4", "A5"]),
            "stock_code": st.sampled_from(["10001", "10001a", "10001A ", "10002", "POST", "DCGS0058"]),
            "description": st.sampled_from(["WHITE CHERRY LIGHTS", "", "?", "found"]),
            "quantity": st.integers(-5, 5).map(str),
            "invoice_ts": st.integers(0, 59).map("2010-04-01T10:{:02}".format),
            "unit_price": st.sampled_from(["0.0", "0.001", "1.25", "2", "-3.5"]),
            "customer_id": st.sampled_from(["", "13085"]),
        }
    )
    return st.lists(columns, max_size=30).map(
        lambda rows: [a_line(number, **row) for number, row in enumerate(rows, start=2)]
    )


@given(some_lines())
def test_every_line_ends_in_one_bucket_and_the_buckets_sum_to_the_file(lines: list[SalesLine]) -> None:
    report = Shelf().take(lines)
    assert report.complete
    assert report.file.lines == len(lines)
    assert report.file.value == sum((line.quantity * line.unit_price for line in lines), Decimal(0))
    moved = [tally for fate, tally in report.buckets.items() if isinstance(fate, PostingKind)]
    in_and_out = sum((tally.units_in + tally.units_out for tally in moved), Decimal(0))
    assert in_and_out == sum(abs(line.quantity) for line in lines if isinstance(classify(line), PostingKind))


@given(some_lines())
def test_the_opening_keeps_every_product_at_or_above_zero_and_is_never_more_than_needed(
    lines: list[SalesLine],
) -> None:
    shelf = Shelf()
    shelf.take(lines)
    opened = {change.sku for change in shelf.history if change.at.month != 4}
    for sku, lowest in shelf.lowest_points().items():
        assert lowest >= 0
        assert sku not in opened or lowest == 0


@given(some_lines(), st.data())
def test_exports_that_are_cut_or_overlap_never_double_and_never_lose_a_line(
    lines: list[SalesLine], data: st.DataObject
) -> None:
    """Any export that holds some of the lines, then the whole: as if the whole had come alone."""
    whole, parts = Shelf(), Shelf()
    whole.take(lines)
    chosen = data.draw(st.sets(st.integers(0, max(len(lines) - 1, 0))))
    parts.take([line for index, line in enumerate(lines) if index in chosen])
    report = parts.take(lines)
    assert report.complete
    assert parts.imported() == whole.imported()
    assert all(lowest >= 0 for lowest in parts.lowest_points().values())
    again = parts.take(lines)
    assert not any(isinstance(fate, PostingKind) for fate in again.buckets)
