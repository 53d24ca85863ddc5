"""What a server answered once is answered again, without the secrets that were in it."""

import json
from pathlib import Path

import pytest

from core.ports.http import HttpAnswer, HttpRequest
from core.testing.http_tape import Tape
from core.testing.plugin_context import Answering

pytestmark = pytest.mark.anyio

TOKEN = "t0k3n/with+signs"
ASK = HttpRequest(
    "POST", f"https://shop.example.com/a?key={TOKEN}", {"authorization": TOKEN}, f'{{"t":"{TOKEN}"}}'.encode()
)
LOOK = HttpRequest("GET", "https://shop.example.com/picture")


async def answer(request: HttpRequest) -> HttpAnswer:
    if request.method == "GET":
        return HttpAnswer(200, {"content-type": "image/png"}, b"\x89PNG\xff")
    headers = {"content-type": "text/plain", "set-cookie": "session=1", "x-rate-limit": "7", "link": TOKEN}
    return HttpAnswer(201, headers, f"you are {TOKEN}".encode())


async def test_a_tape_answers_as_the_server_did_and_holds_no_secret(tmp_path: Path) -> None:
    """Seen to fail with the link, the address, and either body left as they were."""
    tape = Tape(tmp_path / "tapes" / "shop.json", [TOKEN, ""])
    recorder = tape.recorder(Answering(answer))
    assert (await recorder.send(ASK)).body == f"you are {TOKEN}".encode()
    await recorder.send(LOOK)
    written = (tmp_path / "tapes" / "shop.json").read_text()
    assert TOKEN not in written
    assert "session" not in written
    assert "authorization" not in written
    player = tape.player()
    first, second = await player.send(ASK), await player.send(LOOK)
    kept = {"content-type": "text/plain", "x-rate-limit": "7", "link": "SECRET"}
    assert (first.status, first.headers, first.body) == (201, kept, b"you are SECRET")
    assert second.body == b"\x89PNG\xff"
    player.assert_finished()


async def test_a_tape_wants_its_requests_in_their_order_and_all_of_them(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "shop.json", [TOKEN])
    recorder = tape.recorder(Answering(answer))
    for request in (ASK, LOOK):
        await recorder.send(request)
    with pytest.raises(AssertionError, match="now comes"):
        await tape.player().send(LOOK)
    player = tape.player()
    await player.send(ASK)
    with pytest.raises(AssertionError, match="1 exchanges were not asked for"):
        player.assert_finished()
    await player.send(LOOK)
    with pytest.raises(AssertionError, match="at its end"):
        await player.send(LOOK)
    assert len(json.loads((tmp_path / "shop.json").read_text())) == 2
