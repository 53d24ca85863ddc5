"""What the shop sells, for how much, and whether the settings fit it."""

from decimal import Decimal

import pytest

from core.ports.failures import AuthFailed, Misconfigured, PermanentlyRejected
from core.ports.storefront import Item, Location, Price
from core.testing.plugin_context import Answering

from .connected import storefront_of
from .fake_vendure import FakeVendure, Shop
from .fake_vendure.server import API_KEY

pytestmark = pytest.mark.anyio


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def fake(shop: Shop) -> FakeVendure:
    return FakeVendure(shop)


async def test_an_item_has_what_people_and_products_know_it_by(shop: Shop, fake: FakeVendure) -> None:
    one = shop.stock("A", prices={"USD": 1999, "EUR": 1850}, custom={"gtin": "00614141123452"})
    two = shop.stock("B", track="FALSE")
    page = await storefront_of(fake, barcode_field="gtin").items()
    assert list(page.items) == [
        Item(one.id, "A", "00614141123452", "The A", Decimal("19.99")),
        Item(two.id, "B", "", "The B", Decimal(10), counted=False),
    ]
    (first, _) = (await storefront_of(fake, currency="EUR").items()).items
    assert (first.price, first.barcode) == (Decimal("18.50"), "")


async def test_what_leaves_its_counting_to_the_shop_is_counted_as_the_shop_does(shop: Shop, fake: FakeVendure) -> None:
    shop.stock("A", track="INHERIT")
    shop.stock("B", track="TRUE")
    shop.counts_by_itself = False
    assert [item.counted for item in (await storefront_of(fake).items()).items] == [False, True]


async def test_money_is_as_fine_as_the_shop_says(shop: Shop, fake: FakeVendure) -> None:
    """Seen to fail when two places after the point were taken for granted."""
    shop.precision = 3
    item = shop.stock("A", prices={"USD": 12_345}).id
    assert (await storefront_of(fake).items()).items[0].price == Decimal("12.345")
    assert not await storefront_of(fake).push_prices([Price(item, Decimal("9.9995"))])
    assert shop.variants[item].prices["USD"] == 10_000


async def test_a_price_goes_to_the_currency_of_the_settings(shop: Shop, fake: FakeVendure) -> None:
    item = shop.stock("A", prices={"USD": 1000, "EUR": 900}).id
    assert not await storefront_of(fake, currency="EUR").push_prices([Price(item, Decimal(8)), Price(item, Decimal(7))])
    assert shop.variants[item].prices == {"USD": 1000, "EUR": 700}


async def test_a_check_says_who_the_shop_is(shop: Shop, fake: FakeVendure) -> None:
    shop.stock("A")
    account = await storefront_of(fake).check()
    assert (account.name, account.currency, account.details) == (
        "shop.example.org",
        "USD",
        {"variants": "1", "orders": "0"},
    )


async def test_a_check_finds_settings_that_do_not_fit(fake: FakeVendure) -> None:
    with pytest.raises(Misconfigured, match="no stock location 5"):
        await storefront_of(fake, locations={"UIO": "1", "GYE": "5"}).check()
    with pytest.raises(Misconfigured, match="GBP"):
        await storefront_of(fake, currency="GBP").check()
    with pytest.raises(Misconfigured, match="does not understand"):
        await storefront_of(fake, barcode_field="ean").check()
    with pytest.raises(AuthFailed):
        await storefront_of(fake, api_key="another").check()


async def test_a_check_tries_whether_something_may_be_changed_without_changing_it(
    shop: Shop, fake: FakeVendure
) -> None:
    item = shop.stock("A").id
    await storefront_of(fake).check()
    assert any("mutation" in document for document in fake.asked)
    assert shop.variants[item].levels == {}


async def test_places_come_by_their_names_however_many_there_are(shop: Shop, fake: FakeVendure) -> None:
    shop.locations = {str(number): f"Store {number}" for number in range(1, 131)}
    found = list(await storefront_of(fake).locations())
    assert found[:2] == [Location("1", "Store 1"), Location("2", "Store 2")]
    assert len(found) == 130


async def test_a_new_item_takes_no_place_of_those_that_are_still_to_be_read(shop: Shop, fake: FakeVendure) -> None:
    items = [shop.stock(f"SKU-{number}").id for number in range(150)]
    storefront = storefront_of(fake)
    first = await storefront.items()
    late = shop.stock("LATE").id
    second = await storefront.items(first.next_cursor)
    assert [item.id for item in (*first.items, *second.items)] == [*items, late]


async def test_a_place_that_is_none_is_refused(fake: FakeVendure) -> None:
    with pytest.raises(PermanentlyRejected):
        await storefront_of(fake).items("nowhere")
    with pytest.raises(PermanentlyRejected):
        await storefront_of(fake).orders("nowhere")


async def test_the_channel_and_the_key_go_with_every_request(fake: FakeVendure) -> None:
    http = Answering(fake.send)
    await storefront_of(http, channel="the-outlet").check()
    sent = {(one.headers["vendure-token"], one.headers["vendure-api-key"]) for one in http.sent}
    assert sent == {("the-outlet", API_KEY)}
