"""`DashboardReader` on PostgreSQL, in two round trips: who it is, then all blocks together."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.postgres.dashboard.days import (
    FLOW,
    MOST_BEST_SELLERS,
    SALES,
    Period,
    best_sellers,
    flow,
    sales,
    stock_value,
    value_now,
)
from adapters.postgres.dashboard.depletions import DEPLETIONS, depletions
from adapters.postgres.dashboard.needs import NEEDS, PERMISSIONS, needs, rights
from adapters.postgres.dashboard.person import Person, person_of
from adapters.postgres.dashboard.stock import MOST_LOW, STOCK, low_stock, site_figures
from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor, Sites
from core.domain.dashboard import Block, NeedKind, chosen_blocks, chosen_shortcuts, may_open, nearest_preset
from core.domain.purchase_order import ON_ORDER
from core.domain.usage import Page
from core.domain.values import normal
from core.queries.dashboard import Actions, Dashboard, Figure, FigureName, Needs, Shortcut
from core.queries.dashboard import Period as Length
from core.queries.notifications import NotificationReader
from core.queries.recommendations import RecommendationFilter, RecommendationReader, RecommendationView
from core.queries.stock import MoveFilter, MoveLine, StockReader

MOST_MOVEMENTS = 10
MOST_RECOMMENDATIONS = 5

_COMPANIES = "SELECT count(*), count(*) FILTER (WHERE suspended) FROM company"
_CHARTS = frozenset({Block.STOCK_VALUE, Block.FLOW, Block.SALES, Block.BEST_SELLERS})
_APPROVALS = (NeedKind.REQUEST_TO_APPROVE, NeedKind.ORDER_TO_APPROVE, NeedKind.COUNT_TO_APPROVE)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the blocks are made of; None for what nobody asked."""

    period: Period
    flow: Row | None
    sales: Row | None
    stock: Row | None
    waiting: Row | None
    soonest: list[Row] | None
    moves: list[MoveLine] | None
    advice: list[RecommendationView] | None
    unread: int


class PostgresDashboardReader:
    """`DashboardReader` over the pool. What is asked at the same moment travels together."""

    def __init__(
        self,
        database: Database,
        stock: StockReader,
        notifications: NotificationReader,
        recommendations: RecommendationReader,
        actions: Actions,
    ) -> None:
        self._database, self._actions = database, actions
        self._stock, self._notifications, self._recommendations = stock, notifications, recommendations

    async def dashboard(self, actor: Actor, period: Length, site: str | None, now: datetime) -> Dashboard:
        if actor.company_id is None:
            return await self._of_platform(actor, period, now)
        person = await person_of(self._database, actor, site, now)
        blocks = person.blocks(actor)
        since = person.today - timedelta(days=period - 1)
        answers = await self._ask(actor, person, frozenset(blocks), since, now)
        waiting = needs(answers.waiting, self._actions) if answers.waiting else None
        days, moved, sold, stock = answers.period, answers.flow, answers.sales, answers.stock
        return Dashboard(
            at=now,
            period=period,
            since=since,
            until=person.today,
            currency=person.currency,
            site=person.site,
            role=nearest_preset(actor.permissions),
            blocks=list(blocks),
            figures=[*_figures(actor, answers, waiting)] if Block.FIGURES in blocks else None,
            needs=_shown(waiting, answers) if waiting and Block.NEEDS in blocks else None,
            recommendations=answers.advice,
            stock_value=stock_value(moved, days) if moved and Block.STOCK_VALUE in blocks else None,
            flow=flow(moved, days) if moved and Block.FLOW in blocks else None,
            sales=sales(sold, days) if sold and Block.SALES in blocks else None,
            best_sellers=best_sellers(sold) if sold and Block.BEST_SELLERS in blocks else None,
            low_stock=low_stock(stock) if stock and Block.LOW_STOCK in blocks else None,
            depletions=None if answers.soonest is None else depletions(answers.soonest),
            movements=answers.moves,
            sites=site_figures(stock) if stock and Block.SITES in blocks else None,
            shortcuts=person.shortcuts(actor) if Block.SHORTCUTS in blocks else None,
        )

    async def _ask(
        self, actor: Actor, person: Person, blocks: frozenset[Block], since: date, now: datetime
    ) -> _Answers:
        period = Period(since if blocks & _CHARTS else person.today, person.today)
        names = {**_names(actor, person, blocks), "since_at": person.begin_of(period.since)}
        (moved, sold, stock, waiting), (soonest, moves, advice, unread) = await asyncio.gather(
            asyncio.gather(
                self._first(actor, FLOW, names, wanted=names["values"] or Block.FLOW in blocks),
                self._first(actor, SALES, names, wanted=names["sales"]),
                self._first(actor, STOCK, names, wanted=names["stock"]),
                self._first(actor, NEEDS, names, wanted=bool(blocks & {Block.NEEDS, Block.FIGURES})),
            ),
            asyncio.gather(
                self._rows(actor, DEPLETIONS, names, wanted=Block.DEPLETIONS in blocks),
                self._moves(actor, person, wanted=Block.MOVEMENTS in blocks),
                self._advice(actor, person, now, wanted=Block.RECOMMENDATIONS in blocks),
                self._unread(actor, wanted=Block.FIGURES in blocks),
            ),
        )
        return _Answers(period, moved, sold, stock, waiting, soonest, moves, advice, unread)

    async def _moves(self, actor: Actor, person: Person, *, wanted: bool) -> list[MoveLine] | None:
        if not wanted:
            return None
        narrowed = MoveFilter(site=person.site.code if person.site else None)
        return list((await self._stock.moves(actor, narrowed, MOST_MOVEMENTS, None)).items)

    async def _advice(
        self, actor: Actor, person: Person, now: datetime, *, wanted: bool
    ) -> list[RecommendationView] | None:
        if not wanted:
            return None
        narrowed = RecommendationFilter(site=person.site.code if person.site else None)
        reader, most = self._recommendations, MOST_RECOMMENDATIONS
        return list((await reader.recommendations(actor, narrowed, now, most, None, total=False)).items)

    async def _unread(self, actor: Actor, *, wanted: bool) -> int:
        return (await self._notifications.unread(actor)).unread if wanted else 0

    async def _first(self, actor: Actor, statement: str, names: Mapping[str, Any], *, wanted: bool) -> Row | None:
        rows = await self._rows(actor, statement, names, wanted=wanted)
        return rows[0] if rows else None

    async def _rows(self, actor: Actor, statement: str, names: Mapping[str, Any], *, wanted: bool) -> list[Row] | None:
        return await self._database.read(Scope(actor.company), statement, names) if wanted else None

    async def _of_platform(self, actor: Actor, period: Length, now: datetime) -> Dashboard:
        """That of the platform's owner while they work in no company."""
        actor.require("platform:company")
        [(companies, suspended)] = await self._database.fetch(Scope(platform=True), _COMPANIES)
        figures = [
            Figure(FigureName.COMPANIES, Decimal(companies), is_money=False),
            Figure(FigureName.COMPANIES_SUSPENDED, Decimal(suspended), is_money=False),
        ]
        targets = chosen_shortcuts(actor.permissions, (), {})
        return Dashboard(
            at=now,
            period=period,
            since=None,
            until=None,
            currency=None,
            site=None,
            role=nearest_preset(actor.permissions),
            blocks=[*chosen_blocks(actor.permissions, (), (), {})],
            figures=figures,
            shortcuts=[Shortcut(one.kind, one.id, "", "", is_pinned=False) for one in targets],
        )


def _names(actor: Actor, person: Person, blocks: frozenset[Block]) -> dict[str, Any]:
    """What the statements are told, among it which of their figures are wanted by whoever may see them."""
    figures, costs = Block.FIGURES in blocks, actor.may("cost:read")
    return {
        "company": actor.company,
        "user": actor.user_id,
        "sites": _narrowed(actor.read_sites, person),
        "own": _narrowed(actor.sites, person),
        "one_site": person.site is not None,
        "today": person.today,
        "costs": costs,
        "stock": actor.may("stock:read") and bool(blocks & {Block.LOW_STOCK, Block.SITES, Block.FIGURES}),
        "values": costs and actor.may("stock:read") and (figures or Block.STOCK_VALUE in blocks),
        "sales": actor.may("sale:read") and (figures or bool(blocks & {Block.SALES, Block.BEST_SELLERS})),
        "best": MOST_BEST_SELLERS,
        "low": MOST_LOW,
        **rights(actor),
        "on_order": list(ON_ORDER),
    }


def _narrowed(sites: Sites, person: Person) -> list[UUID] | None:
    """Of some sites the one asked for; None: all of the company."""
    if person.site is None:
        return None if sites is None else list(sites)
    return [person.site.id] if sites is None or person.site.id in sites else []


def _shown(waiting: Needs, answers: _Answers) -> Needs:
    """Proposals are recommendations too, and need not stand on the page twice."""
    items = [one for one in waiting.items if answers.advice is None or one.kind is not NeedKind.PROPOSAL_TO_ACCEPT]
    return Needs(waiting.counts, items)


def _figures(actor: Actor, answers: _Answers, waiting: Needs | None) -> Iterator[Figure]:
    """Those that the actor may know."""
    worth, stock = value_now(answers.flow) if answers.flow else None, answers.stock
    if worth is not None:
        yield Figure(FigureName.STOCK_VALUE, worth, is_money=True)
    if stock:
        yield _count(FigureName.PRODUCTS_LOW, stock[0])
        yield _count(FigureName.PRODUCTS_OUT, stock[1])
    if answers.sales:
        days = sales(answers.sales, answers.period)
        yield Figure(FigureName.SALES_TODAY, days[-1].income, is_money=True)
        if actor.may("report:read"):
            income = sum((day.income for day in days), Decimal(0))
            yield Figure(FigureName.SALES_PERIOD, normal(income), is_money=True)
    if waiting and answers.waiting:
        _, transfers, requests, jobs = answers.waiting
        if actor.may("transfer:read"):
            yield _count(FigureName.TRANSFERS_OPEN, transfers)
        if may_open(Page.REQUESTS, actor.permissions):
            yield _count(FigureName.REQUESTS_PENDING, requests)
        if any(actor.may(PERMISSIONS[kind]) for kind in _APPROVALS):
            yield _count(FigureName.APPROVALS, sum(waiting.counts.get(kind, 0) for kind in _APPROVALS))
        if actor.may("export:read"):
            yield _count(FigureName.JOBS, jobs)
    yield _count(FigureName.UNREAD, answers.unread)


def _count(name: FigureName, count: int) -> Figure:
    return Figure(name, Decimal(count), is_money=False)
