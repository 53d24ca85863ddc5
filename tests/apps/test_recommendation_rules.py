"""What becomes of recommendations: they are told once, go with their cause, come back when they are graver, concern those who may know of
them, and stand in the order of what people make of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.postgres.recommending.recommender import PostgresRecommender
from apps.settings import Settings
from tests.api import Api
from tests.apps.advice import DAY, Advice, advice
from tests.shop import open_shop

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(api: Api, settings: Settings) -> AsyncIterator[Advice]:
    async with advice(api, settings) as desk:
        yield desk


async def overstocked(desk: Advice, sku: str = "TEA", quantity: int = 30, site: str = "UIO") -> None:
    await desk.room.product(sku)
    await desk.room.policy(sku, 5, 10, site=site, mode="off")
    await desk.post("receipt", sku, quantity, site=site, unit_cost=2)


async def below_nothing(desk: Advice, sku: str, quantity: int = 3, site: str = "GYE") -> None:
    await desk.room.shop.allow_negative(site)
    await desk.post("sale", sku, quantity, site=site)


class TestComingAndGoing:
    async def test_each_crossing_is_told_once_for_each_kind_and_site(self, desk: Advice) -> None:
        """Seen to fail with what was there before told too."""
        await overstocked(desk, "TEA")
        await overstocked(desk, "SOAP")
        for _ in range(2):
            await desk.look()
        desk.room.clock.at += timedelta(hours=1)
        await desk.post("receipt", "TEA", 5)
        await desk.look()
        site = str(desk.room.shop.sites["UIO"])
        assert await desk.told() == [{"kind": "overstock", "site": site, "count": 2}]
        assert {one["numbers"]["excess"] for one in await desk.given("overstock")} == {"20", "25"}

    async def test_what_is_gone_is_gone_and_told_when_it_comes_again(self, desk: Advice) -> None:
        await overstocked(desk)
        await desk.look()
        await desk.post("sale", "TEA", 25)
        desk.room.clock.at += timedelta(hours=1)
        await desk.look()
        assert await desk.given() == []
        await desk.post("receipt", "TEA", 25)
        desk.room.clock.at += timedelta(hours=1)
        await desk.look()
        assert len(await desk.given("overstock")) == 1
        assert len(await desk.told()) == 2

    async def test_a_dismissed_one_comes_back_when_it_is_a_quarter_graver(self, desk: Advice) -> None:
        """Seen to fail with any change bringing it back."""
        await overstocked(desk)
        await desk.look()
        assert (await desk.dismiss(await desk.one("overstock")))["state"] == "dismissed"
        for more in (0, 5):  # twenty are too many, twenty-five are a quarter more and no more than that
            await desk.post("receipt", "TEA", more) if more else None
            await desk.look()
            assert await desk.given("overstock") == []
        await desk.post("receipt", "TEA", 1)
        desk.room.clock.at += timedelta(hours=1)
        await desk.look()
        assert (await desk.one("overstock"))["numbers"]["excess"] == "26"
        assert len(await desk.told()) == 2

    async def test_a_dismissal_is_remembered_for_two_weeks_after_its_cause_is_gone(self, desk: Advice) -> None:
        """Seen to fail with dismissed ones deleted with their cause."""
        await overstocked(desk)
        await desk.look()
        await desk.dismiss(await desk.one("overstock"))
        for days, expected in ((13, 0), (15, 1)):
            await desk.post("sale", "TEA", 25)
            await desk.look()
            desk.room.clock.at += days * DAY
            await desk.look()
            await desk.post("receipt", "TEA", 25)
            await desk.look()
            assert len(await desk.given("overstock")) == expected

    async def test_what_was_accepted_and_did_not_help_comes_back_after_sixty_days(self, desk: Advice) -> None:
        await below_nothing(desk, "TEA")
        await desk.look()
        await desk.accept(await desk.one("likely_miscount"))
        await desk.room.shop.fetch(  # the application has a clock of its own
            "UPDATE recommendation SET decided_at = %s WHERE company_id = %s",
            desk.room.clock.at,
            desk.room.shop.company_id,
        )
        for days, expected in ((59, 0), (1, 1)):
            desk.room.clock.at += days * DAY
            await desk.look()
            assert len(await desk.given("likely_miscount")) == expected

    async def test_two_who_look_at_once_tell_it_once(self, desk: Advice) -> None:
        await overstocked(desk)
        recommender = PostgresRecommender(desk.room.shop.database)
        company = desk.room.shop.company_id
        await asyncio.gather(*(recommender.look(company, desk.room.clock.at) for _ in range(4)))
        assert len(await desk.given("overstock")) == len(await desk.told()) == 1


class TestDeciding:
    async def test_accepting_twice_does_it_once(self, desk: Advice) -> None:
        await below_nothing(desk, "TEA")
        await desk.look()
        wrong = await desk.one("likely_miscount")
        path = f"/recommendations/{wrong['id']}/accept"
        first = await desk.admin.post_ok(path, {}, key="once")
        assert await desk.admin.post_ok(path, {}, key="once") == first
        again = await desk.admin.send_json(path, {})
        assert (again.status_code, again.json()["code"]) == (409, "recommendation_state")
        assert len((await desk.admin.get_ok("/stock/counts"))["items"]) == 1

    async def test_whoever_saw_other_numbers_is_told(self, desk: Advice) -> None:
        await overstocked(desk)
        await desk.look()
        seen = await desk.one("overstock")
        await desk.post("receipt", "TEA", 1)
        await desk.look()
        headers = {"If-Match": f'"{seen["version"]}"', "Idempotency-Key": "k"}
        answer = await desk.admin.post(f"/recommendations/{seen['id']}/accept", headers=headers)
        assert answer.status_code == 412

    async def test_nothing_is_half_done(self, desk: Advice) -> None:
        """A transfer for which the stock is gone by now is not made, and the recommendation stands."""
        await desk.post("receipt", "OLD", 30, days_ago=300)
        await desk.post("receipt", "OLD", 10, days_ago=60, site="GYE")
        await desk.post("sale", "OLD", 10, days_ago=20, site="GYE")
        await desk.look()
        dead = await desk.one("dead_stock")
        await desk.admin.patch(f"/sites/{desk.room.shop.sites['GYE']}", json={"active": False})
        answer = await desk.admin.send_json(f"/recommendations/{dead['id']}/accept", {})
        assert answer.status_code == 422, answer.text
        assert await desk.room.transfers() == []
        assert (await desk.one("dead_stock"))["id"] == dead["id"]

    async def test_a_snooze_is_ones_own_and_ends_on_its_day(self, desk: Advice) -> None:
        await overstocked(desk)
        await desk.look()
        found, other = await desk.one("overstock"), await desk.room.api.client("manager")
        # The application has a clock of its own, on which the day is another.
        [(real,)] = await desk.room.shop.fetch("SELECT (now() AT TIME ZONE 'America/Guayaquil')::date + 1")

        async def snooze(until: object) -> Any:
            return await desk.admin.send_json(f"/recommendations/{found['id']}/snooze", {"until": str(until)})

        assert (await snooze(real - DAY)).json()["errors"][0]["code"] == "in_the_past"
        assert (await snooze(real)).json() == {"id": found["id"], "until": str(real)}
        assert await desk.given("overstock") == []
        assert [one["snoozed_until"] for one in await desk.given("overstock", snoozed=True)] == [str(real)]
        assert len(await desk.given("overstock", client=other)) == 1
        await desk.room.shop.fetch(
            "UPDATE recommendation_snooze SET until = until - 1 WHERE company_id = %s", desk.room.shop.company_id
        )
        assert len(await desk.given("overstock")) == 1

    async def test_who_decided_stands_in_the_audit_trail(self, desk: Advice) -> None:
        await overstocked(desk)
        await desk.look()
        found = await desk.one("overstock")
        await desk.dismiss(found)
        entries = (await desk.admin.get_ok("/audit", subject_type="recommendation"))["items"]
        assert [(one["subject_id"], one["after"]["state"]) for one in entries] == [(found["id"], "dismissed")]


class TestRights:
    async def test_nobody_does_more_by_a_recommendation_than_without(self, desk: Advice) -> None:
        """Seen to fail with the permissions of the action asked nowhere."""
        await overstocked(desk)
        await desk.look()
        viewer, manager = await desk.room.api.client("viewer"), await desk.room.api.client("manager", "UIO")
        [found] = await desk.given("overstock", client=viewer)
        assert (found["may_accept"], found["obstacle"]) == (False, "product:write")
        for deed in ("accept", "dismiss"):
            answer = await viewer.send_json(f"/recommendations/{found['id']}/{deed}", {})
            assert (answer.status_code, answer.json()["permission"]) == (403, "product:write")
        [found] = await desk.given("overstock", client=manager)
        assert (found["may_accept"], found["obstacle"]) == (True, None)

    async def test_sites_out_of_reach_are_unknown_and_those_of_others_not_acted_on(self, desk: Advice) -> None:
        """Seen to fail with the sites of the reader left out of the question."""
        await below_nothing(desk, "TEA")
        await desk.look()
        [found] = await desk.given("likely_miscount")
        elsewhere = await desk.room.api.client("manager", "UIO")
        assert await desk.given("likely_miscount", client=elsewhere) == []
        answer = await elsewhere.send_json(f"/recommendations/{found['id']}/accept", {})
        assert (answer.status_code, answer.json()["code"]) == (404, "recommendation_not_found")
        await desk.room.shop.fetch(
            "UPDATE membership SET read_site_ids = NULL WHERE company_id = %s AND user_id = %s",
            *(desk.room.shop.company_id, desk.room.api.users["manager"]),
        )
        seeing = await desk.room.api.sign_in(desk.room.api.users["manager"])
        [seen] = await desk.given("likely_miscount", client=seeing)
        assert seen["obstacle"] == "site_out_of_reach"
        answer = await seeing.send_json(f"/recommendations/{found['id']}/accept", {})
        assert (answer.status_code, answer.json()["code"]) == (403, "site_out_of_reach")

    async def test_costs_are_for_those_who_may_see_them_in_the_order_too(self, desk: Advice) -> None:
        """Seen to fail with the order by worth for everybody."""
        for sku, cost in (("A", 1), ("B", "4711.23"), ("C", 2)):
            await desk.room.product(sku)
            await desk.room.policy(sku, 5, 10, mode="off")
            await desk.post("receipt", sku, 30, unit_cost=cost)
        await desk.look()
        viewer = await desk.room.api.client("viewer")
        skus = [one["product"]["sku"] for one in await desk.given("overstock")]
        assert skus == ["B", "C", "A"]
        seen = await desk.given(client=viewer)
        assert {one["kind"] for one in seen} == {"overstock"}  # B sells below its cost, which a viewer cannot know
        assert {one["worth"] for one in seen} == {None}
        assert "value" not in {name for one in seen for name in one["numbers"]}
        assert not any("4711" in str(one) or "141336" in str(one) for one in seen)
        by_age = sorted(seen, key=lambda one: one["id"], reverse=True)
        assert seen == by_age
        [below] = await desk.given("price_below_cost")
        answer = await viewer.send_json(f"/recommendations/{below['id']}/snooze", {"until": "2100-01-01"})
        assert answer.status_code == 404

    async def test_other_companies_know_nothing_of_it(self, desk: Advice) -> None:
        await overstocked(desk)
        await desk.look()
        found = await desk.one("overstock")
        theirs = Api(desk.room.api.app, await open_shop(desk.room.shop.database), desk.room.api.tokens)
        stranger = await theirs.client("admin")
        assert (await stranger.get_ok("/recommendations"))["items"] == []
        answer = await stranger.send_json(f"/recommendations/{found['id']}/dismiss", {})
        assert answer.status_code == 404


class TestOrder:
    async def kinds(self, desk: Advice, client: Any = None) -> list[str]:
        return [one["kind"] for one in await desk.given(client=client)]

    async def two_kinds(self, desk: Advice) -> None:
        """Overstock is less urgent than a miscount, and as much of it is at stake."""
        await overstocked(desk, "TEA", 13)
        await below_nothing(desk, "SOAP", 3, "LAB")
        await desk.look()

    async def decide(self, desk: Advice, client: Any, times: int, deed: str, kind: str) -> None:
        """Somebody decides so often about a kind that is found again and again."""
        for _ in range(times):
            [found] = await desk.given(kind, client=client)
            assert (await client.send_json(f"/recommendations/{found['id']}/{deed}", {})).is_success
            await desk.room.shop.fetch(
                "UPDATE recommendation SET state = 'open' WHERE company_id = %s", desk.room.shop.company_id
            )

    async def test_what_one_dismisses_sinks_for_oneself_first_then_for_ones_role(self, desk: Advice) -> None:
        """Seen to fail with the person's own decisions left out, and with those of the role."""
        await self.two_kinds(desk)
        anna, bea = await desk.room.api.client("manager"), await desk.room.api.client("manager")
        assert await self.kinds(desk, anna) == ["likely_miscount", "overstock"]
        await self.decide(desk, anna, 4, "dismiss", "likely_miscount")
        assert await self.kinds(desk, anna) == ["overstock", "likely_miscount"]
        assert await self.kinds(desk, bea) == ["likely_miscount", "overstock"]
        await self.decide(desk, anna, 20, "dismiss", "likely_miscount")
        assert await self.kinds(desk, bea) == ["overstock", "likely_miscount"]

    async def test_what_was_decided_long_ago_counts_no_more_and_can_be_forgotten(self, desk: Advice) -> None:
        """Seen to fail with nothing forgotten."""
        await self.two_kinds(desk)
        await self.decide(desk, desk.admin, 12, "dismiss", "likely_miscount")
        assert await self.kinds(desk) == ["overstock", "likely_miscount"]
        await desk.room.shop.fetch(
            "UPDATE recommendation_liking SET as_of = as_of - interval '5 years' WHERE company_id = %s",
            desk.room.shop.company_id,
        )
        assert await self.kinds(desk) == ["likely_miscount", "overstock"]
        await self.decide(desk, desk.admin, 12, "dismiss", "likely_miscount")
        assert await self.kinds(desk) == ["overstock", "likely_miscount"]
        assert (await desk.admin.delete("/me/usage")).is_success
        assert await self.kinds(desk) == ["likely_miscount", "overstock"]

    async def test_sites_and_categories_that_one_works_with_come_first(self, desk: Advice) -> None:
        """Seen to fail with the interests left out."""
        for sku, site in (("A", "UIO"), ("B", "GYE"), ("C", "LAB")):
            await overstocked(desk, sku, site=site)
        await desk.look()
        before = [one["product"]["sku"] for one in await desk.given("overstock")]
        last = await desk.room.product(before[-1])
        site = next(one["site"] for one in await desk.given("overstock") if one["product"]["id"] == str(last))
        await desk.room.shop.fetch(
            "INSERT INTO interest (company_id, user_id, site_id, weight) VALUES (%s, %s, %s, 3)",
            *(desk.room.shop.company_id, desk.room.api.users["admin"], desk.room.shop.sites[site]),
        )
        after = [one["product"]["sku"] for one in await desk.given("overstock")]
        assert after == [before[-1], *before[:-1]]

    async def test_pages_show_each_once(self, desk: Advice) -> None:
        for sku in "ABCDE":
            await overstocked(desk, sku, 30 + ord(sku) % 2)
        await desk.look()
        whole = await desk.admin.get_ok("/recommendations", include="total")
        ids, cursor = [], None
        while True:
            page = await desk.admin.get_ok("/recommendations", limit=2, **({"cursor": cursor} if cursor else {}))
            ids += [one["id"] for one in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert ids == [one["id"] for one in whole["items"]]
        assert whole["total"] == len(ids) == 5

    async def test_it_is_narrowed_by_site_product_and_category(self, desk: Advice) -> None:
        await overstocked(desk, "A", site="UIO")
        await overstocked(desk, "B", site="GYE")
        parent = await desk.admin.post_ok("/categories", {"name": "Drinks"})
        child = await desk.admin.post_ok("/categories", {"name": "Tea", "parent": parent["id"]})
        await desk.admin.patch(f"/products/{await desk.room.product('B')}", json={"category": child["id"]})
        await desk.look()
        for query, expected in (
            ({"site": "gye"}, ["B"]),
            ({"product": "a"}, ["A"]),
            ({"category": parent["id"]}, ["B"]),
            ({"category": child["id"], "site": "UIO"}, []),
        ):
            assert [one["product"]["sku"] for one in await desk.given(**query)] == expected


async def test_reasons_are_in_the_language_of_the_reader(desk: Advice) -> None:
    await overstocked(desk)
    await desk.look()
    spanish = await desk.room.api.client("manager")
    [found] = await desk.given("overstock", client=spanish)
    assert (found["title"], found["deed"]) == ("Existencias de más", "Cambiar el precio de $5,00 a $4,00")
    assert found["why"].startswith(
        "Hay 30 en UIO y 0 por llegar; bastan 10, así que sobran 20. Son $60,00 en existencias."
    )
