"""The plugin against Prism, which serves Twilio's own document: what it sends is accepted, what is wrong is refused."""

import gzip
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from core.ports.failures import AuthFailed, Misconfigured, PermanentlyRejected
from core.ports.http import HttpAnswer, HttpRequest
from core.testing.plugin_context import plugin_context
from core.testing.prism import Redirected, prism
from plugins.sms_twilio.tests.fake_twilio import ACCOUNT, KEY, KEY_SECRET, SENDER, SERVICE, TOKEN
from plugins.sms_twilio.tests.openapi import DATA, OffSpec, operation_of
from sms_twilio.carrier import TwilioCarrier
from sms_twilio.client import API, TwilioClient
from sms_twilio.settings import TwilioSettings

pytestmark = pytest.mark.anyio

ANA = "+593991111111"
BY_NUMBER = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, sender=SENDER, validity_seconds=600)
BY_SERVICE = TwilioSettings(account_sid=ACCOUNT, key_sid=KEY, key_secret=KEY_SECRET, messaging_service_sid=SERVICE)


class Inventive(Redirected):
    """Has Prism make its answers up: its examples of lists are not after their own document, which it then blames on the answer."""

    async def send(self, request: HttpRequest) -> HttpAnswer:
        return await super().send(replace(request, headers={**request.headers, "prefer": "dynamic=true"}))


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    document = tmp_path_factory.mktemp("twilio") / "twilio.json"
    document.write_bytes(gzip.decompress((DATA / "twilio_api_v2010.json.gz").read_bytes()))
    with prism(document) as address:
        yield address


@pytest.mark.parametrize("settings", [BY_NUMBER, BY_SERVICE])
async def test_it_takes_every_call_of_ours(address: str, settings: TwilioSettings) -> None:
    """Prism keeps nothing, so what comes back says nothing of what was sent."""
    way, lists = Redirected(address), Inventive(address)
    context = plugin_context(settings, way)
    assert (await TwilioCarrier(context).send(ANA, "Té listo: 4 €", "key")).startswith("SM")
    await TwilioClient(lists, settings).sent_to(ANA, context.clock.now())
    assert [answer.status for _, answer in (*way.exchanges, *lists.exchanges)] == [201, 200]


async def test_the_account_is_looked_at(address: str) -> None:
    way = Inventive(address)
    with suppress(Misconfigured):  # the account that it makes up may be closed
        await TwilioClient(way, BY_NUMBER).check()
    assert [answer.status for _, answer in way.exchanges] == [200]


async def test_what_it_refuses_the_fake_refuses_too(address: str) -> None:
    way = Redirected(address)
    with pytest.raises(PermanentlyRejected):
        await TwilioClient(way, BY_NUMBER).create({"Body": "to nobody"})
    [(request, answer)] = way.exchanges
    assert answer.status == 422
    with pytest.raises(OffSpec):
        operation_of(request)


async def test_a_call_without_credentials_is_refused_by_its_kind(address: str) -> None:
    way = Redirected(address)
    url = f"{API}/Accounts/{ACCOUNT}/Messages.json"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await way.send(HttpRequest("POST", url, headers, b"To=%2B593991111111&Body=x"))).status == 401

    class Nameless(TwilioClient):
        """One that forgets who it is."""

        def __init__(self) -> None:
            super().__init__(way, BY_NUMBER)
            self._headers = {}

    with pytest.raises(AuthFailed):
        await Nameless().create({"To": ANA, "Body": "x", "From": SENDER})
