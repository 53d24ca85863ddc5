"""What is asked of Vendure's Admin API. Each document is valid on the schema of 3.7."""

CHECK = """
query PirwaCheck {
  activeChannel { code defaultCurrencyCode availableCurrencyCodes }
  productVariants(options: { take: 1 }) { totalItems }
  orders(options: { take: 1 }) { totalItems }
}
"""

MAY_CHANGE = """
mutation PirwaMayChange { updateProductVariants(input: []) { id } }
"""
"""Changes nothing, and is refused to whoever may not change variants."""

LOCATIONS = """
query PirwaLocations($options: StockLocationListOptions) {
  stockLocations(options: $options) { totalItems items { id name } }
}
"""

LEVELS = """
query PirwaLevels($variants: ProductVariantListOptions, $locations: StockLocationListOptions) {
  productVariants(options: $variants) {
    items { id stockLevels { stockLocationId stockOnHand stockAllocated } }
  }
  stockLocations(options: $locations) { items { id } }
}
"""

SET_LEVELS = """
mutation PirwaSetLevels($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id stockLevels { stockLocationId stockOnHand stockAllocated } }
}
"""

PRICES = """
query PirwaPrices($variants: ProductVariantListOptions) {
  activeChannel { defaultCurrencyCode availableCurrencyCodes }
  globalSettings { serverConfig { moneyStrategyPrecision } }
  productVariants(options: $variants) { items { id } }
}
"""

SET_PRICES = """
mutation PirwaSetPrices($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id }
}
"""

NEWEST_ORDERS = """
query PirwaNewestOrders($placed: OrderListOptions, $changed: OrderListOptions) {
  placed: orders(options: $placed) { items { orderPlacedAt updatedAt } }
  changed: orders(options: $changed) { items { orderPlacedAt updatedAt } }
}
"""

_ORDER = """
fragment PirwaOrder on Order {
  id code state orderPlacedAt updatedAt currencyCode
  customer { firstName lastName }
  lines { id quantity proratedUnitPrice productVariant { id sku name } }
  fulfillments { id state createdAt updatedAt lines { orderLineId quantity } }
  history(options: { sort: { createdAt: DESC, id: DESC } }) { items { id createdAt type data } }
}
"""

ORDERS = (
    """
query PirwaOrders($placed: OrderListOptions, $changed: OrderListOptions, $watched: OrderListOptions) {
  globalSettings { serverConfig { moneyStrategyPrecision } }
  placed: orders(options: $placed) { items { ...PirwaOrder } }
  changed: orders(options: $changed) { items { ...PirwaOrder } }
  watched: orders(options: $watched) { items { ...PirwaOrder } }
}
"""
    + _ORDER
)

ORDER = (
    """
query PirwaOneOrder($id: ID!) {
  globalSettings { serverConfig { moneyStrategyPrecision } }
  order(id: $id) { ...PirwaOrder }
}
"""
    + _ORDER
)


def items(barcode_field: str | None) -> str:
    """A page of variants; with the custom field that holds their barcodes, if there is one."""
    fields = f"customFields {{ {barcode_field} }}" if barcode_field else ""
    return f"""
query PirwaItems($options: ProductVariantListOptions) {{
  activeChannel {{ defaultCurrencyCode availableCurrencyCodes }}
  globalSettings {{ trackInventory serverConfig {{ moneyStrategyPrecision }} }}
  productVariants(options: $options) {{
    totalItems
    items {{ id sku name trackInventory prices {{ currencyCode price }} {fields} }}
  }}
}}
"""
