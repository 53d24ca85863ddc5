"""Every document that the plugin sends is valid on each version of Shopify's API that it may meet; known wrong ones are refused."""

import re

import pytest
from graphql import NoDeprecatedCustomRule, parse, validate

from ecommerce_shopify import documents

from .fake_shopify.schema import schema_of


def _name(document: str) -> str:
    named = re.match(r"(?:query|mutation) (\w+)", document)
    return named[1] if named else "in bulk"


@pytest.mark.parametrize("version", documents.VERSIONS)
@pytest.mark.parametrize("document", documents.ALL, ids=_name)
def test_a_document_is_valid_and_uses_nothing_that_is_going_away(version: str, document: str) -> None:
    """Seen to fail when a level was asked for `available` by itself, as it could be once."""
    schema, parsed = schema_of(version), parse(document)
    assert validate(schema, parsed) == []
    assert validate(schema, parsed, [NoDeprecatedCustomRule]) == []


def test_every_document_is_among_those_that_are_tested() -> None:
    """Seen to fail when one was left out of `ALL`."""
    written = {
        value
        for name, value in vars(documents).items()
        if name.isupper() and not name.startswith(("_", "VERSION"))
        if isinstance(value, str)
    }
    assert written == set(documents.ALL)


def test_the_version_that_is_spoken_is_among_those_that_are_tested() -> None:
    assert documents.VERSION in documents.VERSIONS


SET = """mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code field message } }
}"""
WRONG = {
    "comparing as it was until 2026-01": """mutation { inventorySetQuantities(input: {name: "available", reason: "correction",
        quantities: [{inventoryItemId: "i", locationId: "l", quantity: 1, compareQuantity: 1}]})
        @idempotent(key: "k") { userErrors { message } } }""",
    "not comparing as it was until 2026-01": """mutation { inventorySetQuantities(input: {name: "available", reason: "correction",
        ignoreCompareQuantity: true, quantities: []}) @idempotent(key: "k") { userErrors { message } } }""",
    "a field of the older API": "{ productVariants(first: 1) { nodes { inventory_quantity } } }",
    "the quantity of a level by itself": '{ inventoryLevel(id: "i") { available } }',
    "changing one variant": 'mutation { productVariantUpdate(input: {id: "i"}) { userErrors { message } } }',
    "adjusting in bulk at a location": """mutation { inventoryBulkAdjustQuantityAtLocation(locationId: "l",
        inventoryItemAdjustments: []) { userErrors { message } } }""",
    "a topic in small letters": """mutation { webhookSubscriptionCreate(topic: orders_create,
        webhookSubscription: {uri: "https://example.org"}) { userErrors { message } } }""",
    "a key without a value": SET.replace("(key: $key)", "").replace(", $key: String!", ""),
    "no reason": """mutation { inventorySetQuantities(input: {name: "available", quantities: []})
        @idempotent(key: "k") { userErrors { message } } }""",
    "a key on the operation": 'mutation @idempotent(key: "k") { inventoryDeactivate(inventoryLevelId: "l") { userErrors { message } } }',
}


@pytest.mark.parametrize("version", documents.VERSIONS)
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_known_to_be_wrong_is_refused(version: str, wrong: str) -> None:
    assert validate(schema_of(version), parse(wrong)) != []
    assert validate(schema_of(version), parse(SET)) == []
