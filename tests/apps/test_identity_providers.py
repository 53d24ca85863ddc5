"""Providers of single sign-on as a company's administrators keep them.

Seen to fail: with the secret in the view, without the list of columns that the audit trail leaves out, without the comparison of the
default role with the actor's own rights when only the issuer changed, with another issuer keeping the secret, with a secret that was
sealed for no place, and without each of the rules of a check.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from adapters.postgres.engine import Database
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import Api, tokens_of
from tests.apps.browser import CALLBACK, Ahead, PutForward, a_provider, told, with_provider
from tests.lying_provider import EC, LyingProvider, lying_provider, public
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

ISSUER = "https://accounts.example.org"
SECRET = "correct-horse-battery-wxyz"


@pytest.fixture(scope="module")
def clock() -> PutForward:
    return PutForward()


@pytest.fixture(scope="module")
async def ahead_app(settings: Settings, clock: PutForward) -> AsyncIterator[Litestar]:
    app = create_app(settings, Ahead(clock, patience=1.0), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture
def api(ahead_app: Litestar, settings: Settings, shop: Shop, clock: PutForward) -> Iterator[Api]:
    yield Api(ahead_app, shop, tokens_of(shop.database, settings))
    clock.seconds = 0


@pytest.fixture
def liar() -> Iterator[LyingProvider]:
    with lying_provider() as provider:
        yield provider


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}


async def test_a_provider_is_made_shown_changed_and_deleted(api: Api) -> None:
    admin = await api.client("admin")
    made = await admin.post("/identity-providers", json=a_provider(ISSUER))
    provider = made.json()
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert {name: value for name, value in provider.items() if name not in ("id", "version")} == {
        "code": "workforce",
        "name": "Staff",
        "issuer": ISSUER,
        "client_id": "pirwa",
        "client_secret": None,
        "scopes": ["openid", "email", "profile"],
        "algorithms": ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"],
        "domains": [],
        "default_role": None,
        "default_sites": [],
        "enabled": True,
    }
    path = f"/identity-providers/{provider['id']}"
    assert (await admin.get_ok(path)) == provider
    uio = str(api.shop.sites["UIO"])
    changes = {
        "name": " People ",
        "domains": ["TechCorp.Example", "techcorp.example"],
        "default_role": "viewer",
        "default_sites": ["UIO"],
    }
    changed = await admin.patch(path, json=changes, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    shown = changed.json()
    assert (shown["name"], shown["domains"]) == ("People", ["techcorp.example"])
    assert (shown["default_role"], shown["default_sites"]) == ("viewer", [uio])
    assert told(await admin.patch(path, json={"name": "X"}, headers={"If-Match": '"1"'})) == (412, "stale_version")
    assert told(await admin.delete(path, headers={"If-Match": '"1"'})) == (412, "stale_version")
    assert told(await admin.post("/identity-providers", json=a_provider(ISSUER))) == (
        409,
        "identity_provider_code_taken",
    )
    assert (await admin.delete(path, headers={"If-Match": '"2"'})).status_code == 204
    for answer in (await admin.get(path), await admin.delete(path), await admin.post(f"{path}/check")):
        assert told(answer) == (404, "identity_provider_not_found")
    assert await api.shop.event_types(
        "identity_provider_created", "identity_provider_changed", "identity_provider_deleted"
    ) == ["identity_provider_created", "identity_provider_changed", "identity_provider_deleted"]


async def test_providers_are_listed_by_code_page_by_page(api: Api, database: Database) -> None:
    admin = await api.client("admin")
    for code in ("c", "a", "b"):
        await admin.post_ok("/identity-providers", a_provider(ISSUER, code=code))
    other = Api(api.app, await open_shop(database), api.tokens)
    await with_provider(other, ISSUER)
    first = await admin.get_ok("/identity-providers", limit=2)
    second = await admin.get_ok("/identity-providers", limit=2, cursor=first["next_cursor"])
    assert [one["code"] for one in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None
    assert told(await admin.get("/identity-providers", params={"cursor": "x"})) == (422, "bad_cursor")


async def test_a_secret_is_written_and_never_read(api: Api) -> None:
    """Neither in an answer, nor in the table, nor in the audit trail, nor in an event."""
    admin, made = await with_provider(api, ISSUER, client_secret=SECRET)
    path = f"/identity-providers/{made['id']}"
    assert made["client_secret"]["hint"] == "wxyz"
    assert made["client_secret"]["set_at"]
    [(stored,)] = await api.shop.fetch("SELECT client_secret FROM identity_provider")
    assert stored.startswith("v1.")
    await admin.patch(path, json={"client_secret": "another-secret-of-zyxw"})
    short = (await admin.patch(path, json={"client_secret": "short"})).json()
    assert short["client_secret"]["hint"] is None
    assert short["client_secret"]["set_at"] > made["client_secret"]["set_at"]
    gone = (await admin.patch(path, json={"client_secret": None})).json()
    assert gone["client_secret"] is None
    entries = await api.shop.fetch(
        "SELECT action, before, after FROM audit_entry WHERE subject_type = 'identity_provider' ORDER BY at"
    )
    assert [action for action, _, _ in entries] == ["created", "changed", "changed", "changed"]
    assert set(entries[1][2]) == {"client_secret_set_at"}
    events = await api.shop.fetch("SELECT data FROM outbox_event WHERE subject_type = 'identity_provider'")
    everywhere = f"{entries}{events}"
    assert not any(word in everywhere for word in (SECRET, "wxyz", "zyxw", "v1."))


async def test_a_secret_of_one_provider_cannot_be_moved_to_another(api: Api, liar: LyingProvider) -> None:
    """By whoever can write into the table, but has no key."""
    admin, made = await with_provider(api, ISSUER, client_secret=SECRET)
    other = await admin.post_ok("/identity-providers", a_provider(liar.issuer, code="liar", client_secret="own"))
    await api.shop.fetch(
        "UPDATE identity_provider SET client_secret = (SELECT client_secret FROM identity_provider WHERE code = 'workforce')"
        " WHERE code = 'liar'"
    )
    with pytest.raises(httpx.HTTPStatusError):
        (await admin.post(f"/identity-providers/{other['id']}/check")).raise_for_status()
    assert liar.asked == []
    assert made["id"] != other["id"]


async def test_another_issuer_is_not_sent_the_secret_of_the_one_before(api: Api) -> None:
    admin, made = await with_provider(api, ISSUER, client_secret=SECRET)
    path = f"/identity-providers/{made['id']}"
    moved = await admin.patch(path, json={"issuer": "https://elsewhere.example"})
    assert faults(moved) == {("/client_secret", "required")}
    assert (await admin.patch(path, json={"issuer": ISSUER})).status_code == 200
    again = await admin.patch(path, json={"issuer": "https://elsewhere.example", "client_secret": SECRET})
    assert again.status_code == 200


async def test_all_that_is_wrong_is_said_at_once(api: Api) -> None:
    admin = await api.client("admin")
    wrong = a_provider(
        "http://accounts.example.org",
        code="callback",
        name=" ",
        scopes=["email"],
        domains=["gmail.com", "no-dot", "ok.example", "ñandú.example"],
        default_role="nobody",
        default_sites=["UIO", "XXX"],
    )
    answer = await admin.post("/identity-providers", json=wrong)
    assert answer.status_code == 422
    assert faults(answer) == {
        ("/code", "reserved"),
        ("/name", "required"),
        ("/issuer", "bad_format"),
        ("/scopes", "missing"),
        ("/domains/0", "not_a_company_domain"),
        ("/domains/1", "bad_format"),
        ("/domains/3", "bad_format"),
        ("/default_role", "not_found"),
        ("/default_sites/1", "not_found"),
    }
    assert await api.shop.fetch("SELECT FROM identity_provider") == []


@pytest.mark.parametrize(
    "issuer",
    [
        "http://10.0.0.1",
        "ftp://accounts.example.org",
        "https://user:secret@accounts.example.org",
        "https://accounts.example.org?tenant=a",
        "https://accounts.example.org#top",
        "https://accounts.example.org:99999",
        "https://[::1",
        "https://accounts.exámple.org",
        "https://accounts.example.org\\@evil.example",
        "accounts.example.org",
        "https://",
    ],
)
async def test_an_issuer_is_a_plain_address(api: Api, issuer: str) -> None:
    answer = await (await api.client("admin")).post("/identity-providers", json=a_provider(issuer))
    assert faults(answer) == {("/issuer", "bad_format")}


@pytest.mark.parametrize("algorithms", [["none"], ["HS256"], ["RS256", "HS512"], []])
async def test_only_signatures_that_a_public_key_checks_are_allowed(api: Api, algorithms: list[str]) -> None:
    answer = await (await api.client("admin")).post(
        "/identity-providers", json=a_provider(ISSUER, algorithms=algorithms)
    )
    assert answer.status_code == 422
    assert {pointer.split("/")[1] for pointer, _ in faults(answer)} == {"algorithms"}


async def test_nobody_gives_by_a_provider_what_they_lack(api: Api) -> None:
    """Nor does anybody say where a provider stands that gives more than they have."""
    admin = await api.client("admin")
    too_high = await admin.post("/identity-providers", json=a_provider(ISSUER, default_role="admin"))
    assert faults(too_high) == {("/default_role", "too_high")}
    rights = ["identity_provider:read", "identity_provider:write", "profile:read", "lookup:read"]
    await admin.post_ok("/roles", {"code": "gatekeeper", "name": "Gatekeeper", "permissions": rights})
    user = {"login": f"u{new_id().hex}", "name": "Ana", "password": "eight blue boxes of tea", "role": "gatekeeper"}
    member = await admin.post_ok("/users", {**user, "must_change_password": False})
    gatekeeper = await api.sign_in(UUID(member["id"]))
    made = await admin.post_ok("/identity-providers", a_provider(ISSUER, default_role="manager", default_sites=None))
    path = f"/identity-providers/{made['id']}"
    for answer in (
        await gatekeeper.post("/identity-providers", json=a_provider(ISSUER, code="own", default_role="viewer")),
        await gatekeeper.patch(path, json={"issuer": "https://evil.example"}),
        await gatekeeper.patch(path, json={"domains": ["evil.example"]}),
    ):
        assert told(answer) == (403, "beyond_own_rights")
    assert (await gatekeeper.patch(path, json={"default_role": None})).status_code == 200
    uio = await api.client("admin", "UIO")
    answer = await uio.post(
        "/identity-providers", json=a_provider(ISSUER, code="own", default_role="viewer", default_sites=None)
    )
    assert told(answer) == (403, "beyond_own_rights")


async def test_a_role_that_a_provider_gives_is_in_use(api: Api) -> None:
    admin = await api.client("admin")
    await admin.post_ok("/roles", {"code": "guest", "name": "Guest", "permissions": ["lookup:read"]})
    _, made = await with_provider(api, ISSUER, default_role="guest")
    assert made["default_role"] == "guest"
    assert told(await admin.delete("/roles/guest")) == (409, "role_in_use")
    await admin.patch(f"/identity-providers/{made['id']}", json={"default_role": None})
    assert (await admin.delete("/roles/guest")).status_code == 204


async def test_only_an_administrator_with_a_recent_proof_says_who_vouches(api: Api, clock: PutForward) -> None:
    admin, made = await with_provider(api, ISSUER)
    path = f"/identity-providers/{made['id']}"
    manager = await api.client("manager")
    for answer in (
        await manager.get("/identity-providers"),
        await manager.get(path),
        await manager.post(f"{path}/check"),
    ):
        assert told(answer) == (403, "missing_permission")
    key = (await admin.post_ok("/api-keys", {"name": "Sync", "scopes": ["identity_provider:read"]}))["key"]
    program = await api.sign_in(api.users["admin"])
    program.headers["Authorization"] = f"Bearer {key}"
    assert (await program.get("/identity-providers")).status_code == 200
    changes = (("POST", "/identity-providers"), ("PATCH", path), ("DELETE", path))
    for method, where in changes:
        answer = await program.request(method, where, json={"name": "X"} if method == "PATCH" else a_provider(ISSUER))
        assert answer.status_code == 403
    clock.seconds += 601
    late = await api.client("admin")
    for method, where in changes:
        answer = await late.request(method, where, json={"name": "X"} if method == "PATCH" else a_provider(ISSUER))
        assert told(answer) == (403, "reauthentication_required")


async def test_a_foreign_provider_does_not_exist(api: Api, database: Database) -> None:
    other = Api(api.app, await open_shop(database), api.tokens)
    _, made = await with_provider(other, ISSUER)
    admin, path = await api.client("admin"), f"/identity-providers/{made['id']}"
    for answer in (
        await admin.get(path),
        await admin.patch(path, json={"name": "X"}),
        await admin.delete(path),
        await admin.post(f"{path}/check"),
    ):
        assert told(answer) == (404, "identity_provider_not_found")


# ------------------------------------------------------------------ the check


async def checked(api: Api, issuer: str, **more: Any) -> dict[str, Any]:
    admin, made = await with_provider(api, issuer, **more)
    answer = await admin.post(f"/identity-providers/{made['id']}/check")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_sound_provider_is_said_to_be(api: Api, liar: LyingProvider) -> None:
    assert await checked(api, liar.issuer) == {
        "sound": True,
        "problems": [],
        "redirect_uri": CALLBACK,
        "authorization_endpoint": f"{liar.issuer}/authorize",
        "token_endpoint": f"{liar.issuer}/token",
        "algorithms": ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"],
        "keys": 1,
    }


async def test_every_problem_of_a_provider_is_said(api: Api, liar: LyingProvider) -> None:
    liar.metadata = {
        "issuer": f"{liar.issuer}/",
        "authorization_endpoint": "http://10.0.0.1/authorize",
        "token_endpoint": None,
        "response_types_supported": ["id_token"],
        "code_challenge_methods_supported": ["plain"],
        "scopes_supported": ["email"],
        "id_token_signing_alg_values_supported": ["HS256"],
    }
    liar.keys = [public(EC), {"kty": "oct", "k": "c2VjcmV0"}]
    found = await checked(api, liar.issuer, algorithms=["RS256"])
    assert not found["sound"]
    assert found["keys"] == 0
    assert [problem["code"] for problem in found["problems"]] == [
        "issuer_mismatch",
        "endpoint_refused",
        "endpoint_missing",
        "not_offered",
        "not_offered",
        "not_offered",
        "not_offered",
        "no_usable_key",
    ]


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_a_provider_without_metadata_is_said_to_have_none(api: Api, liar: LyingProvider, status: int) -> None:
    liar.status = status
    found = await checked(api, liar.issuer)
    assert [problem["code"] for problem in found["problems"]] == ["identity_provider_unsound"]


@pytest.mark.promise("S7")
async def test_a_provider_that_is_nowhere_or_inside_is_said_to_be_out_of_reach(api: Api) -> None:
    admin = await api.client("admin")
    for number, issuer in enumerate(
        ("http://localhost:1", "https://10.0.0.1", "https://169.254.169.254", "https://2130706433")
    ):
        made = await admin.post_ok("/identity-providers", a_provider(issuer, code=f"p{number}"))
        found = await admin.post(f"/identity-providers/{made['id']}/check")
        assert [problem["code"] for problem in found.json()["problems"]] == ["identity_provider_unreachable"]


async def test_a_company_checks_so_often_and_no_more(api: Api, liar: LyingProvider) -> None:
    admin, made = await with_provider(api, liar.issuer)
    path = f"/identity-providers/{made['id']}/check"
    statuses = [(await admin.post(path)).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
