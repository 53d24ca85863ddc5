"""What it costs to find out who posts and whether they may, beside the posting itself."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any

from dishka import make_async_container

from apps.http.auth import Authenticator
from apps.http.guards import Admission
from apps.http.ioc import HttpProvider
from apps.http.metrics import Metrics
from apps.http.rules import RouteRule
from apps.ioc.shared import shared_providers
from apps.settings import Settings
from apps.way_out import WayOutProvider
from bench.product_requests import Sale
from bench.product_shop import PASSWORD
from bench.results import Figure
from bench.stage import Stage
from core.commands.password_sign_in import LogIn, PasswordSignIn
from core.domain.access import Origin

_CLIENTS = 64
_CALLS = 20_000
_AFRESH = 500
_PERMISSION = "stock:issue"


def measure(stage: Stage) -> Iterator[Figure]:
    """The processor time of an admission as a share of that which the application spends on a posting at 64 clients."""
    product = stage.product
    result, _ = product.load(Sale, _CLIENTS)
    posting = result.processor_us["application"]
    settings = Settings(data=product.data, database_url=product.database_url)
    remembered, afresh = asyncio.run(_microseconds(settings))
    details = {
        "posting_us": round(posting),
        "remembered_us": round(remembered, 1),
        "afresh_us": round(afresh),
        "foreign_cores": round(result.foreign_cores, 2),
    }
    share = 100 * remembered / posting
    yield Figure("authorisation, share of a posting in percent", "pirwa", share, "%", details)


async def _microseconds(settings: Settings) -> tuple[float, float]:
    """Of an admission: within five seconds after the last, and when everything is read anew."""
    container = make_async_container(*shared_providers(settings), WayOutProvider(), HttpProvider(Metrics()))
    door, admit = await container.get(PasswordSignIn), await container.get(Admission)
    authenticator = await container.get(Authenticator)
    signed_in = await door.log_in(LogIn("techcorp_admin", PASSWORD), Origin("127.0.0.1", "bench", "bench"))
    scope = _scope(f"Bearer {signed_in.session.access_token}")
    rule = RouteRule(_PERMISSION)
    await admit(scope, rule, _PERMISSION)
    began = time.process_time()
    for _ in range(_CALLS):
        await admit(scope, rule, _PERMISSION)
    remembered = (time.process_time() - began) / _CALLS
    began = time.process_time()
    for _ in range(_AFRESH):
        authenticator.forget(await admit(scope, rule, _PERMISSION))
    afresh = (time.process_time() - began) / _AFRESH
    await container.close()
    return remembered * 1e6, afresh * 1e6


def _scope(authorization: str) -> Any:
    """A request as the edge passes it on."""
    headers: Mapping[bytes, bytes] = {
        b"host": b"127.0.0.1:8000",
        b"authorization": authorization.encode(),
        b"content-type": b"application/json",
        b"content-length": b"180",
        b"idempotency-key": b"0197f6a2-0000-7000-8000-000000000000",
        b"user-agent": b"bench",
    }
    state = {"headers": headers, "request_id": "0" * 32}
    return {
        "type": "http",
        "method": "POST",
        "client": ("127.0.0.1", 4711),
        "headers": list(headers.items()),
        "state": state,
    }
