"""How the plugin gets in, waits its turn, and names what goes wrong."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.domain.errors import Invalid
from core.plugin.settings import read_struct, secret_fields
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.storefront import Level
from core.testing.clock import HandClock
from core.testing.plugin_context import Answering, plugin_context
from ecommerce_shopify import documents
from ecommerce_shopify.client import ShopifyClient
from ecommerce_shopify.settings import ShopifySettings

from .connected import context_of, settings_of, storefront_of
from .fake_shopify import FakeShopify, Fault
from .fake_shopify.records import gid
from .fake_shopify.server import CLIENT_SECRET

pytestmark = pytest.mark.anyio

GIVEN = {"shop": "example.myshopify.com", "locations": {"UIO": "gid://shopify/Location/1"}, "client_secret": "s"}


# ---- settings


@pytest.mark.parametrize(
    "shop",
    [
        "example.com",
        "-x.myshopify.com",
        "a.b.myshopify.com",
        "Example.myshopify.com",
        "x.myshopify.com.evil.org",
        "x.myshopify.com\n",
        "https://x.myshopify.com",
        "x.myshopify.com/admin",
    ],
)
def test_only_an_address_that_shopify_gave_is_a_shop(shop: str) -> None:
    with pytest.raises(Invalid):
        read_struct({**GIVEN, "client_id": "c", "shop": shop}, ShopifySettings, "invalid")


@pytest.mark.parametrize("ways", [{}, {"access_token": "t\n"}, {"access_token": "ñ"}])
def test_without_a_way_in_there_are_no_settings(ways: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        read_struct({**GIVEN, **ways}, ShopifySettings, "invalid")


def test_secrets_are_write_only_in_the_form() -> None:
    assert secret_fields(ShopifySettings) == {"client_secret", "access_token", "previous_client_secret"}


# ---- tokens


async def test_a_token_is_bought_once_and_again_before_it_ends() -> None:
    clock = HandClock()
    shop = FakeShopify(clock=clock)
    storefront = storefront_of(shop, clock)
    for _ in range(3):
        await storefront.check()
    assert len(shop.tokens) == 1
    clock.turn(timedelta(hours=23, minutes=56))
    await storefront.check()
    assert len(shop.tokens) == 2


async def test_a_token_that_no_longer_holds_is_replaced_once() -> None:
    """Seen to fail when a 401 was final."""
    shop = FakeShopify()
    storefront = storefront_of(shop)
    await storefront.check()
    shop.tokens.clear()
    await storefront.check()
    shop.faults.coming = [Fault.REFUSED, None, Fault.REFUSED]
    with pytest.raises(AuthFailed):
        await storefront.locations()


async def test_a_given_token_is_used_as_it_is() -> None:
    shop = FakeShopify()
    shop.tokens["shpat_given"] = HandClock().now().replace(year=2100)
    await storefront_of(shop, client_id=None, access_token="shpat_given").check()
    assert list(shop.tokens) == ["shpat_given"]
    with pytest.raises(AuthFailed):
        await storefront_of(shop, client_id=None, access_token="shpat_revoked").check()


async def test_wrong_credentials_are_named_without_repeating_them() -> None:
    with pytest.raises(AuthFailed, match="application_cannot_be_found") as raised:
        await storefront_of(FakeShopify(), client_secret="not-the-secret").check()
    assert "not-the-secret" not in str(raised.value)


async def test_no_token_lies_in_the_store() -> None:
    shop = FakeShopify()
    context = context_of(shop)
    await ShopifyClient(context).execute(documents.ACCOUNT)
    assert vars(context.store) == {"_values": {}}


# ---- checking


async def test_a_check_says_whose_shop_it_is() -> None:
    account = await storefront_of(FakeShopify()).check()
    assert (account.name, account.currency, account.details["shop"]) == ("Example", "USD", "example.myshopify.com")


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (
            {},
            "read_products, read_inventory, write_inventory, read_locations, read_orders, read_merchant_managed_fulfillment_orders",
        ),
        (
            {"push_prices": True, "take_orders": False},
            "read_products, read_inventory, write_inventory, read_locations, write_products",
        ),
    ],
)
async def test_every_missing_scope_is_named(settings: dict[str, Any], missing: str) -> None:
    shop = FakeShopify()
    shop.shop.scopes = ["read_themes"]
    with pytest.raises(Misconfigured) as raised:
        await storefront_of(shop, **settings).check()
    assert str(raised.value).endswith(f": {missing}")


async def test_whoever_may_write_may_read() -> None:
    shop = FakeShopify()
    shop.shop.scopes = ["write_products", "write_inventory", "read_locations"]
    await storefront_of(shop, push_prices=True, take_orders=False).check()


async def test_a_location_that_the_shop_has_not_or_no_longer_is_named() -> None:
    shop = FakeShopify()
    closed = gid("Location", shop.add_location("Old shop", active=False))
    with pytest.raises(Misconfigured, match="no active location") as raised:
        await storefront_of(shop, locations={"UIO": closed, "GYE": gid("Location", 7)}).check()
    assert closed in str(raised.value)
    assert gid("Location", 7) in str(raised.value)
    assert "The shop" in str(raised.value)


# ---- what goes wrong

THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {
        "cost": {
            "requestedQueryCost": 850,
            "actualQueryCost": None,
            "throttleStatus": {"maximumAvailable": 1000.0, "currentlyAvailable": 250, "restoreRate": 50.0},
        }
    },
}


def _error(code: str, message: str = "No.") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


FAILURES: list[tuple[int, Any, type[PortFailure], type[PortFailure]]] = [
    # status, body, for a query, for a mutation
    (200, _error("ACCESS_DENIED"), Misconfigured, Misconfigured),
    (200, _error("SHOP_INACTIVE"), Misconfigured, Misconfigured),
    (200, _error("INVALID_VARIABLE"), PermanentlyRejected, PermanentlyRejected),
    (200, _error("MAX_COST_EXCEEDED"), PermanentlyRejected, PermanentlyRejected),
    (200, _error("INTERNAL_SERVER_ERROR"), Transient, Ambiguous),
    (200, _error("TIMEOUT"), Transient, Ambiguous),
    (200, {"data": None}, Transient, Ambiguous),
    (200, b"<html>", Transient, Ambiguous),
    (200, THROTTLED, RateLimited, RateLimited),
    (301, b"", Misconfigured, Misconfigured),
    (400, {"errors": "Required parameter missing or invalid"}, PermanentlyRejected, PermanentlyRejected),
    (401, b"", AuthFailed, AuthFailed),
    (402, b"", Misconfigured, Misconfigured),
    (403, b"", AuthFailed, AuthFailed),
    (404, b"", Misconfigured, Misconfigured),
    (423, b"", Misconfigured, Misconfigured),
    (429, b"", RateLimited, RateLimited),
    (430, b"", RateLimited, RateLimited),
    (500, b"", Transient, Ambiguous),
    (503, b"", Transient, Ambiguous),
]


@pytest.mark.parametrize(("status", "body", "of_query", "of_mutation"), FAILURES)
async def test_each_refusal_has_its_kind(
    status: int, body: Any, of_query: type[PortFailure], of_mutation: type[PortFailure]
) -> None:
    """Seen to fail when a 503 to a mutation was taken for something that did not happen."""
    client = _answering(
        lambda request: HttpAnswer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())
    )
    for document, kind in ((documents.ACCOUNT, of_query), (documents.SET_LEVELS, of_mutation)):
        with pytest.raises(PortFailure) as raised:
            await client.execute(document)
        assert type(raised.value) is kind
        assert CLIENT_SECRET not in str(raised.value)
        assert "shpat_given" not in str(raised.value)


async def test_what_repeating_does_not_harm_is_never_ambiguous() -> None:
    def lose(request: HttpRequest) -> HttpAnswer:
        raise Ambiguous("lost")

    with pytest.raises(Transient):
        await _answering(lose).execute(documents.ACCOUNT)
    with pytest.raises(Transient):
        await _answering(lose).execute(documents.TRACK, repeatable=True)
    with pytest.raises(Ambiguous):
        await _answering(lose).execute(documents.SET_LEVELS)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (HttpAnswer(200, {}, json.dumps(THROTTLED).encode()), 12),  # (850 − 250) / 50
        (HttpAnswer(429, {"retry-after": "7.5"}), 7.5),
        (HttpAnswer(429, {"retry-after": "soon"}), 2),
        (HttpAnswer(429, {"retry-after": "nan"}), 1),
        (HttpAnswer(429, {"retry-after": "1e99"}), 3600),
        (HttpAnswer(429, {}), 2),
        (HttpAnswer(200, {}, json.dumps({**THROTTLED, "extensions": {"cost": {"requestedQueryCost": 1}}}).encode()), 2),
    ],
)
async def test_shopify_says_how_long_to_wait(answer: HttpAnswer, seconds: float) -> None:
    """Seen to fail when the wait did not depend on what the request costs."""
    with pytest.raises(RateLimited) as raised:
        await _answering(lambda request: answer).execute(documents.ACCOUNT)
    assert raised.value.after.total_seconds() == seconds


async def test_whoever_waits_as_long_as_is_said_gets_all_done_at_the_shops_own_pace() -> None:
    """50 requests of 11 or 12 points, from a budget of 100 that gains 10 a second."""
    clock = HandClock()
    shop = FakeShopify(clock=clock, most=100, rate=10)
    storefront, (item,) = storefront_of(shop, clock), shop.sell(["A"]).values()
    began = clock.now()
    for number in range(50):
        level = Level(item, gid("Location", shop.location), Decimal(number + 1), Decimal(number), f"{number}")
        while True:
            try:
                assert await storefront.push_levels([level]) == []
                break
            except RateLimited as limit:
                clock.turn(limit.after)
    assert shop.shown() == {"A": 50}
    assert 40 <= (clock.now() - began).total_seconds() <= 60


def _answering(answer: Callable[[HttpRequest], HttpAnswer]) -> ShopifyClient:
    async def reply(request: HttpRequest) -> HttpAnswer:
        return answer(request)

    settings = settings_of(FakeShopify(), client_id=None, access_token="shpat_given")
    return ShopifyClient(plugin_context(settings, http=Answering(reply)))
