"""The callers of the matrix stay signed in for as long as the tests take, and those who must not be let in stay outside."""

import pytest

from tests.matrix import renewal
from tests.matrix.calls import CALLS
from tests.matrix.served import Served
from tests.matrix.world import World

pytestmark = pytest.mark.anyio


async def test_callers_get_new_tokens_before_theirs_end(
    served: Served, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that, whoever asks after ten minutes is turned away from everything, and a test that takes as long proves nothing."""
    operation, (call, *_) = "GET /sites", CALLS["GET /sites"]
    members = [one for one in world.callers if one.person and one.refusal(served.routes[operation].rule) is None]
    rule = served.routes[operation].rule
    before = {one.name: dict(one.headers_for(rule)) for one in members}
    monkeypatch.setattr(renewal, "EVERY", 0.0)
    answers = {one.name: await served.ask(one, operation, call, {}) for one in members}
    assert {name for name, answer in answers.items() if answer.status != 200} == set()
    renewed = {one.name for one in members if dict(one.headers_for(rule)) != before[one.name]}
    assert renewed == before.keys() - {"api_key", "other_scopes"}, "keys do not end so soon"
