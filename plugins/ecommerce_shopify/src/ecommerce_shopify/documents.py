"""What is asked of Shopify: every GraphQL document that is sent, each valid on all of `VERSIONS`."""

VERSIONS = ("2026-04", "2026-07", "2026-10")
VERSION = "2026-10"

ACCOUNT = """\
query Account {
  shop { name currencyCode myshopifyDomain }
  currentAppInstallation { accessScopes { handle } }
}
"""

LOCATIONS = """\
query Locations($after: String) {
  locations(first: 100, after: $after, includeInactive: true) {
    nodes { id name isActive }
    pageInfo { hasNextPage endCursor }
  }
}
"""

# ---- items

COUNT_VARIANTS = """\
query CountVariants {
  productVariantsCount(limit: 10000) { count }
}
"""

VARIANTS = """\
query Variants($after: String) {
  productVariants(first: 250, after: $after) {
    nodes { id sku barcode title price product { id title } inventoryItem { id tracked } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

VARIANTS_IN_BULK = """\
{
  productVariants {
    edges {
      node { id sku barcode title price product { id title } inventoryItem { id tracked } }
    }
  }
}
"""

START_BULK = """\
mutation StartBulk($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status }
    userErrors { code field message }
  }
}
"""

BULK = """\
query Bulk($id: ID!) {
  bulkOperation(id: $id) { id status errorCode url }
}
"""

# ---- levels

LEVELS = """\
query Levels($items: [ID!]!, $location: ID!) {
  nodes(ids: $items) {
    ... on InventoryItem {
      id
      tracked
      inventoryLevel(locationId: $location) { isActive quantities(names: ["available"]) { name quantity } }
    }
  }
}
"""

SET_LEVELS = """\
mutation SetLevels($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}
"""

TRACK = """\
mutation Track($item: ID!) {
  inventoryItemUpdate(id: $item, input: {tracked: true}) {
    inventoryItem { id tracked }
    userErrors { field message }
  }
}
"""

ACTIVATE = """\
mutation Activate($item: ID!, $location: ID!, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location) @idempotent(key: $key) {
    inventoryLevel { id }
    userErrors { field message }
  }
}
"""

# ---- prices

VARIANTS_OF_ITEMS = """\
query VariantsOfItems($items: [ID!]!) {
  nodes(ids: $items) {
    ... on InventoryItem { id variants(first: 10) { nodes { id product { id } } } }
  }
}
"""

SET_PRICES = """\
mutation SetPrices($product: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $product, variants: $variants, allowPartialUpdates: true) {
    userErrors { code field message }
  }
}
"""

# ---- orders

_LINE = """\
fragment Line on LineItem {
  id name sku quantity currentQuantity unfulfilledQuantity
  variant { inventoryItem { id } }
  discountedUnitPriceAfterAllDiscountsSet { shopMoney { amount } }
  taxLines { priceSet { shopMoney { amount } } }
}
"""
_SENT = "fragment Sent on FulfillmentLineItem { quantity lineItem { id } }\n"
_REFUNDED = "fragment Refunded on RefundLineItem { quantity restockType restocked location { id } lineItem { id } }\n"
_WHOLE = f"""\
fragment Whole on Order {{
  id name createdAt updatedAt cancelledAt currencyCode taxesIncluded
  lineItems(first: $lines) {{ nodes {{ ...Line }} pageInfo {{ hasNextPage endCursor }} }}
  fulfillments(first: $parts) {{
    id status createdAt location {{ id }}
    fulfillmentLineItems(first: $lines) {{ nodes {{ ...Sent }} pageInfo {{ hasNextPage endCursor }} }}
  }}
  refunds(first: $parts) {{
    id createdAt processedAt
    refundLineItems(first: $lines) {{ nodes {{ ...Refunded }} pageInfo {{ hasNextPage endCursor }} }}
  }}
  fulfillmentOrders(first: $parts) {{ nodes {{ status assignedLocation {{ location {{ id }} }} }} }}
}}
{_LINE}{_SENT}{_REFUNDED}"""

ORDERS = f"""\
query Orders($query: String!, $after: String, $count: Int!, $lines: Int!, $parts: Int!) {{
  orders(first: $count, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{ ...Whole }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
{_WHOLE}"""

ORDER = f"""\
query Order($id: ID!, $lines: Int!, $parts: Int!) {{
  order(id: $id) {{ ...Whole }}
}}
{_WHOLE}"""

MORE_LINES = f"""\
query MoreLines($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Order {{ page: lineItems(first: 100, after: $after) {{ nodes {{ ...Line }} pageInfo {{ hasNextPage endCursor }} }} }}
  }}
}}
{_LINE}"""

MORE_SENT = f"""\
query MoreSent($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Fulfillment {{
      page: fulfillmentLineItems(first: 100, after: $after) {{ nodes {{ ...Sent }} pageInfo {{ hasNextPage endCursor }} }}
    }}
  }}
}}
{_SENT}"""

MORE_REFUNDED = f"""\
query MoreRefunded($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Refund {{
      page: refundLineItems(first: 100, after: $after) {{ nodes {{ ...Refunded }} pageInfo {{ hasNextPage endCursor }} }}
    }}
  }}
}}
{_REFUNDED}"""

# ---- subscriptions

SUBSCRIPTIONS = """\
query Subscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SUBSCRIBE = """\
mutation Subscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri, format: JSON}) {
    webhookSubscription { id }
    userErrors { field message }
  }
}
"""

UNSUBSCRIBE = """\
mutation Unsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { field message }
  }
}
"""

ALL = (
    ACCOUNT,
    LOCATIONS,
    COUNT_VARIANTS,
    VARIANTS,
    VARIANTS_IN_BULK,
    START_BULK,
    BULK,
    LEVELS,
    SET_LEVELS,
    TRACK,
    ACTIVATE,
    VARIANTS_OF_ITEMS,
    SET_PRICES,
    ORDERS,
    ORDER,
    MORE_LINES,
    MORE_SENT,
    MORE_REFUNDED,
    SUBSCRIPTIONS,
    SUBSCRIBE,
    UNSUBSCRIBE,
)
