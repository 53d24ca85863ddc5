"""Staying signed in: refresh tokens, cookies and their CSRF token, one's own sessions, and proving anew who one is."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.commands.sign_in import COOKIE, csrf_token
from core.domain.access import Origin
from core.domain.ids import new_id
from core.domain.secret import new_secret
from core.ports.audit import AuditAction
from core.ports.identity import CompanyIdentity
from core.ports.sessions import NewSession, SessionKind
from tests.apps.edge_world import PASSWORD, Caller, World, assert_problem, serving

ECHO = "/api/v1/echo/actor"


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    with serving(World(), tmp_path) as caller:
        yield caller


def bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access_token']}"}


def refreshed(caller: Caller, token: str, **headers: str) -> httpx.Response:
    return caller.client.post("/api/v1/auth/refresh", json={"refresh_token": token}, headers=headers)


# ------------------------------------------------------------------ refresh tokens


def test_a_refresh_token_is_exchanged_for_the_next(caller: Caller) -> None:
    session = caller.log_in("techcorp_admin").json()
    for _ in range(3):
        caller.world.turned.turn(700)
        assert caller.client.get(ECHO, headers=bearer(session)).status_code == 401
        answer = refreshed(caller, session["refresh_token"])
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["refresh_token"] != session["refresh_token"]
        session = answer.json()
        assert caller.client.get(ECHO, headers=bearer(session)).status_code == 200


@pytest.mark.promise("S5")
def test_two_tabs_share_a_successor_for_ten_seconds(caller: Caller) -> None:
    first = caller.log_in("techcorp_admin").json()["refresh_token"]
    successors = {refreshed(caller, first).json()["refresh_token"] for _ in range(3)}
    assert len(successors) == 1
    assert refreshed(caller, successors.pop()).status_code == 200


@pytest.mark.parametrize(("seconds", "device"), [(11, "testclient"), (0, "somebody else's")])
@pytest.mark.promise("S5")
def test_a_refresh_token_that_is_shown_again_ends_everything_that_came_of_it(
    caller: Caller, seconds: float, device: str
) -> None:
    caller.world.people.give_email(caller.world.admin, "admin@techcorp.example")
    session = caller.log_in("techcorp_admin").json()
    latest = refreshed(caller, session["refresh_token"]).json()
    caller.world.turned.turn(seconds)
    stolen = refreshed(caller, session["refresh_token"], **{"User-Agent": device})
    assert_problem(stolen, 401, "invalid_refresh_token")
    assert_problem(refreshed(caller, latest["refresh_token"]), 401, "invalid_refresh_token")
    caller.world.turned.turn(5)
    assert_problem(caller.client.get(ECHO, headers=bearer(latest)), 401, "access_ended")
    assert AuditAction.REFRESH_TOKEN_REUSED in [action for action, *_ in caller.world.sign_ins.entries]
    assert [(mail.to, device in mail.text) for mail in caller.world.post.mails] == [("admin@techcorp.example", True)]


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "x",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        lambda token: token.replace("pirwa_refresh_", "pirwa_session_"),
        lambda token: token[:-1] + "ü",
        lambda token: token[:60] + "!" + token[61:],
    ],
)
@pytest.mark.promise("S11")
def test_a_forged_refresh_token_is_refused(caller: Caller, forge: Any) -> None:
    token = caller.log_in("techcorp_admin").json()["refresh_token"]
    assert_problem(refreshed(caller, forge(token)), 401, "invalid_refresh_token")
    assert refreshed(caller, token).status_code == 200


@pytest.mark.promise("S4")
def test_somebody_deactivated_refreshes_nothing(caller: Caller) -> None:
    token = caller.log_in("techcorp_admin").json()["refresh_token"]
    caller.world.people.deactivate(caller.world.admin)
    assert_problem(refreshed(caller, token), 401, "invalid_refresh_token")


def test_a_refreshed_session_stays_in_its_company_or_changes_it(caller: Caller) -> None:
    world = caller.world
    world.person("both", (world.techcorp, "admin"), (world.comercia, "auditor"))
    session = caller.log_in("both").json()
    switched = caller.client.post("/api/v1/auth/switch", json={"company": "comercia"}, headers=bearer(session)).json()
    assert "refresh_token" not in switched
    session = refreshed(caller, session["refresh_token"]).json()
    assert session["company"]["code"] == "comercia"
    body = {"refresh_token": session["refresh_token"], "company": "techcorp"}
    assert caller.client.post("/api/v1/auth/refresh", json=body).json()["company"]["code"] == "techcorp"


# ------------------------------------------------------------------ cookies


def with_cookie(caller: Caller, login: str = "techcorp_admin") -> httpx.Response:
    answer = caller.log_in(login, cookie=True)
    assert answer.status_code == 200, answer.text
    return answer


def test_a_browser_gets_a_cookie_and_no_token(caller: Caller) -> None:
    answer = with_cookie(caller)
    assert answer.json().keys() == {"company", "companies", "must_change_password", "csrf_token"}
    session, device = answer.headers.get_list("set-cookie")
    assert session.startswith("pirwa_session=pirwa_session_")
    assert device.startswith("pirwa_device=v1.")
    for cookie in (session, device):
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
    profile = caller.client.get("/api/v1/me").json()
    assert profile["login"] == "techcorp_admin"
    assert profile["csrf_token"] == answer.json()["csrf_token"]


def test_where_there_is_tls_the_cookie_demands_it(tmp_path: Path) -> None:
    """Seen to fail when the name of the cookie was the same everywhere."""
    with serving(World(), tmp_path, public_url="https://stock.example.org") as caller:
        answer = with_cookie(caller)
        session, _ = answer.headers.get_list("set-cookie")
        assert session.startswith("__Host-pirwa_session=")
        assert "Secure" in session
        value = session.partition("=")[2].partition(";")[0]
        assert caller.client.get("/api/v1/me", headers={"Cookie": f"__Host-pirwa_session={value}"}).status_code == 200
        assert caller.client.get("/api/v1/me", headers={"Cookie": f"pirwa_session={value}"}).status_code == 401


@pytest.mark.parametrize("token", [None, "", "wrong", "0" * 64])
def test_a_change_by_cookie_needs_the_csrf_token(caller: Caller, token: str | None) -> None:
    """Seen to fail when only the presence of the header was looked at."""
    right = with_cookie(caller).json()["csrf_token"]
    headers = {} if token is None else {"X-CSRF-Token": token}
    body = {"company": "techcorp"}
    assert_problem(caller.client.post("/api/v1/auth/switch", json=body, headers=headers), 403, "csrf_token_required")
    allowed = caller.client.post("/api/v1/auth/switch", json=body, headers={"X-CSRF-Token": right})
    assert allowed.status_code == 200
    assert caller.client.get(ECHO).status_code == 200


def test_the_csrf_token_of_one_session_is_no_good_for_another(caller: Caller) -> None:
    first = with_cookie(caller).json()["csrf_token"]
    assert with_cookie(caller).json()["csrf_token"] != first
    answer = caller.client.post("/api/v1/auth/logout", headers={"X-CSRF-Token": first})
    assert_problem(answer, 403, "csrf_token_required")


def test_whoever_sends_a_token_needs_no_csrf_token(caller: Caller) -> None:
    token = bearer(caller.log_in("techcorp_admin").json())
    with_cookie(caller)
    body = {"company": "techcorp"}
    assert caller.client.post("/api/v1/auth/switch", json=body, headers=token).status_code == 200
    assert caller.client.get("/api/v1/me", headers=token).json()["csrf_token"] is None


def test_a_bad_token_is_not_made_good_by_a_cookie(caller: Caller) -> None:
    with_cookie(caller)
    assert_problem(caller.client.get(ECHO, headers={"Authorization": "Bearer x"}), 401, "invalid_token")


@pytest.mark.parametrize(
    "cookie", ["", "pirwa_session=", "pirwa_session=x", "pirwa_session", "a=b; ;=;", "ü=ü", "=" * 9000]
)
def test_a_cookie_that_is_not_ours_lets_nobody_in(caller: Caller, cookie: str) -> None:
    answer = caller.client.get(ECHO, headers={b"Cookie": cookie.encode("latin-1")})
    assert answer.status_code == 401


def test_a_switch_by_cookie_moves_the_session(caller: Caller) -> None:
    world = caller.world
    world.person("both", (world.techcorp, "admin"), (world.comercia, "auditor"))
    csrf = {"X-CSRF-Token": with_cookie(caller, "both").json()["csrf_token"]}
    assert caller.client.get("/api/v1/me").json()["company"]["code"] == "techcorp"
    switched = caller.client.post("/api/v1/auth/switch", json={"company": "comercia"}, headers=csrf)
    assert switched.json()["company"]["code"] == "comercia"
    assert "access_token" not in switched.json()
    assert caller.client.get("/api/v1/me").json()["role"] == "auditor"


@pytest.mark.promise("S4")
def test_signing_out_ends_the_session_and_takes_the_cookie(caller: Caller) -> None:
    csrf = {"X-CSRF-Token": with_cookie(caller).json()["csrf_token"]}
    kept = caller.client.cookies["pirwa_session"]
    answer = caller.client.post("/api/v1/auth/logout", headers=csrf)
    assert answer.status_code == 204
    assert "pirwa_session" not in caller.client.cookies
    assert "pirwa_device" in caller.client.cookies
    assert_problem(caller.client.get(ECHO, headers={"Cookie": f"pirwa_session={kept}"}), 401, "access_ended")


@pytest.mark.promise("S6")
def test_a_known_device_has_guesses_of_its_own(caller: Caller) -> None:
    """Strangers who guess do not lock anybody out who came in before. Seen to fail without the mark of the device."""
    with_cookie(caller)
    mark = {"Cookie": f"pirwa_device={caller.client.cookies['pirwa_device']}"}
    caller.client.cookies.clear()
    for _ in range(10):
        assert_problem(caller.log_in("techcorp_admin", "wrong"), 401, "invalid_credentials")
    assert_problem(caller.log_in("techcorp_admin"), 429, "too_many_attempts")

    def from_the_device(login: str, password: str = PASSWORD) -> httpx.Response:
        body = {"login": login, "password": password}
        return caller.client.post("/api/v1/auth/login", json=body, headers=mark)

    assert from_the_device("techcorp_admin").status_code == 200
    assert_problem(from_the_device("techcorp_manaudi"), 429, "too_many_attempts")
    for _ in range(10):
        assert_problem(from_the_device("techcorp_admin", "wrong"), 401, "invalid_credentials")
    assert_problem(from_the_device("techcorp_admin"), 429, "too_many_attempts")


# ------------------------------------------------------------------ one's sessions


def test_everybody_sees_and_ends_their_own_sessions(caller: Caller) -> None:
    phone = caller.client.post(
        "/api/v1/auth/login",
        json={"login": "techcorp_admin", "password": PASSWORD},
        headers={"User-Agent": "Phone"},
    ).json()
    desk = bearer(caller.log_in("techcorp_admin").json())
    others = bearer(caller.log_in("comercia_admin").json())
    sessions = caller.client.get("/api/v1/auth/sessions", headers=desk).json()["items"]
    assert {(one["device"], one["is_current"]) for one in sessions} == {("Phone", False), ("testclient", True)}
    lost = next(one["id"] for one in sessions if one["device"] == "Phone")
    foreign = caller.client.delete(f"/api/v1/auth/sessions/{lost}", headers=others)
    assert_problem(foreign, 404, "session_not_found")
    assert caller.client.get(ECHO, headers=bearer(phone)).status_code == 200
    assert caller.client.delete(f"/api/v1/auth/sessions/{lost}", headers=desk).status_code == 204
    assert_problem(caller.client.get(ECHO, headers=bearer(phone)), 401, "access_ended")
    assert_problem(refreshed(caller, phone["refresh_token"]), 401, "invalid_refresh_token")


@pytest.mark.promise("S4")
def test_all_other_sessions_are_ended_at_once(caller: Caller) -> None:
    others = [caller.log_in("techcorp_admin").json() for _ in range(3)]
    here = bearer(caller.log_in("techcorp_admin").json())
    assert caller.client.delete("/api/v1/auth/sessions", headers=here).status_code == 204
    assert [caller.client.get(ECHO, headers=bearer(one)).status_code for one in others] == [401] * 3
    assert caller.client.get(ECHO, headers=here).status_code == 200


# ------------------------------------------------------------------ proofs


def test_an_account_with_a_second_factor_demands_its_code(caller: Caller) -> None:
    caller.world.second_factor.deal(caller.world.admin, "123456", "654321")
    for _ in range(12):  # the password was right: none of these is a guess
        assert_problem(caller.log_in("techcorp_admin"), 401, "totp_required")
    assert_problem(caller.log_in("techcorp_admin", "wrong", totp="123456"), 401, "invalid_credentials")
    assert_problem(caller.log_in("techcorp_admin", totp="111111"), 401, "invalid_credentials")
    answer = caller.log_in("techcorp_admin", totp="123456")
    sessions = caller.client.get("/api/v1/auth/sessions", headers=bearer(answer.json())).json()
    assert sessions["items"][0]["methods"] == ["pwd", "otp", "mfa"]
    assert_problem(caller.log_in("techcorp_admin", totp="123456"), 401, "invalid_credentials")


def test_wrong_codes_are_counted_like_wrong_passwords(caller: Caller) -> None:
    """Seen to fail when any refusal after a right password was forgiven."""
    caller.world.second_factor.deal(caller.world.admin, "123456")
    for number in range(10):
        assert_problem(caller.log_in("techcorp_admin", totp=f"{number:06}"), 401, "invalid_credentials")
    assert_problem(caller.log_in("techcorp_admin", totp="123456"), 429, "too_many_attempts")


def test_what_touches_credentials_demands_a_recent_proof(caller: Caller) -> None:
    session = caller.log_in("techcorp_admin").json()
    path = "/api/v1/echo/recent"
    assert caller.client.get(path, headers=bearer(session)).status_code == 200
    caller.world.turned.turn(595)
    session = refreshed(caller, session["refresh_token"]).json()
    assert caller.client.get(path, headers=bearer(session)).status_code == 200
    caller.world.turned.turn(6)
    assert_problem(caller.client.get(path, headers=bearer(session)), 403, "reauthentication_required")
    wrong = caller.client.post("/api/v1/auth/confirm", json={"password": "wrong"}, headers=bearer(session))
    assert_problem(wrong, 401, "invalid_credentials")
    assert_problem(caller.client.get(path, headers=bearer(session)), 403, "reauthentication_required")
    right = caller.client.post("/api/v1/auth/confirm", json={"password": PASSWORD}, headers=bearer(session))
    assert right.status_code == 204
    assert caller.client.get(path, headers=bearer(session)).status_code == 200


def test_whoever_must_change_their_password_can_do_nothing_else(caller: Caller) -> None:
    caller.world.people.demand_new_password(caller.world.admin)
    answer = caller.log_in("techcorp_admin").json()
    assert answer["must_change_password"] is True
    headers = bearer(answer)
    for path in ("/api/v1/me", "/api/v1/auth/sessions", ECHO):
        assert_problem(caller.client.get(path, headers=headers), 403, "password_change_required")
    caller.world.people.demand_new_password(caller.world.admin, demanded=False)
    assert caller.client.get(ECHO, headers=headers).status_code == 200
    caller.world.people.demand_new_password(caller.world.admin)
    caller.world.turned.turn(5)
    assert_problem(caller.client.get(ECHO, headers=headers), 403, "password_change_required")
    assert caller.client.post("/api/v1/auth/logout", headers=headers).status_code == 204


# ------------------------------------------------------------------ on the word of a provider alone


def vouched_for(caller: Caller, login: str, company: CompanyIdentity) -> dict[str, str]:
    """The headers of a browser whose session is owed to single sign-on."""
    world = caller.world
    user_id = world.person(login, (world.techcorp, "admin"), (world.comercia, "admin"))
    secret = new_secret(user_id)
    session = NewSession(
        new_id(), user_id, SessionKind.COOKIE, company.id, ("sso",), Origin("local", "1"), secret.digest
    )
    asyncio.run(world.sessions.begin(session, world.turned.now()))
    text = secret.text(COOKIE)
    return {"Cookie": f"pirwa_session={text}", "X-CSRF-Token": csrf_token(text)}


def test_a_companys_own_provider_opens_no_other_company_and_touches_no_credentials(caller: Caller) -> None:
    """Whoever administers a company can make its provider say anything. Seen to fail without each of the two walls: a provider of
    one company opened the others of everybody who had linked it, and could give itself a passkey to their accounts."""
    headers = vouched_for(caller, "both", caller.world.comercia)
    switch = {"company": "techcorp"}
    assert caller.client.get("/api/v1/me", headers=headers).json()["company"]["code"] == "comercia"
    assert caller.client.get("/api/v1/echo/actor", headers=headers).status_code == 200
    for company in ("techcorp", "of-others", "nowhere"):
        refused = caller.client.post("/api/v1/auth/switch", json={"company": company}, headers=headers)
        assert_problem(refused, 403, "own_proof_required")
    assert_problem(caller.client.get("/api/v1/echo/recent", headers=headers), 403, "reauthentication_required")
    confirm(caller, headers)
    assert caller.client.get("/api/v1/echo/recent", headers=headers).status_code == 200
    assert caller.client.post("/api/v1/auth/switch", json=switch, headers=headers).status_code == 200


def test_a_company_whose_provider_speaks_for_somebody_learns_nothing_of_their_other_companies_and_devices(
    caller: Caller,
) -> None:
    headers = vouched_for(caller, "both", caller.world.comercia)
    sessions = [
        ("GET", "/api/v1/auth/sessions"),
        ("DELETE", f"/api/v1/auth/sessions/{new_id()}"),
        ("DELETE", "/api/v1/auth/sessions"),
    ]
    switched = caller.client.post("/api/v1/auth/switch", json={"company": "comercia"}, headers=headers)
    for answer in (caller.client.get("/api/v1/me", headers=headers), switched):
        assert [one["code"] for one in answer.json()["companies"]] == ["comercia"]
    for method, path in sessions:
        assert_problem(caller.client.request(method, path, headers=headers), 403, "own_proof_required")
    confirm(caller, headers)
    me = caller.client.get("/api/v1/me", headers=headers)
    assert [one["code"] for one in me.json()["companies"]] == ["techcorp", "comercia"]
    assert caller.client.get("/api/v1/auth/sessions", headers=headers).status_code == 200


def confirm(caller: Caller, headers: dict[str, str]) -> None:
    proof = caller.client.post("/api/v1/auth/confirm", json={"password": PASSWORD}, headers=headers)
    assert proof.status_code == 204


def test_a_companys_own_provider_keeps_nobody_in_whom_the_company_put_out(caller: Caller) -> None:
    headers = vouched_for(caller, "both", caller.world.comercia)
    caller.world.people.suspend_company(caller.world.comercia)
    assert_problem(caller.client.get("/api/v1/me", headers=headers), 401, "access_ended")
