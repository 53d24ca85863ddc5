"""The first page: what somebody is to know and to do at this moment, and how things went lately."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.dashboard import Block, NeedKind, ShortcutKind
from core.queries.recommendations import RecommendationView
from core.queries.stock import MoveLine

Period = Literal[7, 30, 90]
"""Days, today's included."""


class DashboardSite(msgspec.Struct, frozen=True):
    """The site to which everything is narrowed."""

    id: UUID
    code: str
    name: str


class FigureName(StrEnum):
    """`PRODUCTS_LOW` and `PRODUCTS_OUT` are as many products as the list of products shows with `low=true` or `out=true`."""

    STOCK_VALUE = "stock_value"
    PRODUCTS_LOW = "products_low"
    PRODUCTS_OUT = "products_out"
    SALES_TODAY = "sales_today"
    SALES_PERIOD = "sales_period"
    TRANSFERS_OPEN = "transfers_open"
    REQUESTS_PENDING = "requests_pending"
    APPROVALS = "approvals"
    UNREAD = "unread"
    JOBS = "jobs"
    COMPANIES = "companies"
    COMPANIES_SUSPENDED = "companies_suspended"


class Figure(msgspec.Struct, frozen=True):
    """One figure: money in the company's currency if `is_money`, else a count."""

    name: FigureName
    value: Decimal
    is_money: bool


class NeedAction(msgspec.Struct, frozen=True):
    """The request that does it at once: send it as it stands, with an Idempotency-Key if `keyed`, and with `If-Match` where it is given."""

    method: Literal["POST"]
    path: str
    body: Mapping[str, Any] | None
    keyed: bool
    if_match: str | None


class Need(msgspec.Struct, frozen=True):
    """Something that waits for the caller. `subject` and `id` say what it is about; `title` holds the parts of its title, by kind.
    `action` is None where one has to look first, or may not do it."""

    kind: NeedKind
    subject: str
    id: str
    title: Mapping[str, str]
    site: str | None
    since: datetime | None
    action: NeedAction | None


class Needs(msgspec.Struct, frozen=True):
    """Of each kind how many wait, and those that wait longest. Proposals stand among the recommendations, where there are any."""

    counts: Mapping[NeedKind, int]
    items: list[Need]


class DayOfStock(msgspec.Struct, frozen=True):
    """What the stock was worth at the end of a day; on the last day, now."""

    day: date
    value: Decimal


class DayOfFlow(msgspec.Struct, frozen=True):
    """What came and what went on a day, of all products. Transfers count only where one site is asked for."""

    day: date
    came: Decimal
    went: Decimal


class DayOfSales(msgspec.Struct, frozen=True):
    """Sales less returns of a day."""

    day: date
    quantity: Decimal
    income: Decimal


class BestSeller(msgspec.Struct, frozen=True):
    """What was sold of a product in the period, less what came back; a kit counts as kits."""

    product: UUID
    sku: str
    name: str
    quantity: Decimal
    income: Decimal


class LowStock(msgspec.Struct, frozen=True):
    """A product that is at or below its minimum at a site, or gone there."""

    product: UUID
    sku: str
    name: str
    site: str
    is_out: bool
    available: Decimal
    minimum: Decimal | None
    target: Decimal | None


class Depletion(msgspec.Struct, frozen=True):
    """When the stock of a product at a site will be used up: as expected, and at the earliest with one chance in ten."""

    product: UUID
    sku: str
    name: str
    site: str
    on_hand: Decimal
    weekly_mean: Decimal
    depletes_on: date | None
    at_risk_on: date | None


class SiteFigures(msgspec.Struct, frozen=True):
    """How a site stands. `value` is None for those who may not see costs."""

    id: UUID
    code: str
    name: str
    products: int
    low: int
    out: int
    value: Decimal | None


class Shortcut(msgspec.Struct, frozen=True):
    """Something that one pinned, uses much, or is likely to need. `title` and `detail` are empty for pages and reports, which the client has
    words for."""

    kind: ShortcutKind
    id: str
    title: str
    detail: str
    is_pinned: bool


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """The blocks in their order, and what stands in each of them: null in all others. `role` is the preset whose blocks they are at first.
    Money is in `currency`; days are those of the company."""

    at: datetime
    period: int
    since: date | None
    until: date | None
    currency: str | None
    site: DashboardSite | None
    role: str
    blocks: list[Block]
    figures: list[Figure] | None = None
    needs: Needs | None = None
    recommendations: list[RecommendationView] | None = None
    stock_value: list[DayOfStock] | None = None
    flow: list[DayOfFlow] | None = None
    sales: list[DayOfSales] | None = None
    best_sellers: list[BestSeller] | None = None
    low_stock: list[LowStock] | None = None
    depletions: list[Depletion] | None = None
    movements: list[MoveLine] | None = None
    sites: list[SiteFigures] | None = None
    shortcuts: list[Shortcut] | None = None


class Actions(Protocol):
    """The addresses of what can be done, which the edge knows."""

    def __call__(self, kind: NeedKind, subject: str, version: int | None) -> NeedAction | None:
        """What does it at once, to an object of this id and version."""
        ...


class DashboardReader(Protocol):
    async def dashboard(self, actor: Actor, period: Period, site: str | None, now: datetime) -> Dashboard:
        """What the actor is shown first. NotFound `site_not_found` for a site out of their reach."""
        ...
