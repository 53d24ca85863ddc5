"""Places for text that name no object of a company, with the reason."""

from collections.abc import Iterator, Mapping

_BY_REASON: Mapping[str, str] = {
    "what people call something, or say about it": "name description note reason message subject party number q tax_id phone supplier_sku supplier_reference document_number",
    "an amount": "quantity price cost unit_cost unit_price minimum target pack_quantity received short lost damaged approval_threshold",
    "an amount of what is bought": "minimum_order_value minimum_order_quantity order_multiple from_quantity exchange_rate "
    "over_receipt_tolerance purchase_approval_threshold",
    "an amount of what is counted": "percent value",
    "an amount of what is replenished": "change_percent service_level spending_limit",
    "a moment or a day": "at counted_at date effective_at expires_at expires_on known_at locked_through needed_on since until expected_on promised_on valid_from valid_to day",
    "what a shop calls its orders, and says of them": "external_id buyer title placed_at cancelled_at updated_at",
    "a secret: whoever shows it may": "password current_password new_password token refresh_token totp client_secret",
    "a language, a zone, a currency, a unit": "locale time_zone currency unit",
    "a word of the interface": "subject_type grant_type scope scopes/* permissions/* type event_types/*",
    "the version that the caller knows": "If-Match",
    "what a device signs": "id rawId clientDataJSON attestationObject authenticatorData signature userHandle",
    "what a provider says, or says of itself": "iss error state issuer domains/*",
    "an address of the network, or on this server": "networks/* return_to url",
    "where a record comes from": "source source_ref",
    "a plugin of the installation, the same for all companies, and what it is told": "plugin_id settings/*",
}

NO_ID: Mapping[str, str] = {name: reason for reason, names in _BY_REASON.items() for name in names.split()}
"""By the last name of the place. It does not hold for a place where a call of the operation has an object."""

_IN_ONE_OPERATION: Mapping[str, str] = {
    "POST /companies: body /code": "the owner of the platform sees all codes anyway",
    "POST /sites/{site_id}/locations: body /code": "each site has its own",
    "POST /contact: body /email": "where to answer",
    "POST /suppliers: body /code": "each company has its own",
    "PATCH /suppliers/{supplier_id}: body /code": "each company has its own",
    "POST /suppliers: body /contacts/*/email": "where a supplier is written to",
    "PATCH /suppliers/{supplier_id}: body /contacts/*/email": "where a supplier is written to",
    "PUT /suppliers/{supplier_id}/ordering: body /channel": "mail, http, or a plugin of the installation",
    "PUT /suppliers/{supplier_id}/ordering: body /address": "where a supplier is written to",
    "PUT /suppliers/{supplier_id}/ordering: body /secret": "a secret",
    "POST /channel-orders: body /channel": "what a shop calls itself",
    "GET /channel-orders: query channel": "what a shop calls itself",
    "POST /channel-orders: body /fulfilments/*/lines/*/line": "what a shop calls a line of the same order",
    "POST /channel-orders: body /returns/*/lines/*/line": "what a shop calls a line of the same order",
    "POST /identity-providers: body /client_id": "what the provider calls us",
    "PATCH /identity-providers/{provider_id}: body /client_id": "what the provider calls us",
    "POST /oauth/token: body /client_id": "what one calls oneself, good for nothing without its secret",
    "GET /auth/oidc/callback: query code": "what the provider says",
    "POST /auth/mfa/totp/confirm: body /code": "a secret",
    "POST /me/phone: body /number": "where a person is reached: who may use it shows a code",
    "POST /me/phone/confirm: body /code": "a secret",
    "PUT /me/picture: body /file": "a picture",
    "PUT /me/preferences: body /views/*/search": "what a page of the application is asked, which asks it with the rights of whoever opens it",
    "PUT /me/preferences: body /tables/*/table": "a table of the application",
    "PUT /me/preferences: body /tables/*/columns/*": "a column of a table of the application",
    "PUT /notification-preferences: body /hours/quiet/from": "a time of the day",
    "PUT /notification-preferences: body /hours/quiet/to": "a time of the day",
    "POST /labels: body /format": "a sheet or roll, the same for all companies",
    "POST /labels: body /lines/*/code": "one of the codes of the product that is named beside it",
    "POST /labels: body /lines/*/lot": "what is printed, whether or not there is such a lot",
    "POST /labels: body /lines/*/serial": "what is printed, whether or not there is such a piece",
    **{
        f"GET /products/{{product_id}}/{picture}: query {name}": "of the product in the path, or only printed"
        for picture in ("barcode.svg", "barcode.png", "qr.svg")
        for name in ("code", "lot", "serial")
        if picture != "qr.svg" or name == "code"
    },
    "POST /products/{product_id}/images: body /file": "a picture",
    "POST /attachments: body /file": "nobody reads it",
}


def name_of(place: str) -> str:
    """The last name of a place; for the members of a list, that of the list."""
    parts = place.replace(" ", "/").split("/")
    return "/".join(parts[-2:]) if parts[-1] == "*" else parts[-1]


def is_no_id(operation: str, place: str) -> bool:
    return name_of(place) in NO_ID or f"{operation}: {place}" in _IN_ONE_OPERATION


def unused(places: Iterator[tuple[str, str]]) -> set[str]:
    """What is said here of places that no operation has."""
    known = list(places)
    return (NO_ID.keys() - {name_of(place) for _, place in known}) | (
        _IN_ONE_OPERATION.keys() - {f"{operation}: {place}" for operation, place in known}
    )
