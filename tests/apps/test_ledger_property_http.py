"""The ledger over HTTP against the model, on random work: what is listed is what was recorded."""

from collections.abc import Coroutine
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import httpx
import msgspec
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import strategies as st
from litestar import Litestar

from adapters.postgres.engine import Database
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.errors import DomainError, Fault
from core.domain.stock import Line, Posting, PostingKind
from core.ports.stock_ledger import Posted, PostingView
from tests.api import Api, Client, tokens_of
from tests.model.machine import Action, LedgerMachine, action, explore, moment, sites
from tests.model.steps import AtSite, Stock, site_of
from tests.shop import open_shop

T = TypeVar("T")
COMES_IN, GOES_OUT = "comes in", "goes out"


class HttpSystem:
    """The API of a new company with products A and B and sites UIO and GYE."""

    def __init__(self, api: Api, client: Client) -> None:
        self.api, self.client = api, client

    async def post(self, postings: list[Posting]) -> Posted:
        bodies = [_body(posting) for posting in postings]
        if len(bodies) > 1:
            answer = await self.client.send_json("/stock/postings:batch", {"postings": bodies})
            return Posted(_read(answer, list[PostingView], "items"))
        is_sale = bodies[0]["kind"] == "sale"
        body = {name: value for name, value in bodies[0].items() if not (is_sale and name == "kind")}
        answer = await self.client.send_json("/sales" if is_sale else "/stock/postings", body)
        return Posted([_read(answer, PostingView)])

    async def reverse(self, posting_id: UUID) -> Posted:
        answer = await self.client.send_json(f"/stock/postings/{posting_id}/reverse", {"reason": "a mistake"})
        return Posted([_read(answer, PostingView)])

    async def allow_negative(self, site: str, allowed: bool) -> None:
        site_id = self.api.shop.sites[site]
        answer = await self.client.send_json(f"/sites/{site_id}", {"negative_ok": allowed}, method="PATCH")
        _read(answer, dict[str, Any])

    async def lock_period(self, through: datetime) -> None:
        answer = await self.client.send_json("/company", {"locked_through": through.isoformat()}, method="PATCH")
        _read(answer, dict[str, Any])

    async def balances(self) -> dict[Stock, Decimal]:
        items = await self._all("/stock/balances")
        return {
            (item["sku"], item["site"], None): Decimal(item["on_hand"]) for item in items if Decimal(item["on_hand"])
        }

    async def held_at(self, at: datetime) -> dict[AtSite, Decimal]:
        items = await self._all("/stock/as-of", at=at.isoformat())
        return {(item["sku"], item["site"]): Decimal(item["on_hand"]) for item in items if Decimal(item["on_hand"])}

    async def history(self, sku: str, site: str) -> list[tuple[Decimal, Decimal]]:
        items = await self._all("/stock/moves", product=sku, site=site)
        return [(Decimal(item["change"]), Decimal(item["balance"])) for item in items]

    async def _all(self, path: str, **query: str) -> list[dict[str, Any]]:
        """The items of all pages, which are short."""
        page = await self.client.get_ok(path, limit=3, **query)
        items = list(page["items"])
        while page["next_cursor"]:
            page = await self.client.get_ok(path, limit=3, cursor=page["next_cursor"], **query)
            items += page["items"]
        return items


def _body(posting: Posting) -> dict[str, Any]:
    """A posting as people write it: products and sites, and a sign where goods go both ways."""
    body: dict[str, Any] = {
        "kind": posting.kind.value,
        "reason": posting.reason,
        "document": {"type": "other"},
        "lines": [_line(posting.kind, line) for line in posting.lines],
    }
    return body | ({"effective_at": posting.effective_at.isoformat()} if posting.effective_at else {})


def _line(kind: PostingKind, line: Line) -> dict[str, str]:
    leaves = bool(site_of(line.source))
    sign = -1 if leaves and kind is PostingKind.ADJUSTMENT else 1
    body = {
        "product": str(line.product),
        "site": str(line.source if leaves else line.destination),
        "quantity": str(sign * line.quantity),
    }
    return body if line.unit_cost is None else body | {"unit_cost": str(line.unit_cost)}


def _read(answer: httpx.Response, shape: type[T], member: str | None = None) -> T:
    """What was answered, or the refusal as the domain knows it."""
    content = answer.json()
    if answer.is_success:
        return msgspec.convert(content[member] if member else content, shape)
    assert answer.status_code in (409, 422), answer.text
    faults = [Fault(fault["pointer"], fault["code"], fault["detail"]) for fault in content.get("errors", [])]
    raise DomainError(content["code"], content["detail"], faults)


class HttpMachine(LedgerMachine):
    """What the API offers, and what it shows of it. Goods in transit belong to transfers, which have tests of their own."""

    routes = ()
    system: HttpSystem

    def lines(self, kind: PostingKind, focus: str | None) -> st.SearchStrategy[Line]:
        return super().lines(PostingKind.SALE if kind is PostingKind.TRANSFER else kind, focus)

    def postings(self, focus: str | None, max_lines: int = 3) -> st.SearchStrategy[Posting]:
        return super().postings(focus, max_lines).filter(lambda posting: posting.kind is not PostingKind.TRANSFER)

    def actions(self) -> list[Action]:
        return [
            *super().actions(),
            *[action("look_back", st.integers(0, 7), st.sampled_from([-1, 1]))] * 2,
            *[action("read_history", st.sampled_from(self.products), sites)] * 2,
        ]

    def look_back(self, days: int, hours: int) -> None:
        at = moment(days) + timedelta(hours=hours)
        assert self.call(self.system.held_at(at)) == self.books.held_at(at)

    def read_history(self, sku: str, site: str) -> None:
        assert self.call(self.system.history(sku, site)) == self.books.history((sku, site))


async def open_system(database: Database, app: Litestar, settings: Settings) -> HttpSystem:
    shop = await open_shop(database)
    for sku in "AB":
        await shop.product(sku)
    api = Api(app, shop, tokens_of(shop.database, settings))
    return HttpSystem(api, await api.client("admin"))


@pytest.mark.promise("I1")
@pytest.mark.promise("I3")
def test_the_ledger_over_http_agrees_with_the_model(settings: Settings) -> None:
    assert settings.database_url
    app = create_app(settings, write_log=lambda _: None)
    with start_blocking_portal("asyncio") as portal, portal.wrap_async_context_manager(app.lifespan()):

        async def wait_for(work: Coroutine[Any, Any, T]) -> T:
            return await work

        def call(work: Coroutine[Any, Any, T]) -> T:
            answer: T = portal.call(wait_for, work)
            return answer

        database = Database(settings.database_url, size=2)
        call(database.open())
        explore(lambda: HttpMachine(call, call(open_system(database, app, settings))), 12, 20)
        call(database.close())
