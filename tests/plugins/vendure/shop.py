"""The real shop, as its owner and its customers use it."""

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from core.ports.http import HttpRequest
from core.testing.live_http import LiveHttp

from .server import VendureServer

POOL = 120
LOCATION = "1"
PRICE = 1950  # in minor units
# What the README of the plugin says that its role needs.
PERMISSIONS = ["ReadCatalog", "UpdateCatalog", "ReadOrder", "ReadStockLocation"]

_MADE = "__typename ... on ErrorResult { errorCode message }"


class Caller:
    """Somebody at one of the two APIs; who has signed in stays so."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._headers = {"content-type": "application/json"}

    async def __call__(self, document: str, **variables: object) -> Any:
        body = msgspec.json.encode({"query": document, "variables": variables})
        answer = await LiveHttp().send(HttpRequest("POST", self._url, self._headers, body, seconds=60))
        if token := answer.headers.get("vendure-auth-token"):
            self._headers["authorization"] = f"Bearer {token}"
        envelope = msgspec.json.decode(answer.body)
        assert not envelope.get("errors"), envelope
        data = envelope["data"]
        assert not any(isinstance(one, dict) and "errorCode" in one for one in data.values()), data
        return data


class RealShop:
    """Its owner is signed in. A pool of variants stands ready, so that a test need not wait for them."""

    def __init__(self, server: VendureServer) -> None:
        self._server = server
        self.owner = Caller(f"{server.url}/admin-api")
        self.api_key = ""
        self._pool: list[str] = []

    async def open(self) -> None:
        await self.owner(f'mutation {{ login(username: "superadmin", password: "superadmin") {{ {_MADE} }} }}')
        role = await self.owner(
            "mutation ($input: CreateRoleInput!) { createRole(input: $input) { id } }",
            input={"code": "pirwa", "description": "Pirwa", "permissions": PERMISSIONS},
        )
        key = await self.owner(
            "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey } }",
            input={
                "roleIds": [role["createRole"]["id"]],
                "translations": [{"languageCode": "en", "name": "Pirwa"}],
            },
        )
        self.api_key = key["createApiKey"]["apiKey"]
        self._pool = await self._many_variants()

    def sell(self, skus: Sequence[str]) -> dict[str, str]:
        """From now on it sells these and nothing else, at `PRICE`, and has none; all orders so far are carts again."""
        chosen = dict(zip(skus, self._pool, strict=False))
        assert len(chosen) == len(skus)
        with psycopg.connect(self._server.database, autocommit=True) as connection, connection.pipeline():
            connection.execute('UPDATE product_variant SET "deletedAt" = now(), "customFieldsGtin" = NULL')
            connection.execute("UPDATE product_variant_price SET price = %s", (PRICE,))
            connection.execute('UPDATE "order" SET "orderPlacedAt" = NULL')
            connection.execute('UPDATE stock_level SET "stockOnHand" = 0, "stockAllocated" = 0')
            for sku, variant in chosen.items():
                connection.execute(
                    'UPDATE product_variant SET "deletedAt" = NULL, sku = %s WHERE id = %s', (sku, variant)
                )
        return chosen

    async def edit(self, variant: str, available: int) -> None:
        """The owner changes the level by hand."""
        level = (await self.levels(variant)).get(LOCATION, {"stockAllocated": 0})
        on_hand = available + level["stockAllocated"]
        rows = [{"id": variant, "stockLevels": [{"stockLocationId": LOCATION, "stockOnHand": on_hand}]}]
        await self.owner(
            "mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }",
            input=rows,
        )

    async def label(self, variant: str, gtin: str) -> None:
        await self.owner(
            "mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }",
            input=[{"id": variant, "customFields": {"gtin": gtin}}],
        )

    async def levels(self, variant: str) -> dict[str, dict[str, int]]:
        """What is on hand and allocated, by location."""
        data = await self.owner(
            "query ($id: ID!) { productVariant(id: $id)"
            " { stockLevels { stockLocationId stockOnHand stockAllocated } } }",
            id=variant,
        )
        return {level["stockLocationId"]: level for level in data["productVariant"]["stockLevels"]}

    async def variants(self) -> list[dict[str, Any]]:
        data = await self.owner(
            "{ productVariants { items { id price stockLevels { stockLocationId stockOnHand stockAllocated } } } }"
        )
        found: list[dict[str, Any]] = data["productVariants"]["items"]
        return found

    # ---- orders

    async def place(self, variant: str, quantity: int) -> str:
        """A customer orders and pays. Returns the order's id."""
        customer = await self.cart(variant, quantity)
        return await self.pay(customer)

    async def cart(self, variant: str, quantity: int) -> Caller:
        """A customer who has filled a cart and said where it goes."""
        customer = Caller(f"{self._server.url}/shop-api")
        await customer(
            "mutation ($variant: ID!, $quantity: Int!) "
            f"{{ addItemToOrder(productVariantId: $variant, quantity: $quantity) {{ {_MADE} }} }}",
            variant=variant,
            quantity=quantity,
        )
        buyer = {"firstName": "Ana", "lastName": "Mora", "emailAddress": "ana.mora@example.com"}
        await customer(
            f"mutation ($input: CreateCustomerInput!) {{ setCustomerForOrder(input: $input) {{ {_MADE} }} }}",
            input=buyer,
        )
        await customer(
            f"mutation ($input: CreateAddressInput!) {{ setOrderShippingAddress(input: $input) {{ {_MADE} }} }}",
            input={"streetLine1": "Calle 1", "countryCode": "GB"},
        )
        methods = (await customer("{ eligibleShippingMethods { id } }"))["eligibleShippingMethods"]
        await customer(
            f"mutation ($ids: [ID!]!) {{ setOrderShippingMethod(shippingMethodId: $ids) {{ {_MADE} }} }}",
            ids=[methods[0]["id"]],
        )
        return customer

    async def pay(self, customer: Caller) -> str:
        await customer(f'mutation {{ transitionOrderToState(state: "ArrangingPayment") {{ {_MADE} }} }}')
        data = await customer(
            'mutation { addPaymentToOrder(input: { method: "standard-payment", metadata: {} })'
            f" {{ {_MADE} ... on Order {{ id state }} }} }}"
        )
        assert data["addPaymentToOrder"]["state"] == "PaymentSettled"
        order: str = data["addPaymentToOrder"]["id"]
        return order

    async def fulfil(self, order: str, quantity: int | None = None) -> str:
        """So many units of its line are made ready (all of them, if none are named), and have left the stock."""
        (line,) = await self.lines(order)
        rows = [{"orderLineId": line["id"], "quantity": quantity or line["quantity"]}]
        handler = {
            "code": "manual-fulfillment",
            "arguments": [{"name": "method", "value": "by hand"}, {"name": "trackingCode", "value": ""}],
        }
        data = await self.owner(
            "mutation ($input: FulfillOrderInput!) "
            f"{{ addFulfillmentToOrder(input: $input) {{ {_MADE} ... on Fulfillment {{ id }} }} }}",
            input={"lines": rows, "handler": handler},
        )
        fulfilment: str = data["addFulfillmentToOrder"]["id"]
        return fulfilment

    async def send(self, fulfilment: str, state: str = "Shipped") -> None:
        await self.owner(
            "mutation ($id: ID!, $state: String!) "
            f"{{ transitionFulfillmentToState(id: $id, state: $state) {{ {_MADE} }} }}",
            id=fulfilment,
            state=state,
        )

    async def cancel(self, order: str, quantity: int | None = None) -> None:
        """So many units of its line (all of it and the way to its buyer, if none are named)."""
        lines = None
        if quantity is not None:
            lines = [{"orderLineId": line["id"], "quantity": quantity} for line in await self.lines(order)]
        await self.owner(
            f"mutation ($input: CancelOrderInput!) {{ cancelOrder(input: $input) {{ {_MADE} }} }}",
            input={"orderId": order, "lines": lines, "cancelShipping": quantity is None, "reason": "unwanted"},
        )

    async def refund(self, order: str, amount: int) -> None:
        """Money alone, in minor units. Without the fields that are out of date Vendure 3.7.3 fails."""
        data = await self.owner("query ($id: ID!) { order(id: $id) { payments { id } } }", id=order)
        (payment,) = data["order"]["payments"]
        await self.owner(
            f"mutation ($input: RefundOrderInput!) {{ refundOrder(input: $input) {{ {_MADE} }} }}",
            input={
                "paymentId": payment["id"],
                "amount": amount,
                "lines": [],
                "shipping": 0,
                "adjustment": 0,
                "reason": "scratched",
            },
        )

    async def lines(self, order: str) -> list[dict[str, Any]]:
        data = await self.owner("query ($id: ID!) { order(id: $id) { lines { id quantity } } }", id=order)
        found: list[dict[str, Any]] = data["order"]["lines"]
        return found

    # ---- making it

    async def _many_variants(self) -> list[str]:
        product = await self.owner(
            "mutation ($input: CreateProductInput!) { createProduct(input: $input) { id } }",
            input={"translations": [{"languageCode": "en", "name": "Gadget", "slug": "gadget", "description": ""}]},
        )
        options = [
            {"code": f"kind-{number}", "translations": [{"languageCode": "en", "name": f"Kind {number}"}]}
            for number in range(POOL)
        ]
        group = await self.owner(
            "mutation ($input: CreateProductOptionGroupInput!) "
            "{ createProductOptionGroup(input: $input) { id options { id } } }",
            input={
                "code": "kind",
                "translations": [{"languageCode": "en", "name": "Kind"}],
                "options": options,
            },
        )
        await self.owner(
            "mutation ($product: ID!, $group: ID!) "
            "{ addOptionGroupToProduct(productId: $product, optionGroupId: $group) { id } }",
            product=product["createProduct"]["id"],
            group=group["createProductOptionGroup"]["id"],
        )
        made = await self.owner(
            "mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }",
            input=[
                {
                    "productId": product["createProduct"]["id"],
                    "sku": f"POOL-{number}",
                    "price": PRICE,
                    "optionIds": [option["id"]],
                    "translations": [{"languageCode": "en", "name": f"Gadget {number}"}],
                }
                for number, option in enumerate(group["createProductOptionGroup"]["options"])
            ],
        )
        return [variant["id"] for variant in made["createProductVariants"]]
