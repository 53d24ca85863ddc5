"""The web application: routes, one gate before them, one edge around them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dishka import AsyncContainer, Provider, make_async_container
from litestar import Litestar, Request, Response, Router
from litestar.types import ControllerRouterHandler

from apps.http import (
    api_keys,
    attachments,
    audit,
    balances,
    blocked_addresses,
    catalogue,
    categories,
    channel_orders,
    channels,
    companies,
    contact,
    dashboard,
    events,
    files,
    forecasts,
    health,
    hooks,
    identity_providers,
    invitations,
    jobs,
    labels,
    notifications,
    oauth,
    oauth_clients,
    order_requests,
    order_sendings,
    passkeys,
    passwords,
    people,
    platform,
    plugin_deliveries,
    plugins,
    policies,
    preferences,
    profile,
    purchase_orders,
    reach,
    recommendations,
    registration,
    replenishment,
    report_schedules,
    reports,
    reservations,
    second_factors,
    session,
    single_sign_on,
    stock,
    stock_counts,
    suppliers,
    transfers,
    webhooks,
)
from apps.http.access_log import Log, Write, to_standard_error
from apps.http.answer import Answer
from apps.http.api_document import DecimalTexts, complete_document, document_config
from apps.http.api_request import ApiRequest
from apps.http.doors import Doors
from apps.http.edge import Edge
from apps.http.errors import answer_error
from apps.http.guards import Gate
from apps.http.ioc import HttpProvider
from apps.http.metrics import Metrics
from apps.http.rules import JSON_LIMIT, read_rules
from apps.http.web import Web
from apps.http.web_files import BUILT, load_web_files
from apps.ioc.credentials import CredentialsProvider
from apps.ioc.inbox import InboxProvider
from apps.ioc.plugins import PluginsProvider
from apps.ioc.purchasing import OrderingProvider
from apps.ioc.second_factor import PasskeySignInProvider
from apps.ioc.shared import shared_providers
from apps.ioc.single_sign_on import SingleSignOnProvider
from apps.ioc.webhooks import WebhooksProvider
from apps.settings import Settings
from apps.way_out import WayOutProvider

MAX_FORM_PARTS = 50

ROOT_ROUTES: tuple[ControllerRouterHandler, ...] = (
    health.router,
    session.well_known_router,
    oauth.well_known_router,
)
API_ROUTES: tuple[ControllerRouterHandler, ...] = (
    session.router,
    profile.router,
    preferences.router,
    second_factors.router,
    passkeys.router,
    single_sign_on.router,
    identity_providers.router,
    passwords.router,
    invitations.router,
    jobs.router,
    labels.router,
    registration.router,
    platform.router,
    companies.router,
    people.router,
    categories.router,
    catalogue.router,
    files.router,
    stock.router,
    balances.router,
    stock_counts.router,
    reservations.router,
    policies.router,
    transfers.router,
    order_requests.router,
    channel_orders.router,
    channels.router,
    suppliers.router,
    purchase_orders.router,
    recommendations.router,
    replenishment.router,
    reports.router,
    dashboard.router,
    report_schedules.router,
    forecasts.router,
    order_sendings.router,
    attachments.router,
    contact.router,
    api_keys.router,
    oauth_clients.router,
    oauth.router,
    audit.router,
    events.router,
    webhooks.router,
    notifications.router,
    reach.router,
    blocked_addresses.router,
    plugins.router,
    plugin_deliveries.router,
    hooks.router,
)


def _answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """What is refused before a route is chosen, such as a Host that is none, is refused in the words of its address too."""
    is_of_tokens = request.scope["path"] == oauth.OAUTH_PATH
    return oauth.answer_refusal(request, error) if is_of_tokens else answer_error(request, error)


def create_app(
    settings: Settings,
    *providers: Provider,
    routes: Sequence[ControllerRouterHandler] = (),
    write_log: Write = to_standard_error,
    web: Path = BUILT,
) -> Litestar:
    """The application. `providers` replace parts of the usual composition; `routes` are served beside our own, and the built
    files of `web` before them.

    Raises `UndeclaredRoutes` when a route does not say who may call it.
    """
    metrics = Metrics()
    container = make_async_container(
        *shared_providers(settings),
        PluginsProvider(),
        WayOutProvider(),
        SingleSignOnProvider(),
        WebhooksProvider(),
        InboxProvider(),
        OrderingProvider(),
        events.EventStreamsProvider(),
        notifications.UnreadStreamsProvider(),
        dashboard.DashboardProvider(),
        HttpProvider(metrics),
        PasskeySignInProvider(),
        CredentialsProvider(),
        *providers,
        lock_factory=None,  # nothing of ours gives way to others while it is made, so nothing is made twice
    )
    gate = Gate()
    app = Litestar(
        [*ROOT_ROUTES, Router("/api/v1", route_handlers=[*API_ROUTES, *routes])],
        middleware=[gate],
        exception_handlers={Exception: _answer_error},
        openapi_config=document_config(version("pirwa")),
        plugins=[DecimalTexts()],
        request_class=ApiRequest,
        response_class=Answer,
        request_max_body_size=JSON_LIMIT,
        multipart_form_part_limit=MAX_FORM_PARTS,
        lifespan=[_serving(gate, container)],
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )
    gate.guard(read_rules(app))
    complete_document(app)
    served = Doors(Web(app.asgi_handler, load_web_files(web)))
    app.asgi_handler = Edge(served, Log(settings.log, write_log), metrics, is_secure=settings.is_secure)
    return app


def _serving(gate: Gate, container: AsyncContainer) -> Any:
    @asynccontextmanager
    async def serving(_: Litestar) -> AsyncIterator[None]:
        await gate.open(container)
        try:
            yield
        finally:
            await container.close()

    return serving
