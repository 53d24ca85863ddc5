"""What the plugin asks is understood by Vendure 3.7.3, by its own schema."""

import inspect

import pytest
from graphql import parse, validate

from ecommerce_vendure import documents

from .fake_vendure.server import BARCODE, vendure_schema

ASKED = {name: text for name, text in inspect.getmembers(documents) if name.isupper() and isinstance(text, str)}
ASKED |= {"items": documents.items(None), "items with barcodes": documents.items(BARCODE)}
del ASKED["_ORDER"]  # a part of others

WRONG = {
    "a field that is none": "{ productVariants { items { barcode } } }",
    "stock without a place": 'mutation { updateProductVariants(input: [{id: "1", stockLevels: [{stockOnHand: 1}]}]) { id } }',
    "a comparison, which there is none of": (
        'mutation { updateProductVariants(input: [{id: "1", stockLevels: '
        '[{stockLocationId: "1", stockOnHand: 1, changeFromQuantity: 2}]}]) { id } }'
    ),
    "an order without its id": "{ order { id } }",
    "fields of an order that are left out": "{ orders { items } }",
    "a filter that is none": '{ orders(options: { filter: { changedAt: { after: "2026-01-01" } } }) { totalItems } }',
    "a currency that is none": (
        'mutation { updateProductVariants(input: [{id: "1", prices: [{currencyCode: XXQ, price: 1}]}]) { id } }'
    ),
    "a custom field that the shop does not have": documents.items("ean_of_the_box"),
}


@pytest.mark.parametrize("name", ASKED)
def test_every_document_is_valid(name: str) -> None:
    assert [fault.message for fault in validate(vendure_schema(), parse(ASKED[name]))] == []


@pytest.mark.parametrize("name", WRONG)
def test_what_the_shop_would_not_understand_is_found(name: str) -> None:
    assert validate(vendure_schema(), parse(WRONG[name]))


def test_all_of_them_were_looked_at() -> None:
    assert len(ASKED) == 12
