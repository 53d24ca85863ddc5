"""What a live store answered: our shop answers the same, and the plugin takes it for what it was."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from core.ports.failures import Misconfigured, PermanentlyRejected
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.storefront import Level, Price, RefusedLevel, RefusedPrice
from core.testing.plugin_context import Answering, plugin_context
from ecommerce_shopify.answers import UserError, data_in, user_errors
from ecommerce_shopify.storefront import ShopifyStorefront

from .connected import settings_of
from .fake_shopify import FakeShopify
from .fake_shopify.records import Location, Product, StockLevel, Variant, gid, number_in
from .recordings import answered, recording

pytestmark = pytest.mark.anyio

CONTRACTS = recording("inventory-quantity-contracts-2026-04")
BOUNDS = recording("inventorySetQuantities-quantity-bounds")["cases"]
ACTIVATION = recording("inventory-activate-on-hand")

SET = """mutation Set($input: InventorySetQuantitiesInput!, $idempotencyKey: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $idempotencyKey) {
    inventoryAdjustmentGroup { id createdAt reason referenceDocumentUri
      changes { name delta quantityAfterChange item { id } location { id name } } }
    userErrors { field message code }
  }
}"""
SET_WITHOUT_KEY = SET.replace(", $idempotencyKey: String!", "").replace(" @idempotent(key: $idempotencyKey)", "")


class Recorded:
    """Our shop, with what the recorded one had."""

    def __init__(self) -> None:
        self.shop = FakeShopify("2026-04")
        self.shop.tokens["token"] = self.shop._clock.now().replace(year=2100)
        self.shop.shop.locations.clear()

    def location(self, id: str, name: str) -> None:
        number = number_in(id, "Location") or 0
        self.shop.shop.locations[number] = Location(number, name)

    def item(self, id: str, location: str | None = None, available: int = 0) -> None:
        item = number_in(id, "InventoryItem") or 0
        self.shop.shop.variants[item] = Variant(item + 1, item, Product(1, "Product"), "SKU")
        if location:
            self.shop.shop.levels[item, number_in(location, "Location") or 0] = StockLevel(available)

    async def answer(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        url = "https://example.myshopify.com/admin/api/2026-04/graphql.json"
        sent = await self.shop.send(HttpRequest("POST", url, {"x-shopify-access-token": "token"}, body))
        whole: dict[str, Any] = json.loads(sent.body)
        return answered(whole)


@pytest.fixture
def contracts() -> Recorded:
    recorded = Recorded()
    place = CONTRACTS["setup"]["location"]
    recorded.location(place["id"], place["name"])
    recorded.item(CONTRACTS["setup"]["product"]["inventoryItemId"], place["id"])
    return recorded


# ---- our shop answers what the live one answered


@pytest.mark.parametrize(
    ("case", "query"),
    [
        ("inventorySetQuantities", SET),
        ("missingSetIdempotency", SET_WITHOUT_KEY),
        ("missingSetChangeFromQuantity", SET),
        ("legacySetShape", SET),
    ],
)
async def test_setting_levels_answers_as_the_live_store_did(contracts: Recorded, case: str, query: str) -> None:
    recorded = CONTRACTS[case]
    assert await contracts.answer(query, recorded["variables"]) == answered(recorded["response"])


@pytest.mark.parametrize("case", ["setUnknownInventoryItem", "setUnknownLocation"])
async def test_unknown_ids_are_named_as_the_live_store_named_them(contracts: Recorded, case: str) -> None:
    recorded = CONTRACTS["unknownIdValidation"][case]
    query = SET.replace("createdAt", "")
    assert await contracts.answer(query, recorded["variables"]) == answered(recorded["response"])


@pytest.mark.parametrize("case", BOUNDS)
async def test_bounds_are_those_of_the_live_store(case: str) -> None:
    recorded, shop = BOUNDS[case], Recorded()
    setup = recorded["setup"]
    shop.location(setup["locationId"], "Shop location")
    shop.item(setup["inventoryItemId"], setup["locationId"])
    assert await shop.answer(recorded["query"], recorded["variables"]) == answered(recorded["response"])


async def test_activation_answers_as_the_live_store_did() -> None:
    """Its cases follow each other."""
    shop = Recorded()
    for place in ACTIVATION["locations"].values():
        shop.location(place["id"], place["name"])
    cases = ["activateOnHand", "availableOnHandConflict", "alreadyActiveOnHand", "onHandOutOfRange"]
    for case in cases:
        recorded = ACTIVATION["cases"][case]
        item = recorded["variables"]["inventoryItemId"]
        if number_in(item, "InventoryItem") not in shop.shop.shop.variants:
            shop.item(item, ACTIVATION["locations"]["primary"]["id"])
        ours = await shop.answer(recorded["query"].replace("updatedAt", ""), recorded["variables"])
        assert _without_ids_of_levels(ours) == _without_ids_of_levels(answered(recorded["response"])), case


async def test_the_sixth_bulk_query_is_refused_as_the_live_store_did() -> None:
    recorded = recording("bulk-operation-run-query-concurrency-limit")
    query = (
        "mutation Run($query: String!) { bulkOperationRunQuery(query: $query) { userErrors { field message code } } }"
    )
    shop = Recorded()
    for _ in recorded["successfulRuns"]:
        assert (await shop.answer(query, recorded["sixthRun"]["variables"]))["data"]["bulkOperationRunQuery"] == {
            "userErrors": []
        }
    (theirs,) = recorded["sixthRun"]["response"]["data"]["bulkOperationRunQuery"]["userErrors"]
    (ours,) = (await shop.answer(query, recorded["sixthRun"]["variables"]))["data"]["bulkOperationRunQuery"][
        "userErrors"
    ]
    assert {**ours, "message": ours["message"].partition(": ")[0]} == {
        **theirs,
        "message": theirs["message"].partition(": ")[0],
    }


@pytest.mark.parametrize(
    "case",
    ["nodesInsteadOfEdges", "ordersNodesInsteadOfEdges", "topLevelNode", "sixConnections", "invalidOperationType"],
)
async def test_bulk_queries_are_checked_as_the_live_store_did(case: str) -> None:
    recorded = recording("bulk-operation-run-query-validators")["validations"][case]
    query = """mutation Run($query: String!) { bulkOperationRunQuery(query: $query) {
        bulkOperation { id } userErrors { field message code } } }"""
    assert await Recorded().answer(query, recorded["variables"]) == answered(recorded["response"])


@pytest.mark.parametrize("case", ["createFtpSchemeRejected", "createWsSchemeRejected", "createBareHttpsInvalid"])
async def test_addresses_of_webhooks_are_refused_as_the_live_store_did(case: str) -> None:
    recorded = recording("webhook-subscription-scheme-allowlist")["cases"][case]
    query = """mutation Create($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
        webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
        webhookSubscription { id } userErrors { field message } } }"""
    assert await Recorded().answer(query, recorded["variables"]) == answered(recorded["response"]["payload"])


async def test_valid_prices_are_set_beside_an_invalid_one_as_in_the_live_store() -> None:
    recorded = recording("product-variants-bulk-update-allow-partial-and-error-order")["partialUpdate"]
    variables = recorded["request"]["variables"]
    shop, product = Recorded(), Product(number_in(variables["productId"], "Product") or 0, "Product")
    for place, one in enumerate(variables["variants"]):
        number = number_in(one["id"], "ProductVariant") or 0
        shop.shop.shop.variants[place] = Variant(number, place, product, "SKU", price=Decimal("11.00"))
    query = """mutation Update($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
        productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: true) {
        productVariants { id price } userErrors { field message code } } }"""
    ours = (await shop.answer(query, variables))["data"]["productVariantsBulkUpdate"]
    theirs = recorded["response"]["payload"]["data"]["productVariantsBulkUpdate"]
    assert ours["userErrors"] == theirs["userErrors"]
    assert ours["productVariants"] == [{"id": one["id"], "price": one["price"]} for one in theirs["productVariants"]]


# ---- the plugin takes the live store's answers for what they were


@pytest.mark.parametrize("case", ["missingSetIdempotency", "missingSetChangeFromQuantity", "legacySetShape"])
async def test_a_request_that_can_never_work_is_permanently_rejected_in_shopifys_words(case: str) -> None:
    """Seen to fail when errors were looked for only in answers without data."""
    response = CONTRACTS[case]["response"]
    with pytest.raises(PermanentlyRejected) as raised:
        data_in(HttpAnswer(200, {}, json.dumps(response).encode()), repeatable=False)
    assert str(raised.value) == response["errors"][0]["message"]


@pytest.mark.parametrize("case", ["setUnknownInventoryItem", "setUnknownLocation"])
async def test_an_unknown_id_is_a_refused_level(case: str) -> None:
    """Seen to fail when only whole numbers counted as the number of a row."""
    response = CONTRACTS["unknownIdValidation"][case]["response"]
    (error,) = user_errors(response["data"]["inventorySetQuantities"])
    assert error.row == 0
    nothing = {"data": {"nodes": [None]}}
    replies = [nothing, response, nothing, response]
    level = Level(gid("InventoryItem", 999999999999), gid("Location", 106318430514), Decimal(3))
    faults = await _storefront(replies).push_levels([level])
    assert faults == [RefusedLevel(level.item, level.location, error.message)]


async def test_a_level_that_was_set_is_no_fault() -> None:
    level = Level(gid("InventoryItem", 53469430055218), gid("Location", 106318430514), Decimal(5), Decimal(0))
    assert await _storefront([CONTRACTS["inventorySetQuantities"]["response"]]).push_levels([level]) == []


async def test_an_invalid_price_is_refused_and_the_others_are_not() -> None:
    recorded = recording("product-variants-bulk-update-allow-partial-and-error-order")["partialUpdate"]
    variants = [one["id"] for one in recorded["request"]["variables"]["variants"]]
    product = recorded["request"]["variables"]["productId"]
    items: list[dict[str, Any]] = [
        {"id": f"item of {variant}", "variants": {"nodes": [{"id": variant, "product": {"id": product}}]}}
        for variant in variants
    ]
    replies = [{"data": {"nodes": items}}, recorded["response"]["payload"]]
    prices = [Price(item["id"], Decimal(amount)) for item, amount in zip(items, ("9.99", "-1.00"), strict=True)]
    refused = await _storefront(replies).push_prices(prices)
    assert refused == [RefusedPrice(items[1]["id"], "Price must be greater than or equal to 0")]


@pytest.mark.parametrize(
    "case", ["createHttpUriRejected", "createInternalDomainRejected", "createShopifyDomainRejected"]
)
async def test_an_address_that_shopify_will_not_call_is_a_matter_of_settings(case: str) -> None:
    payload = recording("webhook-subscription-uri-validation")["primary"]["response"]["payload"]["data"][case]
    nothing = {"webhookSubscriptions": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}
    replies = [{"data": nothing}, {"data": {"webhookSubscriptionCreate": payload}}]
    with pytest.raises(Misconfigured) as raised:
        await _storefront(replies).listen("http://127.0.0.1/hooks/token")
    assert payload["userErrors"][0]["message"] in str(raised.value)


async def test_a_sixth_bulk_query_waits_for_the_others() -> None:
    sixth = recording("bulk-operation-run-query-concurrency-limit")["sixthRun"]["response"]
    page = await _storefront([{"data": {"productVariantsCount": {"count": 9_000}}}, sixth]).items()
    assert (list(page.items), page.next_cursor) == ([], "start")
    assert page.wait


def test_an_error_without_a_code_or_with_one_more_field_is_read() -> None:
    payload = {"userErrors": [{"field": None, "message": "No.", "new": 1}]}
    assert user_errors(payload) == [UserError("No.")]


def _storefront(replies: list[dict[str, Any]]) -> ShopifyStorefront:
    """The plugin, and a shop that gives these answers one after the other."""

    async def answer(request: HttpRequest) -> HttpAnswer:
        return HttpAnswer(200, {}, json.dumps(replies.pop(0)).encode())

    settings = settings_of(FakeShopify(), client_id=None, access_token="shpat_x")
    return ShopifyStorefront(plugin_context(settings, http=Answering(answer)))


def _without_ids_of_levels(answer: dict[str, Any]) -> dict[str, Any]:
    """An id of a level has a number that only the store knows."""
    level = answer["data"]["inventoryActivate"]["inventoryLevel"]
    if level:
        level.pop("id", None)
        for one in level.get("quantities", []):
            one.pop("updatedAt", None)
    return answer
