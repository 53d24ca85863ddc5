"""The web application: routes, one gate before them, one edge around them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from dishka import AsyncContainer, Provider, make_async_container
from litestar import Litestar, Router
from litestar.types import ControllerRouterHandler

from apps.http import (
    api_keys,
    attachments,
    audit,
    balances,
    catalogue,
    categories,
    companies,
    contact,
    events,
    files,
    forecasts,
    health,
    identity_providers,
    invitations,
    notifications,
    oauth,
    oauth_clients,
    order_requests,
    order_sendings,
    passkeys,
    passwords,
    people,
    platform,
    plugins,
    policies,
    profile,
    purchase_orders,
    reach,
    registration,
    replenishment,
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
from apps.http.api_document import complete_document, document_config
from apps.http.api_request import ApiRequest
from apps.http.edge import Edge
from apps.http.errors import answer_error
from apps.http.guards import Gate
from apps.http.ioc import HttpProvider
from apps.http.metrics import Metrics
from apps.http.rules import JSON_LIMIT, read_rules
from apps.ioc.credentials import CredentialsProvider
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
    second_factors.router,
    passkeys.router,
    single_sign_on.router,
    identity_providers.router,
    passwords.router,
    invitations.router,
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
    suppliers.router,
    purchase_orders.router,
    replenishment.router,
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
    plugins.router,
)


def create_app(
    settings: Settings,
    *providers: Provider,
    routes: Sequence[ControllerRouterHandler] = (),
    write_log: Write = to_standard_error,
) -> Litestar:
    """The application. `providers` replace parts of the usual composition; `routes` are served beside our own.

    Raises `UndeclaredRoutes` when a route does not say who may call it.
    """
    metrics = Metrics()
    container = make_async_container(
        *shared_providers(settings),
        WayOutProvider(),
        SingleSignOnProvider(),
        WebhooksProvider(),
        OrderingProvider(),
        events.EventStreamsProvider(),
        notifications.UnreadStreamsProvider(),
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
        exception_handlers={Exception: answer_error},
        openapi_config=document_config(version("pirwa")),
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
    app.asgi_handler = Edge(app.asgi_handler, Log(settings.log, write_log), metrics)
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
