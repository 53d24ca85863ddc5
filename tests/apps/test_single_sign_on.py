"""Signing in by OpenID Connect: with a real provider in a process of its own, and with one that lies as a test wants it to.

Seen to fail when one of these was taken out: each check of the token that `LIES` names, the cookie of the browser, the deletion of the
state, its time, PKCE, that a provider is in use and its company open, `iss` of the answer, the path of `return_to`, each condition of
the table of strangers, the proof of an address, the look at memberships elsewhere, those that are out of force, the limit of
beginnings, the renewal of keys and its limit, the memory of failures, the wall around links; and both locks together, of the
company's row and the provider's, for either alone keeps one person from getting two accounts.
"""

import asyncio
import base64
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Any
from uuid import UUID

import anyio
import httpx
import msgspec
import pytest
from litestar import Litestar

from adapters.oidc.remembering import FAILURE_REMEMBERED
from adapters.postgres.engine import Database
from adapters.postgres.engine import Scope as Rows
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import Api, Client, tokens_of
from tests.apps.browser import CALLBACK, Ahead, Browser, PutForward, a_provider, an_email, member, told, with_provider
from tests.apps.lies import LIES, TRUTHS, Lie
from tests.lying_provider import RSA, LyingProvider, lying_provider, public
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

DOMAIN = "techcorp.example"
OPEN = {"domains": [DOMAIN], "default_role": "viewer", "default_sites": None}
"""A provider that brings in new members."""

_SERVE = """
import sys
from oidc_provider_mock import run_server_in_thread
with run_server_in_thread() as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def clock() -> PutForward:
    return PutForward()


@pytest.fixture(scope="module")
async def ahead_app(settings: Settings, clock: PutForward) -> AsyncIterator[Litestar]:
    app = create_app(settings, Ahead(clock), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture
def api(ahead_app: Litestar, settings: Settings, shop: Shop, clock: PutForward) -> Iterator[Api]:
    yield Api(ahead_app, shop, tokens_of(shop.database, settings))
    clock.seconds = 0


@pytest.fixture
def browser(ahead_app: Litestar) -> Browser:
    return Browser(ahead_app)


@pytest.fixture
def liar() -> Iterator[LyingProvider]:
    with lying_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def provider_url() -> Iterator[str]:
    """A provider as others make them, in a process of its own."""
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", _SERVE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield f"http://localhost:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()
            process.wait(10)


def company(api: Api) -> str:
    return str(api.shop.company_id)


async def bring(liar: LyingProvider, email: str | None = None, /, **claims: Any) -> str:
    """Makes the provider vouch for somebody. Returns who they are there."""
    subject = f"subject-{new_id().hex}"
    liar.claims = {"sub": subject, "email": email, "email_verified": True, "name": "Ana", **claims}
    return subject


async def links_of(api: Api, user_id: UUID) -> list[Any]:
    rows = await api.shop.database.fetch(
        Rows(user_id=user_id), "SELECT issuer, subject FROM identity_link WHERE user_id = %s", (user_id,)
    )
    return [tuple(row) for row in rows]


# ------------------------------------------------------------------ with a real provider


async def sign_in_there(url: str, subject: str) -> dict[str, str]:
    """What a person does at the provider: says who they are, and is sent back."""
    async with httpx.AsyncClient(trust_env=False) as there:
        assert (await there.get(url)).status_code == 200
        answer = await there.post(url, data={"sub": subject})
    location = httpx.URL(answer.headers["location"])
    assert str(location).startswith(CALLBACK + "?")
    return dict(location.params)


@pytest.fixture
async def ana(provider_url: str) -> tuple[str, str]:
    """Somebody at the real provider: who they are there, and their address."""
    subject, email = f"ana-{new_id().hex}", an_email()
    claims = {"email": email.upper(), "email_verified": True, "name": "Ana Quispe"}
    async with httpx.AsyncClient(trust_env=False) as there:
        assert (await there.put(f"{provider_url}/users/{subject}", json=claims)).status_code == 204
    return subject, email


async def test_somebody_of_the_companys_domain_comes_in_and_is_known_from_then_on(
    api: Api, browser: Browser, provider_url: str, ana: tuple[str, str]
) -> None:
    _, made = await with_provider(api, provider_url, client_secret="s" * 20, **OPEN)
    subject, email = ana
    sent = await browser.sent(company(api), return_to="/stock?site=UIO")
    arrived = await browser.back(**await sign_in_there(sent.url, subject))
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/stock?site=UIO")
    me = await browser.me()
    assert (me["login"], me["name"], me["role"], me["sites"]) == (email, "Ana Quispe", "viewer", None)
    again = Browser(api.app)
    sent = await again.sent(company(api))
    assert (await again.back(**await sign_in_there(sent.url, subject))).headers["location"] == "/"
    assert (await again.me())["id"] == me["id"]
    assert await links_of(api, UUID(me["id"])) == [(provider_url, subject)]
    joined = await api.shop.fetch(
        "SELECT actor_id, agent, origin_address FROM audit_entry WHERE subject_type = 'membership' AND subject_id = %s",
        me["id"],
    )
    assert joined[0][:2] == (UUID(int=0), f"identity_provider:{made['id']}")
    assert joined[0][2].startswith("10.77.")


async def test_a_program_gets_tokens_instead_of_a_cookie(
    api: Api, browser: Browser, provider_url: str, ana: tuple[str, str]
) -> None:
    await with_provider(api, provider_url, client_secret="any", **OPEN)
    sent = await browser.sent(company(api), cookie=False)
    answer = await browser.back(**await sign_in_there(sent.url, ana[0]))
    assert answer.status_code == 200, answer.text
    assert "set-cookie" not in answer.headers
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await Browser(api.app).get("/me", headers=headers)).json()["login"] == ana[1]


async def test_a_code_is_redeemed_once(api: Api, browser: Browser, provider_url: str, ana: tuple[str, str]) -> None:
    await with_provider(api, provider_url, client_secret="any", **OPEN)
    first, second = await browser.sent(company(api)), await browser.sent(company(api))
    back = await sign_in_there(first.url, ana[0])
    assert (await browser.back(**back)).status_code == 303
    injected = {**back, "state": second.question["state"]}
    assert told(await browser.back(**injected)) == (401, "identity_not_proven")


# ------------------------------------------------------------------ the question


async def test_the_question_is_whole_and_tied_to_the_answer(api: Api, browser: Browser, liar: LyingProvider) -> None:
    """Also: the cookie is shut to scripts and comes along on the way back, and the answer is not kept by anybody."""
    await with_provider(api, liar.issuer, client_secret="secret-1", **OPEN)
    started = await browser.start(company(api))
    cookie = started.headers["set-cookie"]
    assert cookie.startswith("pirwa_oidc=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=600"} <= set(cookie.split("; "))
    assert started.headers["cache-control"] == "no-store"
    await bring(liar, an_email())
    assert (await browser.through(liar, company(api))).status_code == 303
    sent = await browser.sent(company(api))
    asked = sent.question
    assert sent.url.startswith(f"{liar.issuer}/authorize?")
    assert (asked["response_type"], asked["client_id"], asked["scope"], asked["redirect_uri"]) == (
        "code",
        "pirwa",
        "openid email profile",
        CALLBACK,
    )
    liar.claims["nonce"] = asked["nonce"]
    assert (await browser.back(code="the code", state=asked["state"])).status_code == 303
    redeemed = liar.redeemed[-1]
    digest = sha256(redeemed["code_verifier"].encode()).digest()
    assert (asked["code_challenge_method"], asked["code_challenge"]) == (
        "S256",
        base64.urlsafe_b64encode(digest).decode().rstrip("="),
    )
    assert (redeemed["code"], redeemed["grant_type"]) == ("the code", "authorization_code")
    assert redeemed["redirect_uri"] == CALLBACK
    assert liar.authorizations[-1] == "Basic " + base64.b64encode(b"pirwa:secret-1").decode()


async def test_no_two_questions_are_alike_and_what_they_need_is_sealed(
    api: Api, browser: Browser, liar: LyingProvider
) -> None:
    await with_provider(api, liar.issuer)
    questions = [(await browser.sent(company(api))).question for _ in range(3)]
    for part in ("state", "nonce", "code_challenge"):
        assert len({question[part] for question in questions}) == 3
    rows = str(await api.shop.fetch("SELECT * FROM oidc_login"))
    assert rows.count("v1.") == 3
    assert not any(question[part] in rows for question in questions for part in ("state", "nonce"))


async def test_where_there_is_tls_the_cookie_is_of_this_host_alone(
    settings: Settings, api: Api, liar: LyingProvider
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar, an_email())
    secure = msgspec.structs.replace(settings, public_url="https://localhost:8443")
    app = create_app(secure, write_log=lambda _: None)
    async with app.lifespan():
        browser = Browser(app)
        browser.base_url = httpx.URL("https://test/api/v1")
        started = await browser.start(company(api))
        cookie = started.headers["set-cookie"]
        assert cookie.startswith("__Host-pirwa_oidc=")
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        arrived = await browser.through(liar, company(api))
        assert arrived.status_code == 303
        assert "__Host-pirwa_session=" in arrived.headers["set-cookie"]
        assert liar.redeemed[-1]["redirect_uri"] == "https://localhost:8443/api/v1/auth/oidc/callback"


@pytest.mark.parametrize(
    "return_to",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        "\\\\evil.example",
        "/ñ",
        " /x",
    ],
)
async def test_nobody_is_led_elsewhere(api: Api, browser: Browser, liar: LyingProvider, return_to: str) -> None:
    await with_provider(api, liar.issuer)
    answer = await browser.start(company(api), return_to=return_to)
    assert answer.status_code in (400, 422), answer.text
    assert "location" not in answer.headers


# ------------------------------------------------------------------ the answer


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_word_that_does_not_fit_opens_nothing(
    api: Api, browser: Browser, liar: LyingProvider, lie: Lie
) -> None:
    await with_provider(api, liar.issuer, **OPEN, algorithms=["RS256", "PS256"])
    await bring(liar, an_email())
    sent = await browser.sent(company(api))
    liar.claims |= {"aud": "pirwa", "nonce": sent.question["nonce"]}
    lie(liar)
    try:
        answer = await browser.back(code="any", state=sent.question["state"])
    finally:
        liar.sign = liar.signed
    assert told(answer) == (401, "identity_not_proven"), answer.text
    assert "set-cookie" not in answer.headers
    assert await api.shop.fetch("SELECT FROM membership WHERE role = 'viewer'") == []
    assert await api.shop.fetch("SELECT FROM oidc_login") == []


@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS.keys())
async def test_a_word_that_fits_counts(api: Api, browser: Browser, liar: LyingProvider, truth: Lie) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar, an_email())
    truth(liar)
    assert (await browser.through(liar, company(api))).status_code == 303
    assert (await browser.me())["role"] == "viewer"


async def test_keys_that_changed_are_asked_for_anew_at_most_once_a_minute(
    api: Api, liar: LyingProvider, clock: PutForward
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar, an_email())

    async def attempt(kid: str, *published: str) -> tuple[int, int]:
        """The status, and how often the keys were asked for."""
        liar.header["kid"] = kid
        liar.keys = [{**public(RSA), "kid": name} for name in published]
        before = liar.asked.count("/jwks")
        answer = await Browser(api.app).through(liar, company(api))
        return answer.status_code, liar.asked.count("/jwks") - before

    assert await attempt("one", "one") == (303, 1)
    assert await attempt("one") == (303, 0)
    assert await attempt("two", "two") == (401, 0)
    clock.seconds += 61
    assert await attempt("two", "two") == (303, 1)
    assert await attempt("unknown", "two") == (401, 0)
    clock.seconds += 61
    assert await attempt("unknown", "two") == (401, 1)
    assert await attempt("unknown", "two") == (401, 0)
    assert liar.asked.count("/.well-known/openid-configuration") == 1
    clock.seconds += 600
    assert await attempt("two", "two") == (303, 1)
    assert liar.asked.count("/.well-known/openid-configuration") == 2


async def test_an_answer_fits_one_question_of_one_browser_for_ten_minutes(
    api: Api, browser: Browser, liar: LyingProvider, clock: PutForward
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar, an_email())

    async def asked(by: Browser) -> dict[str, str]:
        sent = await by.sent(company(api))
        liar.claims |= {"aud": "pirwa", "nonce": sent.question["nonce"]}
        return {"code": "any", "state": sent.question["state"]}

    back = await asked(browser)
    assert told(await Browser(api.app).back(**back)) == (401, "unknown_sign_in")
    assert told(await browser.back(**back)) == (401, "unknown_sign_in"), "the wrong browser used it up"

    other = Browser(api.app)
    await asked(other)
    assert told(await other.back(**await asked(browser))) == (401, "unknown_sign_in")

    back = await asked(browser)
    assert (await browser.back(**back)).status_code == 303
    assert told(await browser.back(**back)) == (401, "unknown_sign_in"), "a replay"

    back = await asked(browser)
    clock.seconds += 600
    assert told(await browser.back(**back)) == (401, "unknown_sign_in")
    await asked(browser)
    assert len(await api.shop.fetch("SELECT FROM oidc_login")) == 1, "those that took too long are forgotten"
    for state in ("", "pirwa_state_", "pirwa_state_" + "A" * 64, "pirwa_state_" + "é" * 64, "x" * 200):
        assert told(await browser.back(code="any", state=state)) == (401, "unknown_sign_in")
    assert told(await browser.back()) == (401, "unknown_sign_in")
    assert len(liar.redeemed) == 1


async def test_of_two_answers_at_once_one_counts(api: Api, browser: Browser, liar: LyingProvider) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar, an_email(), aud="pirwa")
    for _ in range(5):
        sent = await browser.sent(company(api))
        liar.claims["nonce"] = sent.question["nonce"]
        back = {"code": "any", "state": sent.question["state"]}
        answers = await asyncio.gather(*(browser.back(**back) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]


async def test_two_tabs_of_a_browser_do_not_disturb_each_other(api: Api, browser: Browser, liar: LyingProvider) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar, an_email(), aud="pirwa")
    tabs = [await browser.sent(company(api)), await browser.sent(company(api))]
    for tab in tabs:
        liar.claims["nonce"] = tab.question["nonce"]
        assert (await browser.back(code="any", state=tab.question["state"])).status_code == 303


async def test_who_answers_is_checked_where_they_say_it(
    api: Api, browser: Browser, liar: LyingProvider, clock: PutForward
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar, an_email(), aud="pirwa")

    async def answered(**more: str) -> int:
        sent = await browser.sent(company(api))
        liar.claims["nonce"] = sent.question["nonce"]
        return (await browser.back(code="any", state=sent.question["state"], **more)).status_code

    assert await answered() == 303
    assert await answered(iss="https://elsewhere.example") == 401
    liar.metadata["authorization_response_iss_parameter_supported"] = True
    clock.seconds += 600
    assert await answered() == 401
    assert await answered(iss="https://elsewhere.example") == 401
    assert await answered(iss=liar.issuer) == 303


async def test_who_declines_there_is_not_signed_in_and_begins_anew(
    api: Api, browser: Browser, liar: LyingProvider
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    for error, code in (("access_denied", "sign_in_declined"), ("<script>", "identity_not_proven")):
        state = (await browser.sent(company(api))).question["state"]
        declined = await browser.back(error=error, state=state)
        assert told(declined) == (401, code)
        assert "script" not in declined.text
        assert told(await browser.back(code="any", state=state)) == (401, "unknown_sign_in")
    assert liar.redeemed == []


async def test_a_person_at_a_browser_reads_of_a_refusal_where_they_sign_in(
    api: Api, browser: Browser, liar: LyingProvider
) -> None:
    """A program gets the refusal itself, as the other tests see."""
    await with_provider(api, liar.issuer, **OPEN)
    browser.headers["accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    state = (await browser.sent(company(api))).question["state"]
    declined = await browser.back(error="access_denied", state=state)
    assert (declined.status_code, declined.headers["location"]) == (303, "/login?refused=sign_in_declined")
    unknown = await browser.start(company(api), "other")
    assert unknown.headers["location"] == "/login?refused=identity_provider_not_found"


# ------------------------------------------------------------------ who it is

_LINKED = "SELECT subject_id FROM audit_entry WHERE action = 'identity_linked'"


async def outcome(api: Api, liar: LyingProvider) -> str:
    """Who signs in, by their id, or why not."""
    browser = Browser(api.app)
    answer = await browser.through(liar, company(api))
    return str((await browser.me())["id"] if answer.status_code == 303 else answer.json()["code"])


@pytest.mark.parametrize(
    ("terms", "claims", "expected"),
    [
        (OPEN, {}, "created"),
        (OPEN, {"email_verified": False}, "not_a_member"),
        (OPEN, {"email_verified": "true"}, "not_a_member"),
        (OPEN, {"email_verified": None}, "not_a_member"),
        (OPEN, {"email": None}, "not_a_member"),
        (OPEN, {"email": "ana@elsewhere.example"}, "not_a_member"),
        (OPEN, {"email": f"ana@sub.{DOMAIN}"}, "not_a_member"),
        (OPEN, {"email": f"ana@evil{DOMAIN}"}, "not_a_member"),
        (OPEN, {"email": f"ana@{DOMAIN}@elsewhere.example"}, "not_a_member"),
        (OPEN, {"email": f"ana@elsewhere.example\n@{DOMAIN}"}, "not_a_member"),
        (OPEN, {"email": ["ana"]}, "not_a_member"),
        ({**OPEN, "domains": []}, {}, "not_a_member"),
        ({**OPEN, "default_role": None}, {}, "not_a_member"),
    ],
)
async def test_strangers_become_members_by_a_verified_address_of_the_company_alone(
    api: Api, liar: LyingProvider, terms: dict[str, Any], claims: dict[str, Any], expected: str
) -> None:
    await with_provider(api, liar.issuer, **terms)
    await bring(liar, an_email(), **claims)
    found = await outcome(api, liar)
    members = await api.shop.fetch("SELECT user_id::text FROM membership WHERE role = 'viewer'")
    assert (found, members) == (expected, []) if expected != "created" else members == [(found,)]


async def test_a_member_whose_proven_address_it_is_is_known_by_the_identity_from_then_on(
    api: Api, liar: LyingProvider
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    email = an_email()
    known = await member(api, email)
    subject = await bring(liar, email)
    assert await outcome(api, liar) == str(known)
    assert await links_of(api, known) == [(liar.issuer, subject)]
    await bring(liar, "another@elsewhere.example", sub=subject, email_verified=False)
    assert await outcome(api, liar) == str(known), "the address plays no part any more"
    with anyio.fail_after(10):  # it is recorded beside the answer
        while not (linked := await api.shop.fetch(_LINKED)):
            pass
    assert linked == [(str(known),)]


@pytest.mark.parametrize(
    ("proven", "verified", "domain"),
    [(False, True, DOMAIN), (True, False, DOMAIN), (True, True, "elsewhere.example")],
    ids=["not proven here", "not verified there", "not the company's domain"],
)
async def test_a_member_is_never_linked_by_an_address_that_might_be_somebody_elses(
    api: Api, liar: LyingProvider, proven: bool, verified: bool, domain: str
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    email = an_email(domain)
    known = await member(api, email, proven=proven)
    await bring(liar, email, email_verified=verified)
    assert await outcome(api, liar) == "link_required"
    assert await links_of(api, known) == []


async def test_a_member_of_another_company_too_links_the_identity_themselves(
    api: Api, liar: LyingProvider, database: Database
) -> None:
    """Else an administrator of one company could come in as anybody who is in another as well."""
    await with_provider(api, liar.issuer, **OPEN)
    email, other = an_email(), await open_shop(database)
    known = await member(api, email)
    await other.fetch(
        "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'admin')", other.company_id, known
    )
    await bring(liar, email)
    assert await outcome(api, liar) == "link_required"


async def test_two_members_with_one_address_are_told_apart_by_themselves(api: Api, liar: LyingProvider) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    email = an_email()
    await member(api, email)
    await member(api, email, proven=False, role="auditor")
    await bring(liar, email)
    assert await outcome(api, liar) == "link_required"


async def test_whether_an_address_is_known_in_another_company_is_told_to_nobody(
    api: Api, liar: LyingProvider, database: Database
) -> None:
    """They become a member with an account of its own here, as an unknown one would; the other account stays as it is."""
    await with_provider(api, liar.issuer, **OPEN)
    email = an_email()
    elsewhere = Api(api.app, await open_shop(database), api.tokens)
    known = await member(elsewhere, email)
    await bring(liar, email)
    created = await outcome(api, liar)
    assert created not in (str(known), "link_required", "not_a_member")
    assert await links_of(api, known) == []
    assert await api.shop.fetch("SELECT proven_email FROM app_user WHERE id = %s", UUID(created)) == [(None,)]


async def test_whoever_is_put_out_stays_out(api: Api, liar: LyingProvider) -> None:
    """Out of force, removed, deactivated altogether; linked or not."""
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar, email := an_email())
    dormant = await member(api, email, active=False)
    assert await outcome(api, liar) == "not_a_member"
    assert await links_of(api, dormant) == []

    await bring(liar, an_email())
    came = UUID(await outcome(api, liar))
    await api.shop.fetch("UPDATE membership SET active = false WHERE user_id = %s", came)
    assert await outcome(api, liar) == "not_a_member"
    await api.shop.fetch("DELETE FROM membership WHERE user_id = %s", came)
    assert await outcome(api, liar) == "not_a_member"

    await bring(liar, an_email())
    came = UUID(await outcome(api, liar))
    await api.shop.fetch("UPDATE app_user SET active = false WHERE id = %s", came)
    assert await outcome(api, liar) == "not_a_member"
    await api.shop.fetch("UPDATE app_user SET active = true, is_platform_owner = true WHERE id = %s", came)
    assert await outcome(api, liar) == "not_a_member", "no company's provider speaks for the platform owner"
    await api.shop.fetch("UPDATE app_user SET is_platform_owner = false WHERE id = %s", came)
    assert await outcome(api, liar) == str(came)


async def test_who_comes_for_the_first_time_twice_at_once_has_one_account(api: Api, liar: LyingProvider) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    for _ in range(4):
        await bring(liar, an_email(), aud="pirwa")
        browsers = [Browser(api.app) for _ in range(3)]
        liar.crowd = threading.Barrier(len(browsers))
        questions = [(await browser.sent(company(api))).question for browser in browsers]
        answers = await asyncio.gather(
            *(
                browser.back(code=question["nonce"], state=question["state"])
                for browser, question in zip(browsers, questions, strict=True)
            )
        )
        assert [answer.status_code for answer in answers] == [303, 303, 303]
        assert len({(await browser.me())["id"] for browser in browsers}) == 1


async def test_a_login_that_somebody_took_is_left_to_them(api: Api, liar: LyingProvider) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    email = an_email()
    await api.shop.database.fetch(
        Rows(),
        "INSERT INTO app_user (id, login, name, password_hash) VALUES (%s, %s, 'Squatter', 'none')",
        (new_id(), email),
    )
    await bring(liar, email, name="\u202e  Ana\n\0 María\u0301 " + "x" * 200)
    browser = Browser(api.app)
    assert (await browser.through(liar, company(api))).status_code == 303
    me = await browser.me()
    assert me["login"] == f"sso-{UUID(me['id']).hex}"
    assert me["name"].startswith("Ana Maríá xxx")
    assert len(me["name"]) == 120


# ------------------------------------------------------------------ linking


async def linking(api: Api, liar: LyingProvider, client: Client, browser: Browser) -> httpx.Response:
    """The answer at the end of the way on which somebody links an identity."""
    begun = await client.post("/auth/oidc/workforce/link", json={"return_to": "/profile"})
    assert begun.status_code == 200, begun.text
    browser.cookies.update(begun.cookies)
    question = dict(httpx.URL(begun.json()["authorization_url"]).params)
    liar.claims |= {"aud": "pirwa", "nonce": question["nonce"]}
    return await browser.back(code="any", state=question["state"])


async def test_people_link_identities_to_their_account_and_take_them_away(
    api: Api, browser: Browser, liar: LyingProvider
) -> None:
    await with_provider(api, liar.issuer)
    operator = await api.client("operator")
    subject = await bring(liar, "somebody@elsewhere.example", email_verified=False)
    assert await outcome(api, liar) == "not_a_member"
    for _ in range(2):  # the second time it changes nothing
        linked = await linking(api, liar, operator, browser)
        assert (linked.status_code, linked.headers["location"]) == (303, "/profile")
        assert "pirwa_session" not in str(linked.headers)
    assert await outcome(api, liar) == str(api.users["operator"])
    [link] = (await operator.get_ok("/auth/oidc/links"))["items"]
    assert (link["issuer"], link["subject"]) == (liar.issuer, subject)

    admin = await api.client("admin")
    assert told(await linking(api, liar, admin, Browser(api.app))) == (409, "identity_taken")
    assert (await admin.get_ok("/auth/oidc/links"))["items"] == []
    assert told(await admin.delete(f"/auth/oidc/links/{link['id']}")) == (404, "identity_link_not_found")

    assert (await operator.delete(f"/auth/oidc/links/{link['id']}")).status_code == 204
    assert told(await operator.delete(f"/auth/oidc/links/{link['id']}")) == (404, "identity_link_not_found")
    assert await outcome(api, liar) == "not_a_member"


async def test_linking_belongs_to_the_browser_that_began_it_and_needs_a_recent_proof(
    api: Api, browser: Browser, liar: LyingProvider, clock: PutForward
) -> None:
    await with_provider(api, liar.issuer)
    operator = await api.client("operator")
    await bring(liar)
    begun = await operator.post("/auth/oidc/workforce/link", json={})
    question = dict(httpx.URL(begun.json()["authorization_url"]).params)
    assert told(await browser.back(code="any", state=question["state"])) == (401, "unknown_sign_in")
    for path in ("//evil.example", "https://evil.example"):
        answer = await operator.post("/auth/oidc/workforce/link", json={"return_to": path})
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/return_to"]
    clock.seconds += 601
    late = await api.client("operator")  # whose proof is of now, which is eleven minutes ago
    assert told(await late.post("/auth/oidc/workforce/link", json={})) == (403, "reauthentication_required")
    assert told(await late.delete(f"/auth/oidc/links/{new_id()}")) == (403, "reauthentication_required")


async def test_somebody_who_was_put_out_meanwhile_links_nothing(
    api: Api, browser: Browser, liar: LyingProvider
) -> None:
    await with_provider(api, liar.issuer)
    operator = await api.client("operator")
    await bring(liar)
    begun = await operator.post("/auth/oidc/workforce/link", json={})
    browser.cookies.update(begun.cookies)
    await api.shop.fetch("UPDATE membership SET active = false WHERE user_id = %s", api.users["operator"])
    question = dict(httpx.URL(begun.json()["authorization_url"]).params)
    liar.claims |= {"aud": "pirwa", "nonce": question["nonce"]}
    assert told(await browser.back(code="any", state=question["state"])) == (403, "not_a_member")
    assert await links_of(api, api.users["operator"]) == []


# ------------------------------------------------------------------ companies


async def test_a_link_opens_the_company_of_the_provider_and_no_other(
    api: Api, liar: LyingProvider, database: Database
) -> None:
    """Both companies are vouched for by one issuer; the person is a member of one."""
    await with_provider(api, liar.issuer, **OPEN)
    other = Api(api.app, await open_shop(database), api.tokens)
    await with_provider(other, liar.issuer)
    await bring(liar, an_email())
    came = await outcome(api, liar)
    assert await outcome(other, liar) == "not_a_member"
    await other.shop.fetch(
        "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'viewer')",
        other.shop.company_id,
        UUID(came),
    )
    browser = Browser(api.app)
    assert (await browser.through(liar, company(other))).status_code == 303
    me = await browser.me()
    assert (me["id"], me["company"]["id"]) == (came, company(other))


async def test_what_is_not_in_use_does_not_exist(
    api: Api, browser: Browser, liar: LyingProvider, database: Database
) -> None:
    admin, made = await with_provider(api, liar.issuer, **OPEN)
    other = Api(api.app, await open_shop(database), api.tokens)
    answers = [await browser.start(company(other)), await browser.start(company(api), "other")]
    answers += [await browser.start("no-such-company"), await browser.start(str(new_id()))]

    question = (await browser.sent(company(api))).question
    await api.shop.fetch("UPDATE company SET suspended = true WHERE id = %s", api.shop.company_id)
    answers += [await browser.start(company(api)), await browser.back(code="any", state=question["state"])]
    await api.shop.fetch("UPDATE company SET suspended = false WHERE id = %s", api.shop.company_id)

    question = (await browser.sent(company(api))).question
    await admin.patch(f"/identity-providers/{made['id']}", json={"enabled": False})
    answers += [await browser.start(company(api)), await browser.back(code="any", state=question["state"])]
    answers.append(await admin.post("/auth/oidc/workforce/link", json={}))
    assert {told(answer) for answer in answers} == {(404, "identity_provider_not_found")}
    assert len({answer.json()["detail"] for answer in answers}) == 1

    await admin.patch(f"/identity-providers/{made['id']}", json={"enabled": True})
    question = (await browser.sent(company(api))).question
    await admin.delete(f"/identity-providers/{made['id']}")
    gone = await browser.back(code="any", state=question["state"])
    assert told(gone) == (401, "unknown_sign_in")
    assert liar.redeemed == []


async def test_companies_find_only_whom_their_own_providers_vouch_for(
    api: Api, liar: LyingProvider, database: Database
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    subject = await bring(liar, an_email())
    came = await outcome(api, liar)
    other = await open_shop(database)
    found = "SELECT user_id::text FROM identity_link WHERE subject = %s"
    assert await api.shop.fetch(found, subject) == [(came,)]
    assert await other.fetch(found, subject) == []
    assert await database.fetch(Rows(), found, (subject,)) == []
    assert await other.fetch("SELECT FROM oidc_login") == []
    assert await other.fetch("SELECT FROM identity_provider") == []


# ------------------------------------------------------------------ providers that fail


@contextmanager
def black_hole() -> Iterator[socket.socket]:
    """A provider that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def callers(hole: socket.socket) -> int:
    """How many have called since this was last asked."""
    count = 0
    with suppress(BlockingIOError):
        while True:
            hole.accept()[0].close()
            count += 1
    return count


async def test_a_provider_that_never_answers_holds_up_nobody_else(
    api: Api, liar: LyingProvider, settings: Settings, clock: PutForward
) -> None:
    """Seen to fail when a failure was remembered from the beginning of the question, which took as long as it is remembered."""
    admin, _ = await with_provider(api, liar.issuer)
    impatient = create_app(settings, Ahead(clock, patience=1.0), write_log=lambda _: None)
    with black_hole() as hole:
        issuer = f"http://127.0.0.1:{hole.getsockname()[1]}"
        await admin.post_ok("/identity-providers", a_provider(issuer, code="hole"))
        async with impatient.lifespan():
            browser = Browser(impatient)
            waiting = [asyncio.create_task(Browser(impatient).start(company(api), "hole")) for _ in range(50)]
            await asyncio.sleep(0)
            assert (await browser.start(company(api))).status_code == 303
            assert not any(task.done() for task in waiting)
            clock.seconds += FAILURE_REMEMBERED
            answers = await asyncio.gather(*waiting)
            assert {told(answer) for answer in answers} == {(503, "identity_provider_unreachable")}
            assert all("set-cookie" not in answer.headers for answer in answers)
            assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
            assert callers(hole) == 1, "those who come meanwhile wait for the first"
            assert told(await browser.start(company(api), "hole")) == (503, "identity_provider_unreachable")
            assert callers(hole) == 0, "for a while it is not asked again"


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        (b"not json", 503, "identity_provider_unsound"),
        (b"[]", 503, "identity_provider_unsound"),
        (b'{"a":' * 100_000, 503, "identity_provider_unsound"),
        (b'{"access_token": "a", "expires_in": Infinity}', 503, "identity_provider_unsound"),
        (b'{"access_token": "a", "expires_in": {"a": 1}}', 503, "identity_provider_unsound"),
        (b'{"error": "invalid_client"}', 503, "identity_provider_unsound"),
        (b'{"error": ["invalid_client"]}', 401, "identity_not_proven"),
        (b"x" * 1_000_001, 503, "identity_provider_unreachable"),
    ],
    ids=["no json", "a list", "too deep", "endless", "no number", "refused", "refused oddly", "too large"],
)
async def test_a_provider_that_answers_nonsense_is_said_to(
    api: Api, browser: Browser, liar: LyingProvider, token: bytes, status: int, code: str
) -> None:
    await with_provider(api, liar.issuer, **OPEN)
    await bring(liar)
    liar.token = token
    answer = await browser.through(liar, company(api))
    assert told(answer) == (status, code)
    assert "xxxx" not in answer.text


async def test_a_flood_of_beginnings_from_one_address_is_stopped(
    api: Api, browser: Browser, liar: LyingProvider
) -> None:
    await with_provider(api, liar.issuer)
    statuses = [(await browser.start(company(api))).status_code for _ in range(101)]
    assert statuses == [303] * 100 + [429]
    assert (await Browser(api.app).start(company(api))).status_code == 303
