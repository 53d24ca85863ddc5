"""The reports: what stands in their columns and what narrows them. Their words are in report_words.toml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

USUAL_DAYS = 30
MOST_DAYS = 3_660


class ReportFormat(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


class CellKind(StrEnum):
    """`WORD` is one of a few words of ours, which every language has its own for; `RATE` is money for one unit, finer than cents; `MOMENT`
    is in the company's time."""

    TEXT = "text"
    WORD = "word"
    QUANTITY = "quantity"
    MONEY = "money"
    RATE = "rate"
    PERCENT = "percent"
    COUNT = "count"
    DAY = "day"
    MOMENT = "moment"

    @property
    def is_number(self) -> bool:
        return self in (CellKind.QUANTITY, CellKind.MONEY, CellKind.RATE, CellKind.PERCENT, CellKind.COUNT)


@dataclass(frozen=True, slots=True)
class Column:
    """`total`: its sum over all rows means something. `cost`: only those see it who may see costs. `share` is how much of a page's width
    it takes beside the others."""

    name: str
    kind: CellKind = CellKind.TEXT
    total: bool = False
    cost: bool = False
    share: int = 10


class Narrowing(StrEnum):
    """What a report can be narrowed by: a period of days, the day that it speaks of, a site, a category with all below it, a product."""

    PERIOD = "period"
    DAY = "day"
    SITE = "site"
    CATEGORY = "category"
    PRODUCT = "product"


class ReportName(StrEnum):
    STOCK_ON_HAND = "stock_on_hand"
    STOCK_VALUATION = "stock_valuation"
    LOW_STOCK = "low_stock"
    MOVEMENTS = "movements"
    KARDEX = "kardex"
    DAILY = "daily"
    SALES_BY_DATE = "sales_by_date"
    SALES_BY_CATEGORY = "sales_by_category"
    SALES_BY_PRODUCT = "sales_by_product"
    SALES_BY_SITE = "sales_by_site"
    DEPLETION = "depletion"
    TURNOVER = "turnover"
    ABC_XYZ = "abc_xyz"
    SLOW_MOVERS = "slow_movers"
    TRANSFERS = "transfers"
    PURCHASES = "purchases"
    SUPPLIER_PERFORMANCE = "supplier_performance"
    REQUESTS = "requests"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Report:
    """`permissions` are needed all; `chart` names the column that a chart shows, by the first one."""

    columns: Sequence[Column]
    narrowing: frozenset[Narrowing]
    permissions: Sequence[str] = ("report:read",)
    of_one_product: bool = False
    chart: str | None = None

    def shown(self, *, costs: bool) -> Sequence[Column]:
        return [column for column in self.columns if costs or not column.cost]


_P, _D, _S, _C, _I = Narrowing.PERIOD, Narrowing.DAY, Narrowing.SITE, Narrowing.CATEGORY, Narrowing.PRODUCT
_COSTS = ("report:read", "cost:read")

_SKU, _NAME, _CATEGORY = Column("sku", share=12), Column("name", share=24), Column("category", share=14)
_SITE, _UNIT = Column("site", share=7), Column("unit", share=7)


def _quantity(name: str, *, total: bool = True) -> Column:
    return Column(name, CellKind.QUANTITY, total)


def _money(name: str, *, total: bool = True, cost: bool = False) -> Column:
    return Column(name, CellKind.MONEY, total, cost, 12)


def _cost(name: str, *, total: bool = True) -> Column:
    return _money(name, total=total, cost=True)


def _unit_cost() -> Column:
    return Column("unit_cost", CellKind.RATE, cost=True, share=12)


def _count(name: str, *, total: bool = False) -> Column:
    return Column(name, CellKind.COUNT, total, share=8)


def _percent(name: str, *, cost: bool = False) -> Column:
    return Column(name, CellKind.PERCENT, cost=cost, share=8)


def _word(name: str) -> Column:
    return Column(name, CellKind.WORD)


def _day(name: str) -> Column:
    return Column(name, CellKind.DAY, share=11)


def _moment(name: str) -> Column:
    return Column(name, CellKind.MOMENT, share=15)


def _sales(*by: Column) -> Report:
    figures = (
        _quantity("quantity"),
        _money("income"),
        _cost("cost"),
        _cost("margin"),
        _percent("margin_percent", cost=True),
    )
    return Report((*by, *figures), frozenset({_P, _S, _C, _I}), chart="income")


REPORTS: Mapping[ReportName, Report] = {
    ReportName.STOCK_ON_HAND: Report(
        (
            *(_SKU, _NAME, _CATEGORY, _SITE, _UNIT),
            *(_quantity("on_hand"), _quantity("reserved"), _quantity("available"), _quantity("minimum", total=False)),
            *(_unit_cost(), _cost("value")),
        ),
        frozenset({_S, _C, _I}),
    ),
    ReportName.STOCK_VALUATION: Report(
        (_SKU, _NAME, _CATEGORY, _SITE, _quantity("on_hand"), _unit_cost(), _money("value")),
        frozenset({_D, _S, _C, _I}),
        _COSTS,
    ),
    ReportName.LOW_STOCK: Report(
        (
            *(_SKU, _NAME, _CATEGORY, _SITE, _word("state")),
            *(_quantity("available"), _quantity("minimum"), _quantity("target"), _quantity("missing")),
        ),
        frozenset({_S, _C, _I}),
    ),
    ReportName.MOVEMENTS: Report(
        (
            *(_moment("at"), _word("kind"), Column("document", share=12), _SKU, _NAME),
            *(Column("from"), Column("to"), Column("lot")),
            *(_quantity("quantity_in"), _quantity("quantity_out"), _cost("cost", total=False), Column("by", share=12)),
        ),
        frozenset({_P, _S, _C, _I}),
    ),
    ReportName.KARDEX: Report(
        (
            *(_moment("at"), _word("kind"), Column("document", share=12)),
            *(_quantity("quantity_in"), _cost("value_in"), _quantity("quantity_out"), _cost("value_out")),
            *(_quantity("balance", total=False), _cost("balance_value", total=False), _unit_cost()),
        ),
        frozenset({_P, _S, _I}),
        of_one_product=True,
    ),
    ReportName.DAILY: Report(
        (
            *(_day("day"), _quantity("received"), _quantity("issued"), _quantity("sold"), _quantity("returned")),
            *(_quantity("adjusted"), _quantity("transferred_in"), _quantity("transferred_out")),
            *(_money("income"), _cost("cost"), _cost("margin")),
        ),
        frozenset({_P, _S, _C, _I}),
        chart="income",
    ),
    ReportName.SALES_BY_DATE: _sales(_day("day")),
    ReportName.SALES_BY_CATEGORY: _sales(Column("category", share=30)),
    ReportName.SALES_BY_PRODUCT: _sales(_SKU, _NAME, _CATEGORY),
    ReportName.SALES_BY_SITE: _sales(_SITE, Column("site_name", share=24)),
    ReportName.DEPLETION: Report(
        (
            *(_SKU, _NAME, _SITE, _quantity("on_hand"), _quantity("incoming"), _quantity("weekly_demand", total=False)),
            *(_day("depletes_on"), _day("at_risk_on"), _word("quality")),
        ),
        frozenset({_S, _I}),
    ),
    ReportName.TURNOVER: Report(
        (
            *(_SKU, _NAME, _CATEGORY, _quantity("issued"), _money("cost_of_goods"), _money("mean_value")),
            *(_quantity("turnover", total=False), _quantity("days_of_stock", total=False)),
        ),
        frozenset({_P, _S, _C, _I}),
        _COSTS,
    ),
    ReportName.ABC_XYZ: Report(
        (
            *(_SKU, _NAME, _CATEGORY, _quantity("quantity"), _money("income"), _percent("income_percent")),
            *(_percent("running_percent"), _word("abc"), _percent("variation"), _word("xyz")),
        ),
        frozenset({_P, _S, _C}),
    ),
    ReportName.SLOW_MOVERS: Report(
        (
            _SKU,
            _NAME,
            _CATEGORY,
            _SITE,
            _quantity("on_hand"),
            _cost("value"),
            _day("last_issued_on"),
            _count("days_idle"),
        ),
        frozenset({_P, _S, _C, _I}),
    ),
    ReportName.TRANSFERS: Report(
        (
            *(_count("number"), Column("from"), Column("to"), _word("state"), _day("day"), _count("lines", total=True)),
            *(_quantity("requested"), _quantity("shipped"), _quantity("received"), _quantity("missing")),
        ),
        frozenset({_P, _S}),
    ),
    ReportName.PURCHASES: Report(
        (
            *(_count("number"), Column("supplier", share=20), _SITE, _word("state"), _day("day"), _day("expected_on")),
            *(_quantity("ordered"), _quantity("received"), _money("amount"), _money("received_amount")),
        ),
        frozenset({_P, _S}),
        _COSTS,
    ),
    ReportName.SUPPLIER_PERFORMANCE: Report(
        (
            *(Column("supplier", share=24), _count("orders", total=True), _count("lines", total=True)),
            *(_quantity("lead_days", total=False), _percent("on_time"), _percent("received_percent"), _money("amount")),
        ),
        frozenset({_P, _S}),
        _COSTS,
    ),
    ReportName.REQUESTS: Report(
        (
            *(_count("number"), _word("kind"), _word("state"), _SITE, _day("day"), Column("requested_by", share=14)),
            *(Column("decided_by", share=14), _quantity("asked"), _quantity("granted"), _quantity("fulfilled")),
        ),
        frozenset({_P, _S}),
        ("report:read", "request:read"),
    ),
    ReportName.AUDIT: Report(
        (
            _moment("at"),
            Column("by", share=14),
            _word("action"),
            Column("subject", share=16),
            Column("key", share=30),
            Column("address"),
        ),
        frozenset({_P}),
        ("report:read", "audit:read"),
    ),
}


def usual_period(today: date) -> tuple[date, date]:
    """The days that a report speaks of where nobody says which: the last thirty, or as many as there are since the calendar begins."""
    return today - min(timedelta(days=USUAL_DAYS - 1), today - date.min), today
