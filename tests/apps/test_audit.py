"""The audit trail over HTTP: who did what, when, from where, what was before and after; and who came in."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import anyio
import httpx
import psycopg
import pytest
from dishka import Provider, provide
from dishka import Scope as Lifetime
from litestar import Litestar

from adapters.postgres.engine import Database, Scope
from adapters.postgres.sign_ins import MOST_AT_ONCE, PostgresSignInRecord
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.ports.audit import AuditAction, SignInRecord
from tests.api import Api, Client
from tests.shop import open_shop
from tests.way_out import WayOut

pytestmark = pytest.mark.anyio

PASSWORD = "eight blue boxes of tea"
SYSTEM = "system"
PATIENCE = 20  # seconds until a test takes what it waits for to be lost

AUDITED = {
    "webhook",
    "webhook_secret",
    "blocked_address",
    "report_schedule",
    "recommendation",  # what a person decided about it
    *("channel_order", "channel_order_fact_line"),  # of the latter, what a person has settled
    "api_key",
    "oauth_client",
    "oauth_client_secret",
    *("company", "site", "location", "category", "product", "barcode", "kit_component", "product_image", "membership"),
    *(
        "role",
        "reorder_policy",
        "policy_period",
        "transfer",
        "transfer_line",
        "order_request",
        "order_request_line",
        "stock_count",
    ),
    *("plugin_installation", "plugin_secret", "channel_decision", "attachment", "invitation", "identity_provider"),
    *("supplier", "supplier_item", "supplier_price_break", "purchase_order", "purchase_order_line"),
}
# What the ledger keeps says itself who made it and when; the rest are queues, counters, caches, and the trail itself.
NOT_AUDITED = {
    *("posting", "move", "revaluation", "lot", "stock_balance", "site_stock", "cost_layer", "stock_checkpoint"),
    *(
        "company_checkpoint",
        "reservation",
        "order_request_posting",
        "order_request_number",
        "outbox_event",
        "stock_count_number",
        "stock_count_line",
        "stock_count_entry",
        "stock_count_posting",
    ),
    *("purchase_order_number", "purchase_receipt", "purchase_receipt_line", "lead_time_stat"),
    *("demand_forecast", "demand_fit", "forecast_run", "job", "report_schedule_outcome"),
    *("channel_item", "channel_location"),
    *(
        "purchase_order_sending",
        "purchase_order_sending_attempt",
    ),  # say themselves who wanted them, and what came of it
    *(
        "plugin_hook",
        "plugin_store",
        "plugin_health",
    ),  # follow from the installation; a plugin's own notes; what is seen by looking
    "replenishment_proposal",  # says itself who decided about it, and orders are recorded
    *("event_position", "delivery", "webhook_attempt", "channel", "channel_link", "idempotency_key"),
    *("audit_entry", "audit_seal", "audit_unsealed"),
    *("api_key_address", "session", "refresh_token", "profile_picture"),
    *("totp", "recovery_code", "passkey", "passkey_challenge"),  # a person's own: what they do with them is recorded
    *("password_reset", "identity_link", "oidc_login"),
    *("notification_preference", "notification_reader"),  # a person's own wishes
    *("notification", "notification_item", "notification_delivery", "text_message", "text_message_day"),
    *("interest", "interest_count", "phone_code", "user_preference"),  # a person's own
    # what a shop tells of itself; what the ledger keeps; who did what, when
    *("channel_order_line", "channel_order_fact", "channel_order_posting", "channel_order_step"),
    *("channel_order_feed", "channel_order_hint"),
    *("inbox_message", "text_consent"),  # what others told us
    *("recommendation_snooze", "recommendation_liking"),  # a person's own
    *("late_order", "overstock", "failing_channel", "mail_report"),  # what is seen by looking, and told
}


async def entries(client: Client, **query: Any) -> list[dict[str, Any]]:
    """What the trail says, the oldest first."""
    found: list[dict[str, Any]] = (await client.get_ok("/audit", **query))["items"]
    return found[::-1]


async def awaited(client: Client, count: int, **query: Any) -> list[dict[str, Any]]:
    """So many entries, which are recorded beside the answer and may come after it."""
    with anyio.fail_after(PATIENCE):
        while len(found := await entries(client, **query)) < count:
            pass
    return found


def told(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["action"], one["subject_type"]) for one in found]


async def with_permissions(api: Api, admin: Client, *permissions: str) -> Client:
    """Somebody with a role of the company's own."""
    code = f"r{new_id().hex[:12]}"
    await admin.post_ok("/roles", {"code": code, "name": code, "permissions": list(permissions)})
    member = {
        "login": f"u{new_id().hex}",
        "name": "Ana",
        "password": PASSWORD,
        "role": code,
        "must_change_password": False,
    }
    return await api.sign_in(UUID((await admin.post_ok("/users", member))["id"]))


# ------------------------------------------------------------------ changes


async def test_a_change_says_who_when_from_where_and_what(api: Api) -> None:
    """Seen to fail when the transaction did not carry the actor, when it did not carry their origin, and when `before` held
    the whole row."""
    admin = await api.client("admin")
    product = await admin.post_ok("/products", {"sku": "TEA", "name": "Tea", "price": "5.50", "cost": "2"})
    changed = await admin.patch(f"/products/{product['id']}", json={"name": "Green tea", "price": "6"})
    await admin.delete(f"/products/{product['id']}")
    made, altered, gone = await entries(admin, subject_id=product["id"])
    assert told([made, altered, gone]) == [("created", "product"), ("changed", "product"), ("deleted", "product")]
    assert made["before"] is None
    assert (made["after"]["sku"], made["after"]["price"], made["after"]["cost"]) == ("TEA", "5.5", "2")
    assert (altered["before"], altered["after"]) == (
        {"name": "Tea", "price": "5.5"},
        {"name": "Green tea", "price": "6"},
    )
    assert altered["origin"] == {"address": "127.0.0.1", "request_id": changed.headers["x-request-id"]}
    assert altered["actor"]["id"] == str(api.users["admin"])
    assert altered["actor"]["name"] == "admin"
    assert gone["after"] is None
    assert gone["before"]["name"] == "Green tea"
    assert made["at"] < altered["at"] < gone["at"]


async def test_what_is_done_past_the_application_is_recorded_too(api: Api, database_url: str) -> None:
    """Seen to fail without the policy that lets the owner's changes be recorded."""
    admin = await api.client("admin")
    product = await api.shop.product("RAW")
    with psycopg.connect(database_url) as owner:
        owner.execute("ALTER TABLE product NO FORCE ROW LEVEL SECURITY")
        owner.execute("UPDATE product SET name = 'By hand' WHERE id = %s", (product,))
        owner.execute("ALTER TABLE product FORCE ROW LEVEL SECURITY")
    made, altered = await entries(admin, subject_id=product)
    assert (made["actor"]["login"], made["origin"]) == (SYSTEM, None)
    assert (altered["before"], altered["after"]) == ({"name": "Product RAW"}, {"name": "By hand"})


async def test_what_changes_nothing_leaves_no_trace(api: Api) -> None:
    """Seen to fail when the version counted as a change."""
    admin = await api.client("admin")
    product = await api.shop.product("SAME")
    await api.shop.fetch("UPDATE product SET version = version + 1, updated_at = now(), name = name")
    assert told(await entries(admin, subject_id=product)) == [("created", "product")]


async def test_every_table_of_a_company_is_audited_or_known_not_to_be(database: Database) -> None:
    """Seen to fail with the trigger of `barcode` left out."""
    rows = await database.fetch(
        Scope(),
        "SELECT c.relname::text, EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'audited')"
        " FROM pg_class c WHERE c.relkind = 'r' AND c.relrowsecurity AND c.relnamespace = 'public'::regnamespace",
    )
    assert {name for name, audited in rows if audited} == AUDITED
    assert {name for name, audited in rows if not audited} == NOT_AUDITED


async def test_a_transfer_leaves_its_whole_way_without_its_costs(api: Api) -> None:
    admin = await api.client("admin")
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10)
    wish = {"source": "UIO", "destination": "GYE", "lines": [{"product": "A", "quantity": 4}]}
    transfer = await admin.post_ok("/transfers", wish)
    await admin.post_ok(f"/transfers/{transfer['id']}/dispatch", {})
    await admin.post_ok(f"/transfers/{transfer['id']}/receive", {})
    states = [one["after"]["state"] for one in await entries(admin, subject_id=transfer["id"])]
    assert (states[0], states[-1]) == ("pending", "confirmed")
    lines = await entries(admin, subject_type="transfer_line")
    assert {one["subject_id"] for one in lines} == {f"{transfer['id']}/1"}
    assert [one["after"] for one in lines[1:]] == [{"shipped": "4"}, {"received": "4"}]
    assert not any("shipped_cost" in one["after"] for one in lines)


async def test_policies_are_recorded_under_the_name_of_who_set_them(api: Api) -> None:
    """They are written outside the unit of work. Seen to fail when only its transactions carried the actor."""
    await api.client("admin")
    manager = await api.client("manager")
    product = str(await api.shop.product("A"))
    policy = {"product": "A", "site": "UIO", "minimum": 3, "target": 9}
    await manager.put("/stock/policies", json={"policies": [policy]})
    await manager.put("/stock/policies", json={"policies": [{**policy, "minimum": "4.5"}]})
    await manager.delete("/stock/policies", params={"product": "A", "site": "UIO"})
    found = await entries(manager, subject_type="reorder_policy")
    assert [one["action"] for one in found] == ["created", "changed", "deleted"]
    assert {one["actor"]["id"] for one in found} == {str(api.users["manager"])}
    assert {one["subject_id"] for one in found} == {f"{product}/{api.shop.sites['UIO']}"}
    assert (found[1]["before"], found[1]["after"]) == (
        {"minimum": "3", "fixed_minimum": "3"},
        {"minimum": "4.5", "fixed_minimum": "4.5"},
    )


@pytest.mark.promise("S8")
async def test_of_a_plugin_only_that_its_settings_changed_is_recorded(api: Api, way: WayOut) -> None:
    """Seen to fail when the settings were recorded like any column, and when switching a plugin on carried no actor."""
    admin = await api.client("admin")
    await way.sell_online()
    (made,) = await entries(admin, subject_type="plugin_installation")
    assert made["actor"]["id"] == str(way.shop.user_id)
    assert made["after"]["settings"] == "not recorded"
    await api.shop.fetch('UPDATE plugin_installation SET settings = \'{"token": "hush"}\', version = version + 1')
    answer = await admin.get("/audit", params={"subject_type": "plugin_installation"})
    altered = answer.json()["items"][0]
    assert (altered["before"], altered["after"]) == ({"settings": "not recorded"}, {"settings": "not recorded"})
    assert str(way.folder) not in answer.text
    assert "hush" not in answer.text


async def test_the_trail_outlives_what_it_speaks_of(api: Api) -> None:
    """A member who left keeps their name in it."""
    admin = await api.client("admin")
    member = await admin.post_ok(
        "/users",
        {
            "login": f"u{new_id().hex}",
            "name": "Luz",
            "password": PASSWORD,
            "role": "admin",
            "must_change_password": False,
        },
    )
    luz = await api.sign_in(UUID(member["id"]))
    category = await luz.post_ok("/categories", {"name": "Teas"})
    await luz.delete(f"/categories/{category['id']}")
    await admin.delete(f"/users/{member['id']}")
    found = await entries(admin, actor=member["login"])
    assert told(found) == [("created", "category"), ("deleted", "category")]
    assert {(one["actor"]["id"], one["actor"]["name"]) for one in found} == {(member["id"], "Luz")}
    joined, left = await entries(admin, subject_id=member["id"])
    assert (joined["after"]["role"], left["before"]["role"]) == ("admin", "admin")
    assert "password" not in str((joined, left))


# ------------------------------------------------------------------ who may see it, and change it


@pytest.mark.promise("S12")
async def test_what_the_platform_owner_does_in_a_company_is_seen_there(api: Api) -> None:
    """Inside the company by the header X-Company, and from outside by renaming it: with the reason that they gave. Looking is seen
    too."""
    admin, owner_id = await api.client("admin"), new_id()
    await api.shop.database.fetch(
        Scope(),
        "INSERT INTO app_user (id, login, name, password_hash, is_platform_owner) VALUES (%s, %s, 'Owner', '-', true)",
        (owner_id, f"owner_{owner_id.hex}"),
    )
    company = str(api.shop.company_id)
    outside = await api.sign_in(owner_id)
    outside.headers["Authorization"] = f"Bearer {await api.token(owner_id, None)}"
    inside = await api.sign_in(owner_id)
    inside.headers.update(
        {"Authorization": outside.headers["Authorization"], "X-Company": company, "X-Reason": "ticket 7"}
    )
    await inside.get_ok("/products")
    await inside.post_ok("/categories", {"name": "Teas"})
    renamed = {"name": "Renamed", "reason": "they were bought"}
    assert (await outside.patch(f"/companies/{company}", json=renamed)).is_success
    found = await entries(admin, actor=str(owner_id))
    changes = [("acted", "request"), ("created", "category"), ("changed", "company")]
    assert told(found) == [("entered", "app_user"), *changes]
    assert [one["reason"] for one in found] == [*["ticket 7"] * 3, "they were bought"]
    assert (found[1]["subject_id"], found[3]["after"]) == ("POST /api/v1/categories", {"name": "Renamed"})
    await admin.post_ok("/categories", {"name": "Coffees"})
    assert [one["reason"] for one in await entries(admin, subject_type="category")] == ["ticket 7", None]
    assert all(one["actor"]["is_platform_owner"] and one["origin"]["address"] == "127.0.0.1" for one in found)


@pytest.mark.promise("I10")
async def test_nobody_writes_or_changes_the_trail(api: Api, database_url: str) -> None:
    """Seen to fail with UPDATE granted and the trigger left out."""
    await api.shop.product("A")
    for statement in (
        "UPDATE audit_entry SET actor_id = new_id()",
        "DELETE FROM audit_entry",
        "INSERT INTO audit_entry (company_id, actor_id, action, subject_type, subject_id)"
        " VALUES (app_company(), new_id(), 'deleted', 'product', 'x')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await api.shop.fetch(statement)
    with pytest.raises(Conflict):
        await api.shop.fetch("SELECT audit_note('deleted', 'product', 'x')")
    for statement in ("UPDATE audit_entry SET actor_id = new_id()", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
        with psycopg.connect(database_url) as owner, pytest.raises(psycopg.Error) as refusal:
            owner.execute(statement)
        assert refusal.value.sqlstate == "PW005"


@pytest.mark.promise("S1")
async def test_no_company_sees_the_trail_of_another(api: Api, database: Database) -> None:
    ours, other = await api.client("admin"), await open_shop(database)
    canary = str(await other.product("CANARY"))
    assert await entries(ours, subject_id=canary) == []
    assert "CANARY" not in (await ours.get("/audit", params={"limit": 500})).text
    assert "CANARY" not in (await ours.get("/audit:export")).text


async def test_only_who_may_see_costs_sees_them_in_the_trail(api: Api) -> None:
    """Seen to fail when the reader gave both the same."""
    admin = await api.client("admin")
    reader = await with_permissions(api, admin, "audit:read")
    product = str(await api.shop.product("A", cost="2.5"))
    await admin.patch(f"/products/{product}", json={"cost": "6543.75", "name": "Dear"})
    assert [one["after"].get("cost") for one in await entries(admin, subject_id=product)] == ["2.5", "6543.75"]
    shown = await entries(reader, subject_id=product)
    assert (shown[1]["before"], shown[1]["after"]) == ({"name": "Product A"}, {"name": "Dear"})
    assert "cost" not in shown[0]["after"]
    assert "6543.75" not in (await reader.get("/audit:export")).text


async def test_who_sees_one_site_sees_what_concerns_it_or_the_whole_company(api: Api) -> None:
    """Seen to fail without the condition on sites."""
    admin, at_gye = await api.client("admin"), await api.client("manager", "GYE")
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10)
    for destination in ("GYE", "LAB"):
        wish = {"source": "UIO", "destination": destination, "lines": [{"product": "A", "quantity": 1}]}
        await admin.post_ok("/transfers", wish)
    for site in ("GYE", "LAB"):
        await admin.patch(f"/sites/{api.shop.sites[site]}", json={"name": f"New {site}"})
        policy = {"product": "A", "site": site, "minimum": 1, "target": 2}
        await admin.put("/stock/policies", json={"policies": [policy]})
    for kind, of_all, of_one in (
        ("transfer", 2, 1),
        ("transfer_line", 2, 1),
        ("reorder_policy", 2, 1),
        ("product", 1, 1),
    ):
        assert len(await entries(admin, subject_type=kind)) == of_all
        assert len(await entries(at_gye, subject_type=kind)) == of_one
    names = [one["after"]["name"] for one in await entries(at_gye, subject_type="site", action="changed")]
    assert names == ["New GYE"]


async def test_what_was_done_to_people_is_read_by_those_alone_who_may_see_them(api: Api) -> None:
    """Seen to fail when the permission was not asked for."""
    admin, manager = await api.client("admin"), await api.client("manager")
    await admin.post_ok("/roles", {"code": "night_shift", "name": "Night shift", "permissions": ["stock:read"]})
    assert told(await entries(admin, subject_type="role")) == [("created", "role")]
    assert await entries(manager, subject_type="role") == []


async def test_it_takes_the_permission(api: Api) -> None:
    for role in ("operator", "auditor"):
        client = await api.client(role)
        for path in ("/audit", "/audit:export"):
            assert (await client.get(path)).status_code == 403


# ------------------------------------------------------------------ finding


async def test_entries_are_found_by_actor_subject_action_and_time_page_by_page(api: Api) -> None:
    """Seen to fail when the next page began with the last entry of the one before, and when `until` included its instant."""
    admin = await api.client("admin")
    for name in ("One", "Two", "Three"):
        await admin.post_ok("/categories", {"name": name})
    mine = {"actor": str(api.users["admin"]), "subject_type": "category", "action": "created"}
    everything = (await admin.get_ok("/audit", **mine))["items"]
    assert [one["after"]["name"] for one in everything] == ["Three", "Two", "One"]
    first = await admin.get_ok("/audit", **mine, limit=2)
    second = await admin.get_ok("/audit", **mine, limit=2, cursor=first["next_cursor"])
    assert [*first["items"], *second["items"]] == everything
    assert second["next_cursor"] is None
    middle = everything[1]["at"]
    assert [one["after"]["name"] for one in await entries(admin, **mine, since=middle)] == ["Two", "Three"]
    assert [one["after"]["name"] for one in await entries(admin, **mine, until=middle)] == ["One"]
    assert await entries(admin, actor="nobody") == []
    assert await entries(admin, subject_type="category", action="deleted") == []


async def test_one_statement_can_make_more_entries_than_a_page(api: Api) -> None:
    """The pages miss none and repeat none, also where many rows change at once."""
    admin = await api.client("admin")
    await api.shop.fetch(
        "INSERT INTO category (company_id, id, name, depth) SELECT app_company(), new_id(), 'C' || n, 1 FROM generate_series(1, 60) n"
    )
    seen, cursor = [], None
    while True:
        page = await admin.get_ok("/audit", subject_type="category", limit=7, **({"cursor": cursor} if cursor else {}))
        seen += [one["subject_id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 60


async def test_bad_questions_are_refused(api: Api) -> None:
    admin = await api.client("admin")
    answer = await admin.get("/audit", params={"since": "2026-01-01T00:00:00", "until": "2026-01-02T00:00:00"})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/query/since", "/query/until"]
    for query in ({"cursor": "nonsense"}, {"action": "eaten"}, {"since": "yesterday"}):
        assert (await admin.get("/audit", params=query)).status_code in (400, 422)


async def test_the_export_is_the_list_as_csv(api: Api) -> None:
    """Seen to fail when the export left out the filters."""
    admin = await api.client("admin")
    for name in ("=1+1", "Teas, green"):
        await admin.post_ok("/categories", {"name": name})
    await api.shop.product("A")
    answer = await admin.get("/audit:export", params={"subject_type": "category"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    listed = (await admin.get_ok("/audit", subject_type="category"))["items"]
    assert [(row["id"], row["action"], row["address"]) for row in rows] == [
        (one["id"], one["action"], one["origin"]["address"]) for one in listed
    ]
    assert '"name":"Teas, green"' in rows[0]["after"]
    assert {row["actor_id"] for row in rows} == {str(api.users["admin"])}


# ------------------------------------------------------------------ signing in


async def somebody(admin: Client, role: str = "operator") -> dict[str, Any]:
    member = {
        "login": f"u{new_id().hex}",
        "name": "Ana",
        "password": PASSWORD,
        "role": role,
        "must_change_password": False,
    }
    made: dict[str, Any] = await admin.post_ok("/users", member)
    return made


async def log_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await client.post("/auth/login", json={"login": login, "password": password, **more})


async def test_signing_in_and_failing_to_is_recorded_in_the_company(api: Api) -> None:
    """Seen to fail when a wrong password was not recorded."""
    admin = await api.client("admin")
    ana = await somebody(admin)
    right = await log_in(admin, ana["login"])
    wrong = await log_in(admin, ana["login"], "nine red boxes")
    assert (right.status_code, wrong.status_code) == (200, 401)
    found = await awaited(admin, 2, actor=ana["login"])
    by_action = {one["action"]: one for one in found}
    assert set(by_action) == {"signed_in", "sign_in_failed"}
    for action, answer in (("signed_in", right), ("sign_in_failed", wrong)):
        entry = by_action[action]
        assert (entry["subject_type"], entry["subject_id"]) == ("app_user", ana["id"])
        assert entry["origin"] == {"address": "127.0.0.1", "request_id": answer.headers["x-request-id"]}
        assert (entry["before"], entry["after"]) == (None, None)


async def test_coming_over_is_recorded_where_one_arrives(api: Api, database: Database) -> None:
    """Who is in two companies: each sees what concerns it. Seen to fail when the first company joined got every failure."""
    admin, other = await api.client("admin"), await open_shop(database)
    ana = await somebody(admin)
    await other.fetch(
        "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'admin')", other.company_id, ana["id"]
    )
    token = (await log_in(admin, ana["login"])).json()["access_token"]
    there = await api.sign_in(UUID(ana["id"]))
    there.headers["Authorization"] = f"Bearer {token}"
    session = await there.post_ok("/auth/switch", {"company": str(other.company_id)})
    there.headers["Authorization"] = f"Bearer {session['access_token']}"
    await log_in(admin, ana["login"], "wrong", company=str(other.company_id))
    await log_in(admin, ana["login"], company="no-company-of-theirs")
    assert {one["action"] for one in await awaited(there, 2, actor=ana["login"])} == {"switched", "sign_in_failed"}
    assert {one["action"] for one in await awaited(admin, 2, actor=ana["login"])} == {"signed_in", "sign_in_failed"}


async def test_an_unknown_account_belongs_to_no_trail(api: Api, settings: Settings, database_url: str) -> None:
    """The application ends before the look, so nothing can come later. Its throttle is its own."""
    app = create_app(settings, write_log=lambda _: None)

    def failures() -> Any:
        with psycopg.connect(database_url) as owner:
            return owner.execute("SELECT count(*) FROM audit_entry WHERE action = 'sign_in_failed'").fetchone()

    before = failures()
    async with app.lifespan():
        alone = Api(app, api.shop, api.tokens)
        answer = await log_in(await alone.client("admin"), "nobody_of_this_name")
    assert answer.status_code == 401
    assert failures() == before


async def test_a_flood_of_sign_ins_takes_no_more_memory_than_its_share(
    api: Api, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """What comes while so many are under way is not recorded, and the log says so. Seen to fail without the bound."""
    admin = await api.client("admin")
    record = PostgresSignInRecord(database)
    for _ in range(MOST_AT_ONCE + 3):
        record.note(api.shop.admin, AuditAction.SIGNED_IN)
    await record.finish()
    assert caplog.text.count("a sign-in was not recorded") == 3
    assert len(await entries(admin, action="signed_in", limit=500)) == MOST_AT_ONCE


class Deaf(Provider):
    """A record whose database does not answer."""

    scope = Lifetime.APP

    @provide
    def record(self, settings: Settings) -> SignInRecord:
        return PostgresSignInRecord(Database(str(settings.database_url)))


@pytest.fixture
async def deaf_app(settings: Settings) -> AsyncIterator[Litestar]:
    app = create_app(settings, Deaf(), write_log=lambda _: None)
    async with app.lifespan():
        yield app


async def test_signing_in_does_not_fail_with_its_record(
    api: Api, deaf_app: Litestar, caplog: pytest.LogCaptureFixture
) -> None:
    """It is lost, and the log says so. Seen to fail when what went wrong in a record was not caught."""
    admin = await api.client("admin")
    ana = await somebody(admin)
    client = await Api(deaf_app, api.shop, api.tokens).sign_in(UUID(ana["id"]))
    assert (await log_in(client, ana["login"])).status_code == 200
    refused = await log_in(client, ana["login"], "wrong")
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_credentials")
    with anyio.fail_after(PATIENCE):
        while caplog.text.count("a sign-in was not recorded") < 2:
            await anyio.lowlevel.checkpoint()
    assert await entries(admin, actor=ana["login"]) == []
