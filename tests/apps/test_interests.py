"""What people work with most comes first, is theirs to see, and is forgotten when they say so."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from apps.settings import Settings
from tests.api import Api
from tests.apps.newsroom import Member, Newsroom, newsroom
from tests.mail_server import PostOffice

pytestmark = pytest.mark.anyio

BOTH = ["in_app", "mail"]


@pytest.fixture
async def room(api: Api, post: PostOffice, settings: Settings) -> AsyncIterator[Newsroom]:
    async with newsroom(api, post, settings) as room:
        await room.look("count_interests")
        yield room


async def sell(member: Member, sku: str, site: str, times: int = 1) -> None:
    """Sells two pieces each time, in two lines."""
    for _ in range(times):
        line = {"product": sku, "site": site, "quantity": "1", "unit_price": "1"}
        await member.client.post_ok("/sales", {"lines": [line, line]})


async def weights(member: Member) -> tuple[dict[str, float], dict[str, float]]:
    shown = await member.client.get_ok("/me/usage")
    return (
        {one["code"]: one["weight"] for one in shown["sites"]},
        {one["name"]: one["weight"] for one in shown["categories"]},
    )


async def stocked(room: Newsroom, sku: str, site: str, category: UUID | None = None) -> None:
    product = await room.stocked(sku, 100, 5, site)
    if category:
        await room.file(product, category)


async def ran_out(room: Newsroom, sku: str, site: str, left: int) -> None:
    """All that is left goes, too late to join what came before."""
    room.clock.at += timedelta(minutes=11)
    await room.shop.post("sale", sku, left, site=site)
    await room.tell()


async def first_words(member: Member, **query: Any) -> list[str]:
    return [one["items"][0]["text"].split()[0] for one in (await member.centre(**query))["items"]]


async def test_each_posting_counts_for_its_sites_and_categories_and_fades(room: Newsroom) -> None:
    """Seen to fail with the moves counted instead of the postings, and with nothing fading."""
    operator, other = await room.member("operator"), await room.member("operator")
    tea = await room.category("Tea")
    await stocked(room, "GREEN", "UIO", tea)
    await stocked(room, "SOAP", "GYE")
    await sell(operator, "GREEN", "UIO", 3)
    await sell(operator, "SOAP", "GYE")
    for _ in range(2):
        await room.look("count_interests")
    assert await weights(operator) == ({"UIO": 3.0, "GYE": 1.0}, {"Tea": 3.0})
    assert await weights(other) == ({}, {})
    room.clock.at += timedelta(days=10)
    await sell(operator, "SOAP", "GYE")
    await room.look("count_interests")
    assert await weights(operator) == ({"UIO": 1.5, "GYE": 1.5}, {"Tea": 1.5})
    room.clock.at += timedelta(days=100)
    await room.look("count_interests")
    assert await weights(operator) == ({}, {})


async def test_news_of_what_somebody_works_with_come_first(room: Newsroom) -> None:
    """Seen to fail with what was opened as the only measure."""
    operator = await room.member("operator")
    tea = await room.category("Tea")
    await stocked(room, "MINE", "GYE", tea)
    await stocked(room, "CATEGORY", "LAB", tea)
    await stocked(room, "OTHER", "UIO")
    await sell(operator, "MINE", "GYE", 2)
    await room.look("count_interests")
    for sku, site, left in (("MINE", "GYE", 96), ("CATEGORY", "LAB", 100), ("OTHER", "UIO", 100)):
        await ran_out(room, sku, site, left)
    ranked = await first_words(operator, ranked="true", kind="out_of_stock")
    assert ranked == ["MINE", "CATEGORY", "OTHER"]
    assert await first_words(operator, kind="out_of_stock") == ["OTHER", "CATEGORY", "MINE"]


async def test_a_mail_begins_with_what_its_reader_works_with(room: Newsroom) -> None:
    operator = await room.member("operator")
    await operator.save({"kind": "out_of_stock", "channels": ["mail"]}, {"kind": "low_stock", "channels": []})
    await stocked(room, "OTHER", "UIO")
    await stocked(room, "MINE", "GYE")
    await sell(operator, "MINE", "GYE", 2)
    await room.look("count_interests")
    await room.shop.post("sale", "OTHER", 100)
    await room.shop.post("sale", "MINE", 96, site="GYE")
    await room.tell()
    await room.pass_time()
    [mail] = room.mails(operator)
    assert mail.text.index("- MINE") < mail.text.index("- OTHER")


async def test_what_is_forgotten_does_not_come_back(room: Newsroom) -> None:
    """Seen to fail with all postings counted again, and with what was opened before still counting."""
    operator, other = await room.member("operator"), await room.member("operator")
    await stocked(room, "MINE", "GYE")
    await stocked(room, "OTHER", "UIO")
    for member in (operator, other):
        await sell(member, "MINE", "GYE", 3)
    await room.look("count_interests")
    await ran_out(room, "MINE", "GYE", 88)
    [opened] = (await operator.centre(kind="out_of_stock"))["items"]
    assert (await operator.client.post(f"/notifications/{opened['id']}/read")).status_code == 204
    assert (await operator.client.delete("/me/usage")).status_code == 204
    await room.look("count_interests")
    assert await weights(operator) == ({}, {})
    assert (await weights(other))[0] == {"GYE": 3.0}
    await room.shop.post("receipt", "MINE", 5, site="GYE")
    for sku, site, left in (("MINE", "GYE", 5), ("OTHER", "UIO", 100)):
        await ran_out(room, sku, site, left)
    assert await first_words(operator, ranked="true", kind="out_of_stock") == ["OTHER", "MINE"]


async def test_of_sites_that_one_may_not_see_any_more_nothing_is_shown(room: Newsroom) -> None:
    operator = await room.member("operator")
    await stocked(room, "MINE", "GYE")
    await sell(operator, "MINE", "GYE")
    await room.look("count_interests")
    uio = [room.shop.sites["UIO"]]
    await room.shop.fetch(
        "UPDATE membership SET write_site_ids = %s, read_site_ids = %s WHERE company_id = %s AND user_id = %s",
        *(uio, uio, room.company, operator.user_id),
    )
    operator.client = await room.api.sign_in(operator.user_id)
    assert await weights(operator) == ({}, {})
