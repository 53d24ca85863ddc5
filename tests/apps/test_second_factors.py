"""Codes of an app beside the password: how they begin to be demanded, that each is good once, and what is kept of them."""

import asyncio
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from tests.apps.edge_world import PASSWORD, assert_problem, pointers
from tests.apps.front_door import FrontDoor, Person, Visitor

pytestmark = pytest.mark.anyio

STEP = timedelta(seconds=30)
AT_ONCE = 8


class App:
    """An app on somebody's phone that has a secret of ours."""

    def __init__(self, door: FrontDoor, enrolment: dict[str, str]) -> None:
        self._door, self._totp = door, pyotp.parse_uri(enrolment["uri"])

    def code(self, steps: int = 0) -> str:
        """What it shows now, or that many steps later."""
        assert isinstance(self._totp, pyotp.TOTP)
        return self._totp.at(self._door.time.now() + steps * STEP)

    def wrong_code(self) -> str:
        """Six digits that it shows neither now nor shortly before or after."""
        near = {self.code(steps) for steps in range(-2, 3)}
        return next(digits for digits in map("{:06}".format, range(10)) if digits not in near)


async def begin(door: FrontDoor, visitor: Visitor) -> App:
    return App(door, await visitor.client.post_ok("/auth/mfa/totp", None))


async def enrol(door: FrontDoor, person: Person) -> tuple[Visitor, App, list[str]]:
    """A person of whom codes have been demanded for five minutes: in their session, with their app and their recovery codes."""
    visitor = await door.come_in(person)
    app = await begin(door, visitor)
    confirmed = await visitor.client.post_ok("/auth/mfa/totp/confirm", {"code": app.code()})
    door.time.turn(minutes=5)
    return visitor, app, confirmed["recovery_codes"]


async def statuses(door: FrontDoor, person: Person, *codes: str) -> list[int]:
    """How signing in with these codes ends, all tried at once."""
    return sorted(
        answer.status_code for answer in await asyncio.gather(*(door.try_password(person, totp=one) for one in codes))
    )


# ------------------------------------------------------------------ enrolment


async def test_a_code_is_demanded_once_one_was_confirmed(door: FrontDoor) -> None:
    """Seen to fail when a secret counted from its beginning on."""
    ana = await door.person()
    visitor = await door.come_in(ana)
    app = await begin(door, visitor)
    assert (await door.try_password(ana)).status_code == 200
    assert (await visitor.client.get_ok("/auth/mfa"))["totp"] is False

    confirmed = await visitor.client.post_ok("/auth/mfa/totp/confirm", {"code": app.code()})
    assert len(set(confirmed["recovery_codes"])) == 10
    state = await visitor.client.get_ok("/auth/mfa")
    since = door.time.now().isoformat().replace("+00:00", "Z")
    assert state == {"totp": True, "totp_since": since, "recovery_codes_left": 10, "passkeys": []}

    door.time.turn(minutes=1)
    assert_problem(await door.try_password(ana), 401, "totp_required")
    assert_problem(await door.try_password(ana, totp=app.wrong_code()), 401, "invalid_credentials")
    assert_problem(await door.try_password(ana, totp="anything"), 401, "invalid_credentials")
    opened = await door.come_in(ana, totp=app.code())
    current = [one for one in (await opened.client.get_ok("/auth/sessions"))["items"] if one["is_current"]]
    assert current[0]["methods"] == ["pwd", "otp", "mfa"]


async def test_an_app_learns_the_secret_by_a_uri_with_the_login(door: FrontDoor) -> None:
    ana = await door.person()
    visitor = await door.come_in(ana)
    enrolment = await visitor.client.post_ok("/auth/mfa/totp", None)
    totp = pyotp.parse_uri(enrolment["uri"])
    assert (totp.issuer, totp.name, totp.secret) == ("Pirwa", ana.login, enrolment["secret"])
    assert len(enrolment["secret"]) * 5 == 160  # bits, as RFC 4226 recommends
    assert enrolment["qr"].startswith("<svg ")  # a browser test reads it as a camera does


async def test_to_begin_anew_makes_the_earlier_secret_worthless(door: FrontDoor) -> None:
    visitor = await door.come_in(await door.person())
    first, second = await begin(door, visitor), await begin(door, visitor)
    answer = await visitor.client.send_json("/auth/mfa/totp/confirm", {"code": first.code()})
    assert pointers(assert_problem(answer, 422, "wrong_code")) == {"/code": "wrong_code"}
    await visitor.client.post_ok("/auth/mfa/totp/confirm", {"code": second.code()})


async def test_what_was_not_begun_cannot_be_confirmed_nor_ended(door: FrontDoor) -> None:
    client = (await door.come_in(await door.person())).client
    assert_problem(await client.send_json("/auth/mfa/totp/confirm", {"code": "123456"}), 409, "totp_not_begun")
    assert_problem(await client.delete("/auth/mfa/totp"), 404, "totp_not_in_force")
    assert_problem(await client.send_json("/auth/mfa/recovery-codes", None), 404, "totp_not_in_force")


async def test_a_secret_in_force_is_not_replaced(door: FrontDoor) -> None:
    """Seen to fail when beginning replaced any secret: whoever found a session open could put their own app in place."""
    ana = await door.person()
    visitor, app, _ = await enrol(door, ana)
    assert_problem(await visitor.client.send_json("/auth/mfa/totp", None), 409, "totp_in_force")
    assert_problem(await visitor.client.send_json("/auth/mfa/totp/confirm", {"code": app.code()}), 409, "totp_in_force")
    assert (await door.try_password(ana, totp=app.code())).status_code == 200


async def test_of_several_confirmations_at_once_one_counts(door: FrontDoor) -> None:
    """Seen to fail without the condition that nothing is in force yet: each showed ten recovery codes."""
    visitor = await door.come_in(await door.person())
    body = {"code": (await begin(door, visitor)).code()}
    answers = await asyncio.gather(*(visitor.client.send_json("/auth/mfa/totp/confirm", body) for _ in range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (AT_ONCE - 1)
    assert (await visitor.client.get_ok("/auth/mfa"))["recovery_codes_left"] == 10


async def test_ended_it_is_not_demanded_and_recovery_codes_are_void(door: FrontDoor) -> None:
    ana = await door.person()
    visitor, _, recovery_codes = await enrol(door, ana)
    assert (await visitor.client.delete("/auth/mfa/totp")).status_code == 204
    assert (await door.try_password(ana)).status_code == 200
    await enrol(door, ana)
    assert_problem(await door.try_password(ana, totp=recovery_codes[0]), 401, "invalid_credentials")


# ------------------------------------------------------------------ each code once


async def test_a_code_is_good_once(door: FrontDoor) -> None:
    """Seen to fail when the step was not kept."""
    ana = await door.person()
    _, app, _ = await enrol(door, ana)
    assert await statuses(door, ana, app.code()) == [200]
    assert_problem(await door.try_password(ana, totp=app.code()), 401, "invalid_credentials")


async def test_of_several_who_show_a_code_at_once_one_comes_in(door: FrontDoor) -> None:
    """Seen to fail when the step was not kept."""
    ana = await door.person()
    _, app, _ = await enrol(door, ana)
    assert await statuses(door, ana, *[app.code()] * AT_ONCE) == [200] + [401] * (AT_ONCE - 1)


async def test_the_code_that_confirmed_is_used_up(door: FrontDoor) -> None:
    """Seen to fail when confirming did not keep the step."""
    ana = await door.person()
    visitor = await door.come_in(ana)
    app = await begin(door, visitor)
    await visitor.client.post_ok("/auth/mfa/totp/confirm", {"code": app.code()})
    assert_problem(await door.try_password(ana, totp=app.code()), 401, "invalid_credentials")


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
async def test_clocks_may_differ_by_one_step(door: FrontDoor, steps: int, status: int) -> None:
    """Seen to fail with a tolerance of none and of two steps."""
    ana = await door.person()
    _, app, _ = await enrol(door, ana)
    assert await statuses(door, ana, app.code(steps)) == [status]


async def test_after_a_code_the_earlier_ones_are_void(door: FrontDoor) -> None:
    """Seen to fail when only the very last step was refused."""
    ana = await door.person()
    _, app, _ = await enrol(door, ana)
    assert await statuses(door, ana, app.code(1)) == [200]
    assert await statuses(door, ana, app.code(0)) == [401]
    door.time.turn(seconds=60)
    assert await statuses(door, ana, app.code(0)) == [200]


async def test_a_recovery_code_takes_the_place_of_a_code_once(door: FrontDoor) -> None:
    """Seen to fail when a used code was not forgotten."""
    ana = await door.person()
    visitor, _, (first, second, *_) = await enrol(door, ana)
    sloppy = first.upper().replace("-", " ").replace("0", "O").replace("1", "l")
    assert await statuses(door, ana, sloppy) == [200]
    assert await statuses(door, ana, first) == [401]
    assert (await visitor.client.get_ok("/auth/mfa"))["recovery_codes_left"] == 9
    assert await statuses(door, ana, *[second] * AT_ONCE) == [200] + [401] * (AT_ONCE - 1)


async def test_recovery_codes_are_one_persons_own(door: FrontDoor) -> None:
    ana, eva = await door.person(), await door.person()
    _, _, codes_of_ana = await enrol(door, ana)
    await enrol(door, eva)
    assert await statuses(door, eva, codes_of_ana[0]) == [401]
    assert await statuses(door, ana, codes_of_ana[0]) == [200]


async def test_new_recovery_codes_make_the_earlier_ones_void(door: FrontDoor) -> None:
    """Seen to fail when the earlier ones stayed, and, asked for several times at once, when nobody waited for the others."""
    ana = await door.person()
    visitor, _, earlier = await enrol(door, ana)
    answers = await asyncio.gather(
        *(visitor.client.send_json("/auth/mfa/recovery-codes", None) for _ in range(AT_ONCE))
    )
    fresh = [answer.json()["recovery_codes"] for answer in answers]
    assert (await visitor.client.get_ok("/auth/mfa"))["recovery_codes_left"] == 10
    assert await statuses(door, ana, earlier[0]) == [401]
    assert sorted([await statuses(door, ana, codes[0]) for codes in fresh]) == [[200]] + [[401]] * (AT_ONCE - 1)


# ------------------------------------------------------------------ guessing


async def test_wrong_codes_are_throttled_when_confirming(door: FrontDoor) -> None:
    """Seen to fail when nothing was counted."""
    visitor = await door.come_in(await door.person())
    app = await begin(door, visitor)
    confirm = "/auth/mfa/totp/confirm"
    for _ in range(10):
        assert_problem(await visitor.client.send_json(confirm, {"code": app.wrong_code()}), 422, "wrong_code")
    answer = await visitor.client.send_json(confirm, {"code": app.code()})
    assert assert_problem(answer, 429, "too_many_attempts")["retry_after"] == 900
    assert answer.headers["retry-after"] == "900"


async def test_wrong_codes_are_throttled_when_signing_in(door: FrontDoor) -> None:
    ana = await door.person()
    _, app, _ = await enrol(door, ana)
    assert await statuses(door, ana, *[app.wrong_code()] * 10) == [401] * 10
    assert_problem(await door.try_password(ana, totp=app.code()), 429, "too_many_attempts")


# ------------------------------------------------------------------ changes


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/auth/mfa/totp", None),
        ("POST", "/auth/mfa/totp/confirm", {"code": "123456"}),
        ("DELETE", "/auth/mfa/totp", None),
        ("POST", "/auth/mfa/recovery-codes", None),
        ("POST", "/auth/passkeys/options", None),
        ("DELETE", "/auth/passkeys/01890000-0000-7000-8000-000000000000", None),
    ],
)
async def test_a_change_demands_a_recent_proof(door: FrontDoor, method: str, path: str, body: Any) -> None:
    """Seen to fail when neither the routes nor the commands demanded it."""
    visitor = await door.come_in(await door.person())
    door.time.turn(minutes=9, seconds=59)
    answer = await visitor.client.send_json(path, body, method=method)
    assert answer.json().get("code") != "reauthentication_required" if answer.content else answer.is_success
    door.time.turn(seconds=2)
    assert await visitor.is_still_in()
    answer = await visitor.client.send_json(path, body, method=method)
    assert_problem(answer, 403, "reauthentication_required")
    assert (await visitor.client.post("/auth/confirm", json={"password": PASSWORD})).is_success
    answer = await visitor.client.send_json(path, body, method=method)
    assert answer.json().get("code") != "reauthentication_required" if answer.content else answer.is_success


async def test_every_change_ends_the_other_sessions(door: FrontDoor) -> None:
    """Seen to fail when they went on, and when the session that made the change ended too."""
    ana = await door.person()
    visitor = await door.come_in(ana)
    app = await begin(door, visitor)

    other = await door.come_in(ana)
    await visitor.client.post_ok("/auth/mfa/totp/confirm", {"code": app.code()})
    assert not await other.is_still_in()

    door.time.turn(minutes=1)
    other = await door.come_in(ana, totp=app.code())
    await visitor.client.post_ok("/auth/mfa/recovery-codes", None)
    assert not await other.is_still_in()

    door.time.turn(minutes=1)
    other = await door.come_in(ana, totp=app.code())
    await visitor.client.delete("/auth/mfa/totp")
    assert not await other.is_still_in()
    assert await visitor.is_still_in()


async def test_every_change_is_recorded_and_told(door: FrontDoor) -> None:
    """Seen to fail without the entry, and without the letter."""
    address = f"ana@{door.shop.company_id}.example"
    ana = await door.person(email=address, locale="en")
    visitor, _, _ = await enrol(door, ana)
    await visitor.client.post_ok("/auth/mfa/recovery-codes", None)
    await visitor.client.delete("/auth/mfa/totp")
    for action in ("totp_enabled", "recovery_codes_renewed", "totp_disabled"):
        entry = await door.recorded(action)
        assert (entry["actor"]["id"], entry["subject_id"]) == (str(ana.id), str(ana.id))
        assert entry["origin"]["address"] == door.peer
    assert [one.subject for one in await door.letters_to(address)] == ["Your two-step verification was changed"] * 3


async def test_no_secret_is_kept_in_the_clear(door: FrontDoor) -> None:
    """Seen to fail with the secret unsealed, and with recovery codes kept as they are."""
    ana = await door.person(email=f"ana@{door.shop.company_id}.example")
    visitor = await door.come_in(ana)
    enrolment = await visitor.client.post_ok("/auth/mfa/totp", None)
    code = App(door, enrolment).code()
    confirmed = await visitor.client.post_ok("/auth/mfa/totp/confirm", {"code": code})
    await door.recorded("totp_enabled")
    kept = [
        *await door.rows(ana, "SELECT t::text, sealed FROM totp t"),
        *await door.rows(ana, "SELECT r::text, encode(digest, 'escape') FROM recovery_code r"),
        *await door.shop.fetch("SELECT a::text, after::text FROM audit_entry a"),
        *await door.shop.fetch("SELECT o::text, data::text FROM outbox_event o"),
    ]
    assert len(kept) > 11
    secret = enrolment["secret"]
    hidden = [secret, secret.encode().hex(), *confirmed["recovery_codes"]]
    hidden += [one.replace("-", "") for one in confirmed["recovery_codes"]]
    assert [one for one in hidden if one.lower() in str(kept).lower()] == []


async def test_a_sealed_secret_holds_for_its_person_alone(door: FrontDoor) -> None:
    """Seen to fail when the place of the seal did not name the person: whoever can write rows could lend out their own app."""
    ana, eva = await door.person(), await door.person()
    _, app, _ = await enrol(door, ana)
    await enrol(door, eva)
    ((sealed,),) = await door.rows(ana, "SELECT sealed FROM totp")
    await door.rows(eva, f"UPDATE totp SET sealed = '{sealed}'")
    assert await statuses(door, eva, app.code()) != [200]


async def test_nobody_sees_what_is_another_persons(door: FrontDoor) -> None:
    """Seen to fail without the policies."""
    ana, eva = await door.person(), await door.person()
    await enrol(door, ana)
    assert await door.rows(eva, "SELECT 1 FROM totp UNION ALL SELECT 1 FROM recovery_code") == []
    assert await door.shop.fetch("SELECT 1 FROM totp UNION ALL SELECT 1 FROM recovery_code") == []
