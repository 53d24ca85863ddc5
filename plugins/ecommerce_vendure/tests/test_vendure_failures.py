"""What is told when the shop does not do what it is asked."""

from decimal import Decimal

import msgspec
import pytest

from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.storefront import Level, Price
from core.testing.plugin_context import Answering
from ecommerce_vendure.client import SECONDS

from .connected import settings, storefront_of
from .fake_vendure import FakeVendure, Shop
from .fake_vendure.server import API_KEY

pytestmark = pytest.mark.anyio


def errors(code: str | None, message: str = "no") -> bytes:
    extensions = {"code": code} if code else {}
    return msgspec.json.encode({"errors": [{"message": message, "extensions": extensions}], "data": None})


PAGE = b"<!doctype html><title>Our shop</title>"

# What the shop answers; what that means to a question, and to a change.
ANSWERS: dict[str, tuple[HttpAnswer, type[PortFailure], type[PortFailure]]] = {
    "another key": (HttpAnswer(200, {}, errors("FORBIDDEN")), AuthFailed, AuthFailed),
    "a server before it that knows no key": (HttpAnswer(401, {}, b""), AuthFailed, AuthFailed),
    "forbidden by that": (HttpAnswer(403, {}, PAGE), AuthFailed, AuthFailed),
    "too many requests": (HttpAnswer(429, {"retry-after": "7"}, b""), RateLimited, RateLimited),
    "another version": (HttpAnswer(400, {}, errors("GRAPHQL_VALIDATION_FAILED")), Misconfigured, Misconfigured),
    "another channel": (HttpAnswer(200, {}, errors("CHANNEL_NOT_FOUND")), Misconfigured, Misconfigured),
    "wrong input": (HttpAnswer(200, {}, errors("USER_INPUT_ERROR")), PermanentlyRejected, PermanentlyRejected),
    "wrong variables": (HttpAnswer(400, {}, errors("BAD_USER_INPUT")), PermanentlyRejected, PermanentlyRejected),
    "what is gone by now": (HttpAnswer(200, {}, errors("ENTITY_NOT_FOUND")), Transient, Transient),
    "a failure of theirs": (HttpAnswer(200, {}, errors("INTERNAL_SERVER_ERROR")), Transient, Ambiguous),
    "a failure of theirs without a name": (HttpAnswer(200, {}, errors(None)), Transient, Ambiguous),
    "down": (HttpAnswer(500, {}, errors("INTERNAL_SERVER_ERROR")), Transient, Ambiguous),
    "a server before it that gets no answer": (HttpAnswer(502, {}, PAGE), Transient, Ambiguous),
    "not there": (HttpAnswer(404, {}, PAGE), Misconfigured, Misconfigured),
    "moved": (HttpAnswer(301, {"location": "https://other.example.org"}, b""), Misconfigured, Misconfigured),
    "a page for people": (HttpAnswer(200, {}, PAGE), Misconfigured, Misconfigured),
    "400 without a word": (HttpAnswer(400, {}, b""), Misconfigured, Misconfigured),
    "no data": (HttpAnswer(200, {}, b'{"data": null}'), Misconfigured, Misconfigured),
    "nothing that is text": (HttpAnswer(200, {}, b"\xff\xfe"), Misconfigured, Misconfigured),
    "brackets without end": (HttpAnswer(200, {}, b"[" * 100_000), Misconfigured, Misconfigured),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_that_is_none_is_named_by_its_kind(name: str) -> None:
    answer, to_question, to_change = ANSWERS[name]
    shop = Shop()
    item, fake = shop.stock("A").id, FakeVendure(shop)

    async def answering(request: HttpRequest) -> HttpAnswer:
        return answer if b"mutation" in request.body else await fake.send(request)

    async def never(_: HttpRequest) -> HttpAnswer:
        return answer

    with pytest.raises(PortFailure) as raised:
        await storefront_of(Answering(never)).items()
    assert type(raised.value) is to_question
    storefront = storefront_of(Answering(answering))
    with pytest.raises(PortFailure) as raised:
        await storefront.push_levels([Level(item, "1", Decimal(1))])
    assert type(raised.value) is to_change
    with pytest.raises(PortFailure) as raised:
        await storefront.push_prices([Price(item, Decimal(1))])
    assert type(raised.value) is to_change
    assert API_KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("7", 7),
        ("", 30),
        ("0", 30),
        ("soon", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
        ("9" * 50, 30),
        ("99999", 3600),
    ],
)
async def test_how_long_the_shop_asks_us_to_wait(given: str, seconds: int) -> None:
    async def busy(_: HttpRequest) -> HttpAnswer:
        return HttpAnswer(429, {"retry-after": given}, b"")

    with pytest.raises(RateLimited) as raised:
        await storefront_of(Answering(busy)).items()
    assert raised.value.after.total_seconds() == seconds


async def test_a_lost_answer_to_a_question_may_be_asked_for_again_and_one_to_a_change_is_ambiguous() -> None:
    shop = Shop()
    item, fake = shop.stock("A").id, FakeVendure(shop)

    async def losing(request: HttpRequest) -> HttpAnswer:
        await fake.send(request)
        raise Ambiguous("the answer was lost")

    with pytest.raises(Transient):
        await storefront_of(Answering(losing)).items()

    async def losing_changes(request: HttpRequest) -> HttpAnswer:
        answer = await fake.send(request)
        if b"mutation" in request.body:
            raise Ambiguous("the answer was lost")
        return answer

    with pytest.raises(Ambiguous):
        await storefront_of(Answering(losing_changes)).push_levels([Level(item, "1", Decimal(4))])
    assert shop.level(item).on_hand == 4


async def test_a_variant_that_is_removed_in_between_stops_nothing_for_long() -> None:
    shop = Shop()
    a, b, fake = shop.stock("A").id, shop.stock("B").id, FakeVendure(shop)
    fake.between = lambda: shop.variants.pop(a)
    levels = [Level(a, "1", Decimal(1)), Level(b, "1", Decimal(1))]
    with pytest.raises(Transient):
        await storefront_of(fake).push_levels(levels)
    (fault,) = await storefront_of(fake).push_levels(levels)
    assert fault.item == a
    assert shop.level(b).on_hand == 1


async def test_every_request_has_a_limit_and_shows_no_secret() -> None:
    http = Answering(FakeVendure(Shop()).send)
    await storefront_of(http).check()
    assert {request.seconds for request in http.sent} == {SECONDS}
    assert API_KEY not in repr(http.sent)
    assert API_KEY not in repr(settings())
