"""Purchase orders on their way to suppliers: by mail, by signed http, through a plugin, or by hand; each once, and none lost."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from litestar import Litestar
from pypdf import PdfReader
from taskiq import InMemoryBroker

from adapters.postgres.engine import Database
from apps.http.app import create_app
from apps.settings import Settings
from apps.worker.main import working
from apps.worker.ordering import LEASE, NOBODY, SECONDS
from apps.worker.retries import DELAYS
from core.commands.purchase_order_delivery import record_try
from core.domain.access import Actor
from core.domain.order_sending import SendingState, TryOutcome
from core.ports.order_sendings import Tried
from core.ports.plugins import Plugins
from core.ports.storage import UnitOfWork
from tests.api import Api, Client
from tests.apps.purchasing import deed, part, pointers, refusal, shown
from tests.apps.supplier_orders import (
    SECRET,
    VENTAS,
    Dispatcher,
    acme,
    approved,
    dispatching,
    let_time_pass,
    outgoing,
    set_ordering,
    to_send,
    tries,
)
from tests.mail_server import MailServer
from tests.plugins.way import plugins_here
from tests.way_out import AUDIT_KEY, eventually, importable
from tests.webhook_receiver import Answer, Receiver, receiving

pytestmark = pytest.mark.anyio

NOTHING_MORE = {"status": None, "seconds": None, "name": None, "said": None}

PLUGIN = "fake_supplier"
NOBODY_ANSWERS = "it was not reached (unreachable)"


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugins]:
    with importable(tmp_path_factory.mktemp("site"), PLUGIN), plugins_here(PLUGIN) as plugins:
        yield plugins


@pytest.fixture(scope="module")
async def app(plugins: Plugins, settings: Settings) -> AsyncIterator[Litestar]:
    """The application on this machine alone, with the plugin."""
    chosen = Settings(data=settings.data, database_url=settings.database_url, plugins=(PLUGIN,))
    app = create_app(chosen, write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        receiver.answer = lambda _: (200, {}, b'{"reference": "S-100"}')
        yield receiver


@pytest.fixture
async def dispatcher(
    settings: Settings, database: Database, plugins: Plugins, server: MailServer
) -> AsyncIterator[Dispatcher]:
    async with dispatching(settings, database, plugins, server.url) as dispatcher:
        yield dispatcher


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def document(client: Client, made: Any, **query: object) -> bytes:
    response = await client.get(f"/purchase-orders/{made['id']}/document", params=query)  # type: ignore[arg-type]
    assert response.is_success, response.text
    assert response.headers["content-type"] == "application/pdf"
    return response.content


async def events(api: Api, *names: str) -> list[Any]:
    return [str(one) for one in await api.shop.event_types(*(f"purchase_order_{name}" for name in names))]


class TestByMail:
    async def test_the_order_arrives_as_a_pdf_and_is_sent_when_the_server_has_taken_it(
        self, api: Api, dispatcher: Dispatcher, server: MailServer
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "mail", address=VENTAS)
        assert (made["state"], made["sent_at"]) == ("approved", None)
        assert (made["sending"]["state"], made["sending"]["channel"], made["sending"]["attempts"]) == (
            "waiting",
            "mail",
            0,
        )
        assert made["sending"]["requested_by"]["id"] == str(api.users["manager"])
        assert await dispatcher.is_due(api.shop)
        await dispatcher.send(api.shop)
        came = await server.next_to(VENTAS)
        [(name, kind, content)] = came.files
        assert (came.subject, name, kind) == (
            "Orden de compra N.º 1 de Test company",
            "orden-de-compra-1.pdf",
            "application/pdf",
        )
        assert "Total 220,00 USD" in text_of(content)
        made = await shown(client, made)
        assert (made["state"], made["sent_by_channel"], made["sent_by"]["id"]) == (
            "sent",
            "mail",
            str(api.users["manager"]),
        )
        assert made["sending"]["state"] == "accepted"
        assert not await dispatcher.is_due(api.shop)
        assert await events(api, "submitted", "sending", "sent") == [
            *("purchase_order_submitted", "purchase_order_sending", "purchase_order_sent"),
        ]
        await deed(client, made, "receive", part(_1="60"))

    async def test_what_was_sent_is_kept_whatever_changes_later(
        self, api: Api, dispatcher: Dispatcher, server: MailServer
    ) -> None:
        """Seen to fail when the document is drawn anew."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "mail", address=VENTAS)
        await api.shop.fetch("UPDATE product SET name = 'Renamed' WHERE company_id = %s", api.shop.company_id)
        await dispatcher.send(api.shop)
        [(_, _, content)] = (await server.next_to(VENTAS)).files
        assert await document(client, made, sending=1) == content
        assert "Product CUP" in text_of(content)
        assert "Renamed" in text_of(await document(client, made))

    async def test_nobody_forgets_the_file_of_what_was_sent(self, api: Api, dispatcher: Dispatcher) -> None:
        """Seen to fail when only pictures and attachments are looked at."""
        client = await api.client("manager")
        await to_send(client, await acme(api, client), "mail", address=VENTAS)
        await dispatcher.send(api.shop)
        [(digest,)] = await api.shop.fetch(
            "SELECT digest FROM purchase_order_sending WHERE company_id = %s", api.shop.company_id
        )

        async def unreferenced(uow: UnitOfWork, actor: Actor, digests: list[str]) -> Sequence[str]:
            return await uow.catalogue.unreferenced_files(digests)

        other = "0" * 64
        assert (await api.shop.run(unreferenced, api.shop.admin, [digest, other])).result == [other]

    async def test_a_mailbox_that_does_not_exist_leaves_the_order_with_its_problem_and_tells_people(
        self, api: Api, dispatcher: Dispatcher, server: MailServer
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        server.refusals = {VENTAS: "550 5.1.1 unknown"}
        made = await to_send(client, supplier, "mail", address=VENTAS)
        await dispatcher.send(api.shop)
        made = await shown(client, made)
        words = "the mail server refuses this mail for good (550)"
        assert (made["state"], made["sending"]["state"], made["sending"]["problem"]) == ("approved", "refused", words)
        [told] = await api.shop.fetch(
            "SELECT data->>'problem', (data->>'may_have_arrived')::boolean FROM outbox_event WHERE company_id = %s AND type = %s",
            api.shop.company_id,
            "purchase_order_not_sent",
        )
        assert told == (words, False)
        server.refusals = {}
        made = await deed(client, made, "send")
        assert (made["sending"]["number"], made["sending"]["state"]) == (2, "waiting")
        await dispatcher.send(api.shop)
        assert (await shown(client, made))["state"] == "sent"
        assert await tries(client, made) == [[("refused", words)], [("accepted", None)]]

    async def test_a_mail_server_that_refuses_for_a_while_delays_it(
        self, api: Api, dispatcher: Dispatcher, server: MailServer
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "mail", address=VENTAS)
        server.refusals = {VENTAS: "451 later"}
        await dispatcher.send(api.shop)
        server.refusals, server.after_data = {}, "421 too busy"  # says no of what it has got
        await let_time_pass(api.shop)
        await dispatcher.send(api.shop)
        server.after_data = "250 OK"
        assert not await dispatcher.is_due(api.shop)
        await let_time_pass(api.shop)
        await dispatcher.send(api.shop)
        assert (await shown(client, made))["state"] == "sent"
        assert [outcome for outcome, _ in (await tries(client, made))[0]] == ["failed", "failed", "accepted"]
        assert len({one.message["Message-ID"] for one in server.all_to(VENTAS)}) == 1

    async def test_without_a_mail_server_it_waits_for_one(
        self, api: Api, settings: Settings, database: Database, plugins: Plugins
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "mail", address=VENTAS)
        async with dispatching(settings, database, plugins) as dispatcher:
            await dispatcher.send(api.shop)
        made = await shown(client, made)
        assert (made["sending"]["state"], made["sending"]["problem"]) == ("waiting", "no mail server is set")
        assert made["sending"]["why"] == {**NOTHING_MORE, "code": "no_mail_server"}
        assert made["sending"]["next_try_at"] is not None


class TestByHttp:
    async def test_the_order_arrives_signed_and_the_suppliers_number_comes_back(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        await dispatcher.send(api.shop)
        [request] = receiver.requests
        assert request.is_signed_with(SECRET)
        assert request.headers["idempotency-key"] == f"{made['id']}-1"
        told = json.loads(request.body)
        assert (told["order"], told["number"], told["sending"], told["total"]) == (made["id"], 1, 1, "220")
        made = await shown(client, made)
        assert (made["state"], made["sent_by_channel"], made["supplier_reference"]) == ("sent", "http", "S-100")
        assert "Total 220,00 USD" in text_of(await document(client, made, sending=1))

    async def test_a_failing_endpoint_is_tried_again_with_the_same_key_until_it_takes_the_order(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        """Seen to fail with a key of its own for each try."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        answers: Iterator[Answer] = iter([500, (429, {"retry-after": "5"}), 200])
        receiver.answer = lambda _: next(answers)
        for _ in range(3):
            await dispatcher.send(api.shop)
            await let_time_pass(api.shop)
        assert {(one.id, one.body) for one in receiver.requests} == {(f"{made['id']}-1", receiver.requests[0].body)}
        assert await tries(client, made) == [
            [("failed", "answered 500"), ("failed", "answered 429"), ("accepted", None)]
        ]

    async def test_an_endpoint_that_never_answers_is_given_up_and_sending_again_repeats_the_key(
        self, api: Api, settings: Settings, database: Database, plugins: Plugins, receiver: Receiver
    ) -> None:
        """The order may have arrived. Seen to fail when what is sent again gets a new key."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "http", address="http://127.0.0.1:9/", secret=SECRET)
        async with dispatching(settings, database, plugins) as dispatcher:
            for _ in range(len(DELAYS) + 1):
                await dispatcher.send(api.shop)
                await let_time_pass(api.shop)
            made = await shown(client, made)
            assert (made["state"], made["sending"]["state"]) == ("approved", "unanswered")
            assert await tries(client, made) == [[("failed", NOBODY_ANSWERS)] * (len(DELAYS) + 1)]
            assert not await dispatcher.is_due(api.shop)
            await set_ordering(client, supplier["id"], "http", address=receiver.url)
            made = await deed(client, made, "send")
            assert (made["sending"]["number"], made["sending"]["state"]) == (1, "waiting")
            await dispatcher.send(api.shop)
        assert [one.id for one in receiver.requests] == [f"{made['id']}-1"]
        assert (await shown(client, made))["state"] == "sent"
        assert [len(each) for each in await tries(client, made)] == [len(DELAYS) + 2]

    async def test_workers_at_once_hand_an_order_over_once(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        """Seen to fail without the lease."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        await set_ordering(client, supplier["id"], "http", address=receiver.url, secret=SECRET)
        made = [await deed(client, await approved(client), "send") for _ in range(4)]
        await asyncio.gather(*(dispatcher.send(api.shop) for _ in range(6)))
        assert sorted(one.id for one in receiver.requests) == sorted(f"{one['id']}-1" for one in made)

    async def test_whoever_comes_back_after_the_lease_says_yes_but_not_no(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        """Seen to fail when a failure counts whoever has the lease: the order was given up while another handed it over."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        company, queue = api.shop.company_id, dispatcher.sender.queue
        late, present = [await queue.claim(company, timedelta(0)) for _ in range(2)]
        assert late
        assert present
        actor = Actor(NOBODY, company, frozenset())
        await dispatcher.sender.run(record_try, actor, Tried(late, TryOutcome.REFUSED, problem="too late"))
        assert (await shown(client, made))["sending"]["state"] == "waiting"
        await dispatcher.sender.run(record_try, actor, Tried(late, TryOutcome.ACCEPTED, "S-7"))
        made = await shown(client, made)
        assert (made["state"], made["supplier_reference"]) == ("sent", "S-7")
        again = await dispatcher.sender.run(record_try, actor, Tried(present, TryOutcome.ACCEPTED, "S-8"))
        assert again.result is SendingState.ACCEPTED
        assert (await shown(client, made))["supplier_reference"] == "S-7"

    async def test_the_running_worker_hands_orders_over(
        self, api: Api, settings: Settings, plugins: Plugins, receiver: Receiver
    ) -> None:
        """Seen to fail when the worker did not look for them."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        url, orders = str(settings.database_url), outgoing(settings)
        async with working(url, plugins, InMemoryBroker(), AUDIT_KEY, orders=orders, poll_seconds=0.05):
            await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
            await eventually(lambda: len(receiver.requests) == 1)

    async def test_orders_of_a_suspended_company_wait(
        self, api: Api, dispatcher: Dispatcher, database_url: str, receiver: Receiver
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        with psycopg.connect(database_url, autocommit=True) as owner:
            owner.execute("SELECT set_config('app.company_id', %s, false)", (str(api.shop.company_id),))
            owner.execute("UPDATE company SET suspended = true WHERE id = %s", (api.shop.company_id,))
        assert not await dispatcher.is_due(api.shop)


class TestByPlugin:
    async def test_a_plugin_brings_a_way_of_its_own(self, api: Api, dispatcher: Dispatcher, tmp_path: Path) -> None:
        admin, client = await api.client("admin"), await api.client("manager")
        supplier = await acme(api, client)
        path, wish = f"/suppliers/{supplier['id']}/ordering", {"channel": PLUGIN, "address": "acme"}
        early = await client.send_json(path, wish, method="PUT")
        assert pointers(early.json()) == [("/channel", "not_enabled")]
        await admin.post_ok(f"/plugins/{PLUGIN}/enable", {"settings": {"folder": str(tmp_path)}})
        (tmp_path / "acme").mkdir()
        made = await to_send(client, supplier, PLUGIN, address="acme")
        await dispatcher.send(api.shop)
        made = await shown(client, made)
        assert (made["state"], made["sent_by_channel"], made["supplier_reference"]) == ("sent", PLUGIN, "F-1")
        assert [file.name for file in (tmp_path / "acme").iterdir()] == [f"{made['id']}-1.json"]

    async def test_a_plugin_that_was_switched_off_hands_nothing_over(
        self, api: Api, dispatcher: Dispatcher, tmp_path: Path
    ) -> None:
        admin, client = await api.client("admin"), await api.client("manager")
        supplier = await acme(api, client)
        await admin.post_ok(f"/plugins/{PLUGIN}/enable", {"settings": {"folder": str(tmp_path)}})
        made = await to_send(client, supplier, PLUGIN, address="acme")
        assert (await admin.send_json(f"/plugins/{PLUGIN}/disable", None)).status_code == 204
        await dispatcher.send(api.shop)
        made = await shown(client, made)
        assert (made["state"], made["sending"]["state"]) == ("approved", "refused")
        assert made["sending"]["problem"] == f"the plugin {PLUGIN} is not switched on"


class TestPeople:
    async def test_an_order_is_not_sent_twice_by_asking_twice(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        """Seen to fail without the unique index and the look at what waits."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        await set_ordering(client, supplier["id"], "http", address=receiver.url, secret=SECRET)
        made = await approved(client)
        answers = await asyncio.gather(*(refusal(client, made, "send") for _ in range(4)))
        assert sorted(answer[:2] for answer in answers) == [(200, "")] + [(409, "purchase_order_being_sent")] * 3
        await dispatcher.send(api.shop)
        assert (await refusal(client, made, "send"))[:2] == (409, "purchase_order_state")
        assert len(receiver.requests) == 1

    async def test_whoever_has_phoned_says_so_and_nothing_more_is_sent(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        made = await deed(client, made, "send", {"by_hand": True})
        assert (made["state"], made["sent_by_channel"], made["sending"]["state"]) == ("sent", "manual", "withdrawn")
        await dispatcher.send(api.shop)
        assert receiver.requests == []

    async def test_a_cancelled_order_is_not_sent(self, api: Api, dispatcher: Dispatcher, receiver: Receiver) -> None:
        """Seen to fail when only the order is cancelled."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        made = await deed(client, made, "cancel")
        assert (made["state"], made["sending"]["state"]) == ("cancelled", "withdrawn")
        await dispatcher.send(api.shop)
        assert receiver.requests == []

    async def test_nobody_cancels_an_order_at_the_moment_at_which_it_is_handed_over(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        receiver.hung.set()
        handing = asyncio.create_task(dispatcher.send(api.shop))
        await eventually(lambda: len(receiver.requests) == 1)
        for name, body in (("cancel", None), ("send", {"by_hand": True})):
            assert (await refusal(client, made, name, body))[:2] == (409, "purchase_order_being_sent")
        receiver.hung.clear()
        receiver.let_go.set()
        await handing
        assert (await shown(client, made))["state"] == "sent"

    async def test_a_supplier_who_wants_its_orders_otherwise_gets_none_the_old_way(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        await set_ordering(client, supplier["id"], "mail", address=VENTAS)
        await dispatcher.send(api.shop)
        assert receiver.requests == []
        made = await shown(client, made)
        assert made["sending"]["problem"] == "the supplier does not take its orders this way any more"
        made = await deed(client, made, "send")
        assert (made["sending"]["number"], made["sending"]["channel"]) == (2, "mail")


class TestSecrets:
    async def test_the_secret_is_never_told_and_stands_sealed(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver, database_url: str
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        made = await set_ordering(client, supplier["id"], "http", address=receiver.url, secret=SECRET)
        assert made["ordering"]["secret_set_at"] is not None
        assert (made["ordering"]["channel"], made["ordering"]["address"]) == ("http", receiver.url)
        secret = SECRET.removeprefix("whsec_")
        answers = [
            await client.get(f"/suppliers/{supplier['id']}"),
            await client.get("/suppliers"),
            await client.get("/audit"),
        ]
        assert not any(secret in answer.text for answer in answers)
        rows = await api.shop.fetch("SELECT s::text FROM supplier s WHERE company_id = %s", api.shop.company_id)
        trail = await api.shop.fetch("SELECT a::text FROM audit_entry a WHERE company_id = %s", api.shop.company_id)
        sealed = await api.shop.fetch("SELECT order_secret FROM supplier WHERE company_id = %s", api.shop.company_id)
        assert not any(secret in str(row) for row in (*rows, *trail))
        assert not any(str(sealed[0][0]) in str(row) for row in trail)

    async def test_a_sealed_secret_of_another_supplier_signs_nothing(
        self, api: Api, dispatcher: Dispatcher, receiver: Receiver
    ) -> None:
        """Seen to fail with one place for all suppliers."""
        client = await api.client("manager")
        supplier = await acme(api, client)
        other = await client.post_ok("/suppliers", {"code": "OTHER", "name": "Other", "currency": "USD"})
        await set_ordering(client, other["id"], "http", address=receiver.url, secret=SECRET)
        made = await to_send(client, supplier, "http", address=receiver.url, secret=SECRET)
        await api.shop.fetch(
            "UPDATE supplier SET order_secret = (SELECT o.order_secret FROM supplier o WHERE o.company_id = %s AND o.code = 'OTHER')"
            " WHERE company_id = %s AND code = 'ACME'",
            api.shop.company_id,
            api.shop.company_id,
        )
        await dispatcher.send(api.shop)
        assert receiver.requests == []
        assert (await shown(client, made))["sending"]["problem"] == "the key that sealed its secret is missing"

    @pytest.mark.parametrize(
        ("wish", "faults"),
        [
            ({"channel": "manual", "address": "x", "secret": SECRET}, [("/address", "not_allowed"), ("/secret", "not_allowed")]),
            ({"channel": "mail", "address": "nobody", "secret": "x"}, [("/address", "bad_format"), ("/secret", "not_allowed")]),
            ({"channel": "http", "address": "ftp://x"}, [("/address", "bad_format"), ("/secret", "required")]),
            ({"channel": "http", "address": "https://x.example:22/", "secret": "whsec_AAAA"}, [("/address", "bad_port"), ("/secret", "bad_format")]),
            ({"channel": "http", "address": "https://x.example/", "secret": "whsec_?"}, [("/secret", "bad_format")]),
            ({"channel": "telex", "address": "a\tb"}, [("/address", "control_character"), ("/channel", "unknown_value")]),
        ],
    )  # fmt: skip
    async def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(
        self, api: Api, wish: dict[str, str], faults: list[tuple[str, str]]
    ) -> None:
        client = await api.client("manager")
        supplier = await acme(api, client)
        answer = await client.send_json(f"/suppliers/{supplier['id']}/ordering", wish, method="PUT")
        assert (answer.status_code, answer.json()["code"], pointers(answer.json())) == (422, "invalid_ordering", faults)
        kept = (await client.get_ok(f"/suppliers/{supplier['id']}"))["ordering"]
        assert kept == {"channel": "manual", "address": "", "secret_set_at": None}

    async def test_whoever_may_not_see_prices_does_not_say_where_they_go(self, api: Api) -> None:
        """Seen to fail when supplier:write is enough."""
        admin, client = await api.client("admin"), await api.client("viewer")
        supplier = await acme(api, admin)
        await admin.post_ok(
            "/roles", {"code": "buyer", "name": "Buyer", "permissions": ["supplier:write", "supplier:read"]}
        )
        await admin.patch(f"/users/{api.users['viewer']}", json={"role": "buyer"})
        change = await client.patch(f"/suppliers/{supplier['id']}", json={"payment_days": 3})
        assert change.is_success
        wish = {"channel": "mail", "address": VENTAS}
        answer = await client.send_json(f"/suppliers/{supplier['id']}/ordering", wish, method="PUT")
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_permission")


class TestDocument:
    async def test_a_draft_can_be_looked_at_and_says_that_it_is_none(self, api: Api) -> None:
        client = await api.client("manager")
        await acme(api, client)
        made = await client.post_ok(
            "/purchase-orders",
            {"supplier": "ACME", "site": "UIO", "lines": [{"product": "CUP", "quantity": "3"}]},
        )
        assert "BORRADOR" in text_of(await document(client, made))
        await deed(client, made, "submit")
        assert "BORRADOR" not in text_of(await document(client, made))

    async def test_it_has_prices_for_those_who_may_see_them(self, api: Api, dispatcher: Dispatcher) -> None:
        """Seen to fail when the file that was sent is shown to everybody who sees the order."""
        manager, operator, stranger = [
            await api.client(*who) for who in (("manager",), ("operator", "UIO"), ("operator", "GYE"))
        ]
        supplier = await acme(api, manager)
        made = await to_send(manager, supplier, "mail", address=VENTAS)
        await dispatcher.send(api.shop)
        assert "2,00" in text_of(await document(manager, made))
        bare = text_of(await document(operator, made))
        assert "Product CUP" in bare
        assert not any(word in bare for word in ("Precio", "Importe", "Total", "2,00", "220"))
        path = f"/purchase-orders/{made['id']}/document"
        assert (await operator.get(path, params={"sending": 1})).status_code == 403
        assert (await manager.get(path, params={"sending": 2})).status_code == 404
        for each in (path, f"/purchase-orders/{made['id']}/sendings"):
            assert (await stranger.get(each)).status_code == 404

    async def test_it_speaks_the_language_of_the_company(self, api: Api) -> None:
        admin = await api.client("admin")
        await admin.patch("/company", json={"locale": "en-US"})
        await acme(api, admin)
        made = await approved(admin)
        text = text_of(await document(admin, made))
        assert "Purchase order" in text
        assert "Total 220.00 USD" in text


class StoppedClock:
    def __init__(self) -> None:
        self.moment = datetime(2031, 3, 21, 15, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class TestTime:
    async def test_all_that_happens_to_an_order_is_dated_by_the_clock(
        self, api: Api, settings: Settings, database: Database, plugins: Plugins, receiver: Receiver
    ) -> None:
        """Seen to fail with now() in the statements."""
        from adapters.postgres.uow import PostgresRun
        from core.commands.purchase_order_decisions import EndOrder, close_order, submit_order
        from core.commands.purchase_order_receipt import ReceiveOrder, receive_order
        from core.commands.purchase_order_sending import SendOrder, send

        client, clock, actor = await api.client("manager"), StoppedClock(), api.shop.admin
        supplier = await acme(api, client)
        await set_ordering(client, supplier["id"], "http", address=receiver.url, secret=SECRET)
        made = await client.post_ok(
            "/purchase-orders", {"supplier": "ACME", "site": "UIO", "lines": [{"product": "CUP", "quantity": "3"}]}
        )
        run, order_id = PostgresRun(database, clock=clock), UUID(made["id"])
        await run(submit_order, actor, (order_id, None))
        clock.moment += timedelta(days=1)
        await run(send, actor, (order_id, SendOrder(), None))
        async with dispatching(settings, database, plugins, clock=clock) as dispatcher:
            clock.moment += timedelta(days=1)
            await dispatcher.send(api.shop)
        clock.moment += timedelta(days=9)
        await run(receive_order, actor, (order_id, ReceiveOrder(), None))
        clock.moment += timedelta(days=1)
        await run(close_order, actor, (order_id, EndOrder(), None))
        made = await shown(client, made)
        times = (made["submitted_at"], made["approved_at"], made["sending"]["requested_at"], made["sent_at"])
        assert [time[:10] for time in times] == ["2031-03-21", "2031-03-21", "2031-03-22", "2031-03-23"]
        assert (made["receipts"][0]["received_at"][:10], made["ended_at"][:10]) == ("2031-04-01", "2031-04-02")
        [posting] = (await client.get_ok("/stock/postings", kind="receipt"))["items"]
        assert posting["effective_at"][:10] == "2031-04-01"
        times_learnt = (await client.get_ok(f"/suppliers/{supplier['id']}"))["lead_time"]
        assert (times_learnt["receipts"], times_learnt["mean_days"]) == (1, "9")
        assert "22 mar 2031" in text_of(await document(client, made, sending=1))


def test_the_lease_outlasts_the_handing_over() -> None:
    assert timedelta(seconds=2 * SECONDS) < LEASE
