"""A plugin that `pirwa plugin new` has made is fit as it is, and works once it is switched on in a company."""

import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from adapters.broker.brokers import make_broker
from adapters.plugin_loader.registry import load_plugins
from adapters.plugin_loader.surroundings import Surroundings
from adapters.secrets.key_ring import key_ring
from apps.cli.plugin_making import make_plugin
from apps.ioc.built_in import BUILT_IN
from apps.settings import Settings
from apps.worker.mailing import OutgoingMail
from apps.worker.main import working
from core.ports.plugins import Plugins
from core.testing.conformance.project import read_project
from core.testing.conformance.verdict import verdict_on
from core.testing.plugin_context import Answering, InMemoryPluginStore
from tests.api import Api, Client
from tests.apps.purchasing import selling
from tests.apps.sms import app_with, new_number
from tests.apps.supplier_orders import VENTAS, outgoing, to_send
from tests.way_out import AUDIT_KEY, eventually

pytestmark = pytest.mark.anyio

KINDS = {
    "storefront": ("shop", "FakeShop"),
    "message_sender": ("carrier", "FakeCarrier"),
    "mail_sender": ("post", "FakePost"),
    "supplier_ordering": ("exchange", "FakeExchange"),
    "notification_channel": ("chat", "FakeChat"),
    "subscriber": ("chat", "FakeChat"),
}
TOKEN = "let-me-in-please"
SETTINGS: Mapping[str, Mapping[str, object]] = {
    "storefront": {
        "address": "https://shop.example.com",
        "locations": {"UIO": "main"},
        "signing_secret": "what-the-shop-signs-with",
    },
    "message_sender": {"sender": "Andina"},
    "mail_sender": {"sender": "bodega@andina.example"},
    "supplier_ordering": {},
    "notification_channel": {"room": "warehouse", "kinds": ["low_stock"]},
    "subscriber": {"room": "warehouse"},
}


def id_of(kind: str) -> str:
    return f"made_{kind}"


@dataclass
class Made:
    """A plugin of each kind, with its other side, in this process."""

    folder: Path
    others: Mapping[str, Any]
    plugins: Plugins

    async def enable(self, client: Client, kind: str) -> None:
        answer = await client.post(
            f"/plugins/{id_of(kind)}/enable", json={"settings": {**SETTINGS[kind], "token": TOKEN}}
        )
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder, before = tmp_path_factory.mktemp("made"), list(sys.path)
    for kind in KINDS:
        make_plugin(id_of(kind), kind, folder / id_of(kind))
        sys.path[:0] = map(str, read_project(folder / id_of(kind)).install(folder / "site"))
    others = {id_of(kind): other_side(folder, kind) for kind in KINDS}
    surroundings = Surroundings(
        http=lambda plugin_id, hosts: Answering(others[plugin_id].answer),
        store=lambda company_id, plugin_id: InMemoryPluginStore(),
    )
    yield Made(folder, others, load_plugins(others, "0.1.0", surroundings, BUILT_IN))
    sys.path[:] = before


def other_side(folder: Path, kind: str) -> Any:
    """The made-up party that the tests of a plugin bring along."""
    name, called = KINDS[kind]
    spec = spec_from_file_location(f"fake_{name}", folder / id_of(kind) / "tests" / f"fake_{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return getattr(module, called)()


@pytest.fixture(scope="module")
async def app(settings: Settings, made: Made) -> AsyncIterator[Litestar]:
    async with app_with(settings, made.plugins) as app:
        yield app


@pytest.fixture
async def worker(settings: Settings, made: Made) -> AsyncIterator[None]:
    """A worker at work, with these plugins and no mail server."""
    sealing = key_ring(settings.secret_keys, settings.data)
    async with working(
        str(settings.database_url),
        made.plugins,
        make_broker(None),
        AUDIT_KEY,
        OutgoingMail(sealing, None),
        orders=outgoing(settings),
        poll_seconds=0.1,
    ):
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_fit_as_it_is_made(made: Made, kind: str) -> None:
    """From a folder of its own, without being installed."""
    verdict = verdict_on(str(made.folder / id_of(kind)))
    assert list(verdict.faults) == []
    assert verdict.passed >= 15


async def test_a_storefront_shows_the_stock_once_it_is_switched_on(
    made: Made, app: Litestar, api: Api, worker: None
) -> None:
    shop = made.others[id_of("storefront")]
    shop.items = {"item-1": "CUP"}
    await api.shop.product("CUP")
    await api.shop.post("receipt", "CUP", 7)
    client = await Api(app, api.shop, api.tokens).client("admin")
    assert shop.shown == {}
    await made.enable(client, "storefront")
    await eventually(lambda: shop.shown == {"item-1": 7})
    await client.post_ok("/sales", {"lines": [{"product": "CUP", "site": "UIO", "quantity": "3", "unit_price": "5"}]})
    await eventually(lambda: shop.shown == {"item-1": 4})


async def test_a_carrier_takes_text_messages(made: Made, app: Litestar, api: Api) -> None:
    carrier, number = made.others[id_of("message_sender")], new_number()
    client = await Api(app, api.shop, api.tokens).client("admin")
    assert (await client.post("/me/phone", json={"number": number})).json()["code"] == "sms_unavailable"
    await made.enable(client, "message_sender")
    assert (await client.post("/me/phone", json={"number": number})).status_code == 202
    assert [message["to"] for message in carrier.messages.values()] == [number]


async def test_a_carrier_takes_the_mails_of_the_company(made: Made, app: Litestar, api: Api, worker: None) -> None:
    post, there = made.others[id_of("mail_sender")], Api(app, api.shop, api.tokens)
    client = await there.client("admin")
    await made.enable(client, "mail_sender")
    supplier = await selling(there, client, "CUP", "BOX", contacts=[])
    await to_send(client, supplier, "mail", address=VENTAS)
    await eventually(lambda: [mail["to"] for mail in post.mails] == [VENTAS])


async def test_a_way_to_suppliers_hands_orders_over(made: Made, app: Litestar, api: Api, worker: None) -> None:
    exchange = made.others[id_of("supplier_ordering")]
    there = Api(app, api.shop, api.tokens)
    client = await there.client("admin")
    await made.enable(client, "supplier_ordering")
    supplier = await selling(there, client, "CUP", "BOX", contacts=[])
    sent = await to_send(client, supplier, id_of("supplier_ordering"), address="acme-1790012345001")
    await eventually(lambda: list(exchange.orders.values()) == [sent["number"]])


async def test_a_room_hears_the_news_in_words(made: Made, app: Litestar, api: Api, worker: None) -> None:
    chat, shop = made.others[id_of("notification_channel")], api.shop
    product = await shop.product("TEA")
    await shop.post("receipt", "TEA", 10)
    await shop.fetch("SELECT ledger_set_policy(%s, %s, 5, 20)", product, shop.sites["UIO"])
    client = await Api(app, shop, api.tokens).client("admin")
    await made.enable(client, "notification_channel")
    await shop.post("sale", "TEA", 6)
    await eventually(lambda: list(chat.lines.values()) == ["TEA Product TEA en UIO: quedan 4, mínimo 5"])


async def test_a_reaction_hears_of_events(made: Made, app: Litestar, api: Api, worker: None) -> None:
    chat, shop = made.others[id_of("subscriber")], api.shop
    product = await shop.product("TEA")
    await shop.post("receipt", "TEA", 10)
    await shop.fetch("SELECT ledger_set_policy(%s, %s, 5, 20)", product, shop.sites["UIO"])
    client = await Api(app, shop, api.tokens).client("admin")
    await made.enable(client, "subscriber")
    await shop.post("sale", "TEA", 6)
    await eventually(lambda: list(chat.lines.values()) == [f"Low stock (product {product})"])
