"""The Admin API of the shop: an HTTP request in, an answer out, by the real schema."""

import asyncio
import gzip
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, build_schema, execute, parse, validate
from graphql.language import OperationDefinitionNode

from core.ports.failures import Ambiguous
from core.ports.http import HttpAnswer, HttpRequest

from .lists import Record, listed, refusal
from .shop import Entry, Fulfilment, Level, Line, Order, Shop, Variant

API_KEY = "0123456789abcdef:the-key-of-the-shop"
SCHEMA = Path(__file__).parent.parent / "data" / "vendure_admin_3.7.3.graphql.gz"
BARCODE = "gtin"


class Trouble(StrEnum):
    """What the next requests meet."""

    NONE = "none"
    NOT_US = "not us"
    BUSY = "busy"
    DOWN = "down"
    LOST = "what is changed is changed, and its answer is lost"


@cache
def vendure_schema() -> GraphQLSchema:
    """The schema of 3.7.3, of a shop whose variants have a custom field for the barcode."""
    text = gzip.decompress(SCHEMA.read_bytes()).decode()
    start = text.index("type ProductVariant implements")
    plain = "  customFields: JSON\n"
    at = text.index(plain, start)
    own = "  customFields: ProductVariantCustomFields!\n"
    text = f"{text[:at]}{own}{text[at + len(plain) :]}\ntype ProductVariantCustomFields {{ {BARCODE}: String }}\n"
    return build_schema(text)


class FakeVendure:
    """`HttpClient` that leads to the shop. `between` is done once, after the next reading and before what follows it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.trouble = Trouble.NONE
        self.asked: list[str] = []
        self.between: Callable[[], object] | None = None

    async def send(self, request: HttpRequest) -> HttpAnswer:
        await asyncio.sleep(0)
        match self.trouble:
            case Trouble.BUSY:
                return HttpAnswer(429, {"retry-after": "7"}, b"slow down")
            case Trouble.DOWN:
                return HttpAnswer(503, {}, b"<html>closed</html>")
        asked = msgspec.json.decode(request.body)
        self.asked.append(asked["query"])
        key = request.headers.get("vendure-api-key")
        is_known = key == API_KEY and self.trouble is not Trouble.NOT_US
        status, answer = self._answered(asked["query"], asked.get("variables") or {}, is_known=is_known)
        if asked["query"].lstrip().startswith("mutation"):
            if self.trouble is Trouble.LOST:
                raise Ambiguous("the answer was lost")
        elif self.between is not None:
            happens, self.between = self.between, None
            happens()
        return HttpAnswer(status, {"content-type": "application/json"}, msgspec.json.encode(answer))

    def _answered(self, document: str, variables: Record, *, is_known: bool) -> tuple[int, Record]:
        parsed = parse(document)
        if faults := validate(vendure_schema(), parsed):
            return 400, {"errors": [_shown(fault, "GRAPHQL_VALIDATION_FAILED") for fault in faults]}
        if not is_known:
            denied = refusal("FORBIDDEN", "You are not currently authorized to perform this action")
            return 200, {"errors": [_shown(denied)], "data": None}
        operation = next(node for node in parsed.definitions if isinstance(node, OperationDefinitionNode))
        root = self._changes() if operation.operation is OperationType.MUTATION else self._queries()
        result = execute(vendure_schema(), parsed, root, variable_values=variables)
        assert isinstance(result, ExecutionResult)
        if result.errors:
            return 200, {"errors": [_shown(error) for error in result.errors], "data": None}
        return 200, {"data": result.data}

    # ---- what can be asked

    def _queries(self) -> Record:
        shop = self.shop
        return {
            "activeChannel": {
                "code": "__default_channel__",
                "defaultCurrencyCode": shop.currency,
                "availableCurrencyCodes": shop.currencies,
            },
            "globalSettings": {
                "trackInventory": shop.counts_by_itself,
                "serverConfig": {"moneyStrategyPrecision": shop.precision},
            },
            "stockLocations": lambda _, options=None: listed(
                [{"id": place, "name": name} for place, name in shop.locations.items()], options
            ),
            "productVariants": lambda _, options=None: listed([*map(_variant, shop.variants.values())], options),
            "orders": lambda _, options=None: listed([*map(_order, shop.orders.values())], options),
            "order": lambda _, id: _order(shop.orders[id]) if id in shop.orders else None,
        }

    def _changes(self) -> Record:
        return {"updateProductVariants": lambda _, input: self._update(input)}

    def _update(self, rows: list[Record]) -> list[Record]:
        for row in rows:
            if row["id"] not in self.shop.variants:
                raise refusal("ENTITY_NOT_FOUND", f'No ProductVariant with the id "{row["id"]}" could be found')
            if any(one["stockLocationId"] not in self.shop.locations for one in row.get("stockLevels", ())):
                raise refusal(None, "insert or update on table stock_level violates a foreign key constraint")
            if any(one["currencyCode"] not in self.shop.currencies for one in row.get("prices", ())):
                raise refusal("USER_INPUT_ERROR", "The currency is not available in the current Channel")
        return [_variant(self._updated(row)) for row in rows]

    def _updated(self, row: Record) -> Variant:
        variant = self.shop.variants[row["id"]]
        for one in row.get("stockLevels", ()):
            self.shop.level(variant.id, one["stockLocationId"]).on_hand = one["stockOnHand"]
        variant.prices |= {one["currencyCode"]: one["price"] for one in row.get("prices", ())}
        return variant


def _shown(error: GraphQLError, code: str | None = None) -> Record:
    extensions = {"code": code} if code else dict(error.extensions or {})
    return {"message": error.message, "extensions": extensions}


def _variant(variant: Variant) -> Record:
    return {
        "id": variant.id,
        "sku": variant.sku,
        "name": variant.name,
        "createdAt": variant.created_at,
        "trackInventory": variant.track,
        "prices": [{"currencyCode": code, "price": amount} for code, amount in variant.prices.items()],
        "customFields": variant.custom,
        "stockLevels": [_level(place, level) for place, level in variant.levels.items()],
    }


def _level(place: str, level: Level) -> Record:
    return {"stockLocationId": place, "stockOnHand": level.on_hand, "stockAllocated": level.allocated}


def _order(order: Order) -> Record:
    first, last = order.buyer
    return {
        "id": order.id,
        "code": order.code,
        "state": order.state,
        "updatedAt": order.updated_at,
        "orderPlacedAt": order.placed_at,
        "currencyCode": "USD",
        "customer": {"firstName": first, "lastName": last},
        "lines": [_line(line) for line in order.lines],
        "fulfillments": [_fulfilment(one) for one in order.fulfilments],
        "history": lambda _, options=None: listed([_entry(entry) for entry in order.history], options),
    }


def _line(line: Line) -> Record:
    variant = {"id": line.variant.id, "sku": line.variant.sku, "name": line.variant.name}
    return {"id": line.id, "quantity": line.quantity, "proratedUnitPrice": line.unit_price, "productVariant": variant}


def _fulfilment(one: Fulfilment) -> Record:
    lines = [{"orderLineId": line.id, "quantity": units} for line, units in one.lines]
    times = {"createdAt": one.created_at, "updatedAt": one.updated_at}
    return {"id": one.id, "state": one.state, "lines": lines, **times}


def _entry(entry: Entry) -> Record:
    return {"id": entry.id, "createdAt": entry.at, "type": entry.type, "data": entry.data}
