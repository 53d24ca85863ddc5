"""Passkeys over HTTP: a device makes a key, signs in with it, and is refused whenever anything about its answer is not right."""

import asyncio
import json
from collections.abc import Callable
from random import Random
from typing import Any, Literal

import httpx
import pyotp
import pytest

from adapters.postgres.engine import Scope
from tests.apps.edge_world import assert_problem, pointers
from tests.apps.front_door import ADDRESS, FrontDoor, Person, Visitor
from tests.authenticator import BACKUP_ELIGIBLE, PRESENT, VERIFIED, Authenticator, decoded, encoded
from tests.shop import Shop

pytestmark = pytest.mark.anyio

AT_ONCE = 8
HOST = "stock.example.org"
OTHER = "https://evil.example.org"


async def offer(visitor: Visitor) -> dict[str, Any]:
    options: dict[str, Any] = await visitor.client.post_ok("/auth/passkeys/options", None)
    return options


async def challenged(door: FrontDoor) -> dict[str, Any]:
    options: dict[str, Any] = await door.stranger().post_ok("/auth/passkeys/login/options", None)
    return options


async def add(visitor: Visitor, device: Authenticator, name: str = "Phone") -> dict[str, Any]:
    body = {"name": name, "credential": device.create(await offer(visitor))}
    added: dict[str, Any] = await visitor.client.post_ok("/auth/passkeys", body)
    return added


async def owner(door: FrontDoor, device: Authenticator) -> tuple[Person, Visitor]:
    """Somebody with a key in this device."""
    person = await door.person()
    visitor = await door.come_in(person)
    await add(visitor, device)
    return person, visitor


async def show(door: FrontDoor, credential: dict[str, Any], **more: Any) -> httpx.Response:
    return await door.stranger().post("/auth/passkeys/login", json={"credential": credential, **more})


async def sign_in(door: FrontDoor, device: Authenticator, **more: Any) -> httpx.Response:
    return await show(door, device.get(await challenged(door)), **more)


# ------------------------------------------------------------------ the honest way


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519"])
@pytest.mark.parametrize("counts", [True, False])
async def test_a_key_signs_in_as_often_as_one_likes(
    door: FrontDoor, algorithm: Literal["ES256", "Ed25519"], counts: bool
) -> None:
    device = Authenticator(ADDRESS, algorithm, counts=counts)
    ana, _ = await owner(door, device)
    for _ in range(2):
        opened = door.visitor((await sign_in(door, device)).raise_for_status().json())
        assert (await opened.client.get_ok("/me"))["id"] == str(ana.id)
    current = [one for one in (await opened.client.get_ok("/auth/sessions"))["items"] if one["is_current"]]
    assert current[0]["methods"] == ["hwk", "mfa"]


async def test_a_key_that_is_on_several_devices_is_called_so(door: FrontDoor) -> None:
    device = Authenticator(ADDRESS, flags=PRESENT | VERIFIED | BACKUP_ELIGIBLE)
    await owner(door, device)
    opened = door.visitor((await sign_in(door, device)).json())
    current = [one for one in (await opened.client.get_ok("/auth/sessions"))["items"] if one["is_current"]]
    assert current[0]["methods"] == ["swk", "mfa"]


async def test_the_options_bind_a_key_to_this_site_and_demand_its_user(door: FrontDoor) -> None:
    ana = await door.person()
    options = await offer(await door.come_in(ana))
    assert options["rp"] == {"id": HOST, "name": "Pirwa"}
    assert options["user"] == {"id": encoded(ana.id.bytes), "name": ana.login, "displayName": "Ana"}
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-8, -7, -257]
    request = await challenged(door)
    assert (request["rpId"], request["userVerification"]) == (HOST, "required")
    assert request["allowCredentials"] == []
    assert len({len(decoded(one["challenge"])) for one in (options, request)} | {32}) == 1


async def test_keys_are_listed_with_their_last_use(door: FrontDoor) -> None:
    device, began = Authenticator(ADDRESS), door.time.now()
    _, visitor = await owner(door, device)
    door.time.turn(minutes=1)
    used = door.time.now()
    await sign_in(door, device)
    second = await add(visitor, Authenticator(ADDRESS), "  Key at work ")
    phone, key = (await visitor.client.get_ok("/auth/mfa"))["passkeys"]
    assert (phone["name"], phone["created_at"], phone["last_used_at"]) == ("Phone", _text(began), _text(used))
    assert key == {"id": second["id"], "name": "Key at work", "created_at": _text(used), "last_used_at": None}


async def test_a_device_is_told_which_keys_it_may_have_already(door: FrontDoor) -> None:
    device = Authenticator(ADDRESS)
    _, visitor = await owner(door, device)
    options = await offer(visitor)
    with pytest.raises(ValueError, match="InvalidStateError"):
        device.create(options)
    body = {"name": "Again", "credential": device.create({**options, "excludeCredentials": []})}
    assert (await visitor.client.send_json("/auth/passkeys", body)).status_code == 201


async def test_a_key_is_kept_once(door: FrontDoor) -> None:
    """Seen to fail without the unique constraint."""
    device = Authenticator(ADDRESS)
    _, visitor = await owner(door, device)
    options = await offer(visitor)
    copy = device.create({**options, "excludeCredentials": []})
    body = {"name": "Copy", "credential": copy}
    assert (await visitor.client.send_json("/auth/passkeys", body)).status_code == 201
    again = _reused(copy, (await offer(visitor))["challenge"])
    assert_problem(
        await visitor.client.send_json("/auth/passkeys", {"name": "Copy", "credential": again}), 409, "passkey_known"
    )


async def test_a_browser_gets_a_cookie(door: FrontDoor) -> None:
    device = Authenticator(ADDRESS)
    await owner(door, device)
    answer = await sign_in(door, device, cookie=True)
    assert answer.status_code == 200
    assert "access_token" not in answer.json()
    assert "__Host-pirwa_session" in answer.cookies


async def test_a_key_opens_the_companies_of_its_owner_alone(door: FrontDoor, shop: Shop) -> None:
    device = Authenticator(ADDRESS)
    await owner(door, device)
    answer = await sign_in(door, device, company=str(shop.company_id))
    assert answer.json()["company"]["id"] == str(shop.company_id)
    assert_problem(await sign_in(door, device, company="techcorp"), 404, "company_not_found")


async def test_no_code_is_demanded_beside_a_key(door: FrontDoor) -> None:
    device = Authenticator(ADDRESS)
    ana, visitor = await owner(door, device)
    enrolment = await visitor.client.post_ok("/auth/mfa/totp", None)
    code = pyotp.TOTP(enrolment["secret"]).at(door.time.now())
    await visitor.client.post_ok("/auth/mfa/totp/confirm", {"code": code})
    assert_problem(await door.try_password(ana), 401, "totp_required")
    assert (await sign_in(door, device)).status_code == 200


async def test_the_deactivated_do_not_come_in(door: FrontDoor) -> None:
    device = Authenticator(ADDRESS)
    ana, _ = await owner(door, device)
    await door.rows(ana, f"UPDATE app_user SET active = false WHERE id = '{ana.id}'")
    assert_problem(await sign_in(door, device), 401, "invalid_credentials")


# ------------------------------------------------------------------ answers that are refused


Deceit = Callable[[Authenticator, dict[str, Any]], dict[str, Any]]


def _reused(credential: dict[str, Any], challenge: str) -> dict[str, Any]:
    """An answer with another challenge written in."""
    said = json.loads(decoded(credential["response"]["clientDataJSON"])) | {"challenge": challenge}
    return {**credential, "response": {**credential["response"], "clientDataJSON": encoded(json.dumps(said).encode())}}


def _elsewhere(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    return Authenticator(OTHER, keys=device.keys).get(options)


def _other_port(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    return Authenticator(f"{ADDRESS}:8443", keys=device.keys).get(options)


def _other_site(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.keys[-1].rp_id = "example.org"
    return device.get(options)


def _in_a_frame(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    return device.get(options, crossOrigin=True)


def _other_ceremony(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    return device.get(options, type="webauthn.create")


def _own_challenge(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    return device.get({**options, "challenge": encoded(bytes(32))})


def _unverified(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.flags = PRESENT
    return device.get(options)


def _absent(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.flags = VERIFIED
    return device.get(options)


def _counting_back(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.keys[-1].uses -= 2
    return device.get(options)


def _counting_the_same(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.keys[-1].uses -= 1
    return device.get(options)


def _with_another_key(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    forged = Authenticator(ADDRESS)
    forged.create({"rp": {"id": HOST}, "user": {"id": ""}, "challenge": "", "excludeCredentials": []})
    forged.keys[-1].id, forged.keys[-1].user_handle = device.keys[-1].id, device.keys[-1].user_handle
    forged.keys[-1].uses = 100
    return forged.get(options)


def _signed_for_another_challenge(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    return _reused(device.get({**options, "challenge": encoded(bytes(32))}), options["challenge"])


def _nameless(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    answer = device.get(options)
    return {**answer, "response": {**answer["response"], "userHandle": None}}


def _two_ids(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    return {**device.get(options), "id": encoded(b"another")}


@pytest.mark.parametrize(
    "deceit",
    [
        _elsewhere,
        _other_port,
        _other_site,
        _in_a_frame,
        _other_ceremony,
        _own_challenge,
        _unverified,
        _absent,
        _counting_back,
        _counting_the_same,
        _with_another_key,
        _signed_for_another_challenge,
        _nameless,
        _two_ids,
    ],
)
async def test_an_answer_that_is_not_quite_right_opens_nothing(door: FrontDoor, deceit: Deceit) -> None:
    """Seen to fail, each for its own deceit, when the origin, the host, frames, the device's user or its count were not looked
    at, and when any challenge would do."""
    device = Authenticator(ADDRESS)
    await owner(door, device)
    for _ in range(2):
        assert (await sign_in(door, device)).status_code == 200
    problem = assert_problem(await show(door, deceit(device, await challenged(door))), 401, "invalid_credentials")
    assert problem["detail"] == "this passkey does not open anything"


async def test_an_answer_is_good_once(door: FrontDoor) -> None:
    """Seen to fail when challenges were not used up. The device here does not count, so nothing else tells a repetition."""
    device = Authenticator(ADDRESS, counts=False)
    await owner(door, device)
    answer = device.get(await challenged(door))
    answers = await asyncio.gather(*(show(door, answer) for _ in range(AT_ONCE)))
    assert sorted(one.status_code for one in answers) == [200] + [401] * (AT_ONCE - 1)
    assert_problem(await show(door, answer), 401, "invalid_credentials")


async def test_a_count_is_good_once_too(door: FrontDoor) -> None:
    """A copied key that answers another challenge with the same count, at the same moment. Seen to fail when neither the ceremony nor
    the storage looked at the count."""
    device = Authenticator(ADDRESS)
    await owner(door, device)
    answers = []
    for _ in range(AT_ONCE):
        answers.append(device.get(await challenged(door)))
        device.keys[-1].uses -= 1
    shown = await asyncio.gather(*(show(door, one) for one in answers))
    assert sorted(one.status_code for one in shown) == [200] + [401] * (AT_ONCE - 1)


async def test_a_challenge_is_good_for_five_minutes(door: FrontDoor) -> None:
    """Seen to fail when expiry was not looked at."""
    device = Authenticator(ADDRESS)
    await owner(door, device)
    early, late = await challenged(door), await challenged(door)
    door.time.turn(minutes=4, seconds=59)
    assert (await show(door, device.get(early))).status_code == 200
    door.time.turn(seconds=1)
    assert_problem(await show(door, device.get(late)), 401, "invalid_credentials")


async def test_a_wrong_answer_uses_the_challenge_up(door: FrontDoor) -> None:
    device = Authenticator(ADDRESS)
    await owner(door, device)
    options = await challenged(door)
    assert_problem(await show(door, device.get(options, origin=OTHER)), 401, "invalid_credentials")
    assert_problem(await show(door, device.get(options)), 401, "invalid_credentials")


async def test_a_key_opens_its_owners_account_alone(door: FrontDoor) -> None:
    """Seen to fail when keys were looked for by their ids alone, without policies: one opened whatever account it named."""
    device, victims = Authenticator(ADDRESS), Authenticator(ADDRESS)
    eva, _ = await owner(door, victims)
    await owner(door, device)
    device.keys[-1].user_handle = eva.id.bytes
    assert_problem(await sign_in(door, device), 401, "invalid_credentials")


async def test_somebody_elses_key_id_under_ones_own_account_gives_nothing(door: FrontDoor) -> None:
    """Ids are no secret: a stranger may register one with a key of their own, before or after."""
    victims, strangers = Authenticator(ADDRESS), Authenticator(ADDRESS)
    eva, _ = await owner(door, victims)
    visitor = await door.come_in(await door.person())
    options = await offer(visitor)
    strangers.create(options)
    strangers.keys[-1].id = victims.keys[-1].id
    key = strangers.keys[-1]
    body = {"name": "Hers", "credential": _created_again(strangers, options, key.id)}
    assert (await visitor.client.send_json("/auth/passkeys", body)).status_code == 201
    opened = door.visitor((await sign_in(door, victims)).json())
    assert (await opened.client.get_ok("/me"))["id"] == str(eva.id)
    strangers.keys[-1].user_handle = eva.id.bytes
    assert_problem(await sign_in(door, strangers), 401, "invalid_credentials")


async def test_a_removed_key_opens_nothing_and_ends_what_it_opened(door: FrontDoor) -> None:
    """Seen to fail when the other sessions went on."""
    device = Authenticator(ADDRESS)
    _, visitor = await owner(door, device)
    opened = door.visitor((await sign_in(door, device)).json())
    options = await challenged(door)
    (key,) = (await visitor.client.get_ok("/auth/mfa"))["passkeys"]
    assert (await visitor.client.delete(f"/auth/passkeys/{key['id']}")).status_code == 204
    assert not await opened.is_still_in()
    assert await visitor.is_still_in()
    assert_problem(await show(door, device.get(options)), 401, "invalid_credentials")
    assert_problem(await visitor.client.delete(f"/auth/passkeys/{key['id']}"), 404, "passkey_not_found")


async def test_nobody_removes_another_persons_key(door: FrontDoor) -> None:
    device = Authenticator(ADDRESS)
    _, visitor = await owner(door, device)
    (key,) = (await visitor.client.get_ok("/auth/mfa"))["passkeys"]
    stranger = await door.come_in(await door.person("admin"))
    assert_problem(await stranger.client.delete(f"/auth/passkeys/{key['id']}"), 404, "passkey_not_found")
    assert (await sign_in(door, device)).status_code == 200


# ------------------------------------------------------------------ making keys


def _created_again(device: Authenticator, options: dict[str, Any], key_id: bytes) -> dict[str, Any]:
    """The answer of a device that gives its new key an id of its choice."""
    answer = device.create(options)
    made, device.keys[-1].id = device.keys[-1].id, key_id
    content = decoded(answer["response"]["attestationObject"]).replace(made, key_id)
    shown = encoded(key_id)
    return {
        **answer,
        "id": shown,
        "rawId": shown,
        "response": {**answer["response"], "attestationObject": encoded(content)},
    }


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (PRESENT | VERIFIED, {"origin": OTHER}),
        (PRESENT | VERIFIED, {"origin": f"{ADDRESS}:8443"}),
        (PRESENT | VERIFIED, {"crossOrigin": True}),
        (PRESENT | VERIFIED, {"type": "webauthn.get"}),
        (PRESENT | VERIFIED, {"challenge": encoded(bytes(32))}),
        (PRESENT, {}),
        (VERIFIED, {}),
    ],
)
async def test_a_key_is_not_taken_from_elsewhere_nor_without_its_user(
    door: FrontDoor, flags: int, said: dict[str, Any]
) -> None:
    """Seen to fail, each for its own cause, when the origin, frames or the device's user were not looked at."""
    visitor, device = await door.come_in(await door.person()), Authenticator(ADDRESS, flags=flags)
    body = {"name": "Phone", "credential": device.create(await offer(visitor), **said)}
    assert_problem(await visitor.client.send_json("/auth/passkeys", body), 422, "unsound_passkey")
    assert (await visitor.client.get_ok("/auth/mfa"))["passkeys"] == []


async def test_a_key_made_for_another_host_is_not_taken(door: FrontDoor) -> None:
    visitor, device = await door.come_in(await door.person()), Authenticator(ADDRESS)
    options = await offer(visitor)
    body = {"name": "Phone", "credential": device.create({**options, "rp": {"id": "example.org"}})}
    assert_problem(await visitor.client.send_json("/auth/passkeys", body), 422, "unsound_passkey")


async def test_a_challenge_is_for_whom_and_what_it_was_issued(door: FrontDoor) -> None:
    """Seen to fail when the person of a challenge was not looked at."""
    eva, ana = await door.come_in(await door.person()), await door.come_in(await door.person())
    device = Authenticator(ADDRESS)
    own = await offer(ana)
    for challenge in ((await offer(eva))["challenge"], (await challenged(door))["challenge"]):
        body = {"name": "Phone", "credential": device.create({**own, "challenge": challenge})}
        assert_problem(await ana.client.send_json("/auth/passkeys", body), 422, "unsound_passkey")
    await add(ana, device)
    answer = device.get({"challenge": (await offer(ana))["challenge"]})
    assert_problem(await show(door, answer), 401, "invalid_credentials")


async def test_a_challenge_makes_one_key_and_the_next_replaces_it(door: FrontDoor) -> None:
    """Seen to fail when challenges were not used up, and when an earlier one stayed."""
    visitor, device = await door.come_in(await door.person()), Authenticator(ADDRESS)
    first, second = await offer(visitor), await offer(visitor)
    for options, status in ((first, 422), (second, 201), (second, 422)):
        body = {"name": "Phone", "credential": device.create(options)}
        assert (await visitor.client.send_json("/auth/passkeys", body)).status_code == status


async def test_every_change_ends_the_other_sessions_and_is_recorded_and_told(door: FrontDoor) -> None:
    """Seen to fail when the sessions went on, and without the letter."""
    address = f"ana@{door.shop.company_id}.example"
    ana = await door.person(email=address, locale="es-EC")
    visitor, other = await door.come_in(ana), await door.come_in(ana)
    added = await add(visitor, Authenticator(ADDRESS))
    assert not await other.is_still_in()
    await visitor.client.delete(f"/auth/passkeys/{added['id']}")
    for action in ("passkey_added", "passkey_removed"):
        assert (await door.recorded(action))["actor"]["id"] == str(ana.id)
    assert [one.subject for one in await door.letters_to(address)] == ["Su verificación en dos pasos fue cambiada"] * 2


async def test_a_failed_attempt_with_a_known_key_is_recorded(door: FrontDoor) -> None:
    device = Authenticator(ADDRESS)
    ana, _ = await owner(door, device)
    await show(door, device.get(await challenged(door), origin=OTHER))
    entry = await door.recorded("sign_in_failed")
    assert (entry["actor"]["id"], entry["origin"]["address"]) == (str(ana.id), door.peer)


async def test_nobody_collects_keys_without_end(door: FrontDoor) -> None:
    visitor = await door.come_in(await door.person())
    options = await offer(visitor)
    for number in range(19):
        await add(visitor, Authenticator(ADDRESS), f"Key {number}")
    options = await offer(visitor)
    body = {"name": "Last", "credential": Authenticator(ADDRESS).create(options)}
    assert (await visitor.client.send_json("/auth/passkeys", body)).status_code == 201
    assert_problem(await visitor.client.send_json("/auth/passkeys/options", None), 409, "too_many_passkeys")
    assert_problem(await visitor.client.send_json("/auth/passkeys", body), 409, "too_many_passkeys")


async def test_a_name_is_demanded(door: FrontDoor) -> None:
    visitor = await door.come_in(await door.person())
    body = {"name": "   ", "credential": Authenticator(ADDRESS).create(await offer(visitor))}
    problem = assert_problem(await visitor.client.send_json("/auth/passkeys", body), 422, "invalid")
    assert pointers(problem) == {"/name": "required"}


# ------------------------------------------------------------------ floods and rubbish


async def test_answers_are_throttled_by_peer_and_right_ones_not_counted(door: FrontDoor) -> None:
    """Seen to fail when nothing was counted, and when right answers were."""
    device = Authenticator(ADDRESS)
    await owner(door, device)
    for _ in range(21):
        assert (await sign_in(door, device)).status_code == 200
    wrong = device.get({"challenge": encoded(bytes(32))})
    for _ in range(20):
        assert_problem(await show(door, wrong), 401, "invalid_credentials")
    assert_problem(await show(door, wrong), 429, "too_many_attempts")


async def test_challenges_are_throttled_by_peer_and_forgotten(door: FrontDoor) -> None:
    for _ in range(100):
        await challenged(door)
    assert_problem(await door.stranger().post("/auth/passkeys/login/options"), 429, "too_many_attempts")
    door.time.turn(minutes=16)
    for _ in range(10):  # each forgets a hundred, those of other tests too
        await challenged(door)
    left = await door.shop.database.fetch(
        Scope(), "SELECT count(*) FROM passkey_challenge WHERE expires_at <= %s", (door.time.now(),)
    )
    assert left == [(0,)]


async def test_rubbish_is_refused_like_anything_else(door: FrontDoor) -> None:
    """Bytes changed at random, and texts that are no answer at all: never a fault of ours."""
    device, random = Authenticator(ADDRESS), Random(20_261_121)
    _, visitor = await owner(door, device)
    for number in range(60):
        made = device.create({**await offer(visitor), "excludeCredentials": []})
        shown = device.get(await challenged(door), device.keys[0])
        signed = _spoiled(shown, random, "authenticatorData", "clientDataJSON", "signature", "userHandle")
        created = _spoiled(made, random, "attestationObject", "clientDataJSON")
        door.peer = f"198.51.100.{number}"  # whom nobody has throttled yet
        assert (await show(door, signed)).status_code == 401
        answer = await visitor.client.send_json("/auth/passkeys", {"name": "Rubbish", "credential": created})
        assert answer.status_code in (201, 409, 422), answer.text


def _spoiled(credential: dict[str, Any], random: Random, *members: str) -> dict[str, Any]:
    """An answer in which some bytes of one member are others."""
    member = random.choice(members)
    content = bytearray(decoded(credential["response"][member]))
    for _ in range(random.randint(1, 3)):
        content[random.randrange(len(content))] ^= random.randint(1, 255)
    return {**credential, "response": {**credential["response"], member: encoded(bytes(content))}}


def _text(moment: Any) -> str:
    return str(moment.isoformat()).replace("+00:00", "Z")
