"""The first page of the application."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from dishka import FromDishka, Provider, Scope, provide
from dishka.integrations.litestar import DishkaRouter
from litestar import get
from litestar.params import QueryParameter

from adapters.postgres.dashboard.reader import PostgresDashboardReader
from apps.http.parameters import Text
from apps.http.rules import needs
from apps.http.versions import etag
from core.domain.access import Actor
from core.domain.dashboard import NeedKind
from core.ports.clock import Clock
from core.queries.dashboard import Actions, Dashboard, DashboardReader, NeedAction, Period

Days = Annotated[Period, QueryParameter(description="Days of the charts, today's included")]


@dataclass(frozen=True, slots=True)
class _Deed:
    """The request that sees to something that waits."""

    path: str
    body: Mapping[str, Any] | None = None
    keyed: bool = True


_DEEDS: Mapping[NeedKind, _Deed] = {
    NeedKind.REQUEST_TO_APPROVE: _Deed("/api/v1/requests/{}/approve", {}),
    NeedKind.TRANSFER_TO_DISPATCH: _Deed("/api/v1/transfers/{}/dispatch"),
    NeedKind.TRANSFER_TO_RECEIVE: _Deed("/api/v1/transfers/{}/receive"),
    NeedKind.ORDER_TO_APPROVE: _Deed("/api/v1/purchase-orders/{}/approve"),
    NeedKind.PROPOSAL_TO_ACCEPT: _Deed("/api/v1/replenishment/proposals/{}/accept"),
    NeedKind.PLUGIN_TROUBLE: _Deed("/api/v1/plugins/{}/check", keyed=False),
}


def action_for(kind: NeedKind, subject: str, version: int | None) -> NeedAction | None:
    """`Actions`: what one click does. What it does is done to the version that is shown, or not at all."""
    deed = _DEEDS.get(kind)
    if deed is None:
        return None
    path = deed.path.format(quote(subject, safe=""))
    return NeedAction("POST", path, deed.body, deed.keyed, None if version is None else etag(version))


class DashboardProvider(Provider):
    """What the dashboard is read by."""

    scope = Scope.APP

    reader = provide(PostgresDashboardReader, provides=DashboardReader)

    @provide
    def actions(self) -> Actions:
        return action_for


@get("/dashboard", opt=needs("profile:read"))
async def show_dashboard(
    actor: FromDishka[Actor],
    dashboard: FromDishka[DashboardReader],
    clock: FromDishka[Clock],
    period: Days = 30,
    site: Text = None,
) -> Dashboard:
    """What the caller is to know and to do at this moment, and how the last days went: in the company, or at one site (id or code). What
    they pinned comes first, then what their role usually shows, then what they use beyond that; of everything what they may see."""
    return await dashboard.dashboard(actor, period, site, clock.now())


router = DishkaRouter("/", route_handlers=[show_dashboard], tags=["insight"])
