"""The reviewed file of roles, and what follows from it."""

import tomllib
from importlib.resources import files
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from core.domain.access import PERMISSIONS, PRESET_ROLES, PRESETS, Actor
from core.domain.errors import Forbidden
from core.domain.ids import new_id
from core.domain.roles import COMPANY_PRESETS, GRANTABLE, Member, Role, rank_of, require_rights, require_standing

UIO, GYE = new_id(), new_id()
FILE: dict[str, Any] = tomllib.loads(files("core.domain").joinpath("presets.toml").read_text(encoding="utf-8"))


def actor(role: str, *sites: UUID, reading: frozenset[UUID] | None = frozenset()) -> Actor:
    return Actor(new_id(), new_id(), PRESETS[role], frozenset(sites) or None, reading)


def member(role: Role, *sites: UUID) -> Member:
    reach = frozenset(sites) or None
    return Member(new_id(), "somebody", role, reach, reach)


def refusal(deed: Any, *arguments: Any) -> Forbidden:
    with pytest.raises(Forbidden) as refused:
        deed(*arguments)
    return refused.value


def test_each_of_the_four_contains_what_the_ones_after_it_may() -> None:
    ladder = ["admin", "manager", "operator", "auditor"]
    for upper, lower in pairwise(ladder):
        assert PRESETS[lower] < PRESETS[upper], (upper, lower)
        assert PRESET_ROLES[lower].rank < PRESET_ROLES[upper].rank


def test_all_eight_presets_are_there_and_an_administrator_has_all_that_a_company_gives() -> None:
    presets = {"platform_owner", "admin", "manager", "operator", "employee", "requester", "auditor", "viewer"}
    assert set(PRESETS) == presets
    assert PRESETS["admin"] == GRANTABLE == PERMISSIONS - {"platform:company"}
    assert "platform_owner" not in COMPANY_PRESETS


def test_costs_and_the_audit_are_for_managers_and_administrators() -> None:
    for permission in ("cost:read", "audit:read"):
        assert {code for code, held in PRESETS.items() if permission in held} == {"admin", "manager"}


def test_every_row_of_the_matrix_is_given_to_the_top_of_the_ladder_downwards() -> None:
    """A row with a gap would contradict that each of the four contains the next."""
    ladder = ["admin", "manager", "operator", "auditor"]
    for row in FILE["deeds"]:
        assert row["presets"] == ladder[: len(row["presets"])], row["deed"]


@pytest.mark.parametrize("code", PRESETS)
def test_a_preset_ranks_as_the_file_says(code: str) -> None:
    """The rank of an actor is found from what they may do, so no preset may contain one that ranks above it."""
    assert rank_of(PRESETS[code]) == PRESET_ROLES[code].rank


def test_an_own_role_ranks_as_the_highest_preset_that_it_contains() -> None:
    """Seen to fail when the rank was that of the lowest preset which contains the role: whoever may write users, and nothing
    else, then stood beside the administrators."""
    assert rank_of(frozenset()) == 0
    assert rank_of(frozenset({"user:read", "user:write"})) == 0
    assert rank_of(PRESETS["operator"] | {"user:write"}) == PRESET_ROLES["operator"].rank
    assert rank_of(PRESETS["admin"] - {"role:write"}) == PRESET_ROLES["manager"].rank


class TestReach:
    def test_what_may_be_written_may_be_read(self) -> None:
        """Seen to fail without `__post_init__`: the sites written could not be read."""
        assert actor("operator", UIO).read_sites == {UIO}
        assert actor("operator", UIO, reading=frozenset({GYE})).read_sites == {UIO, GYE}
        assert actor("operator", UIO, reading=None).read_sites is None
        assert actor("operator").read_sites is None

    def test_reading_gives_nothing_to_write(self) -> None:
        reader = actor("operator", UIO, reading=frozenset({UIO, GYE}))
        assert (reader.sees([UIO, GYE]), reader.covers([UIO, GYE]), reader.covers([UIO])) == (True, False, True)


class TestGiving:
    def test_everything_that_is_lacking_is_named(self) -> None:
        held = PRESETS["operator"] | {"plugin:write", "cost:read"}
        refused = refusal(require_rights, actor("operator", UIO), held, frozenset({UIO, GYE}), frozenset({GYE}))
        assert refused.code == "beyond_own_rights"
        assert refused.details == {"permissions": ["cost:read", "plugin:write"], "sites": [str(GYE)]}

    def test_all_sites_are_more_than_any_number_of_them(self) -> None:
        refused = refusal(require_rights, actor("admin", UIO, GYE), frozenset(), None, None)
        assert refused.details == {"sites": "all"}

    def test_what_one_has_may_be_given(self) -> None:
        require_rights(actor("manager"), PRESETS["manager"], None, None)
        require_rights(actor("manager", UIO, reading=None), PRESETS["operator"], frozenset({UIO}), None)


class TestStanding:
    def test_nobody_touches_whoever_ranks_above_them(self) -> None:
        refused = refusal(require_standing, actor("manager"), member(COMPANY_PRESETS["admin"]))
        assert refused.code == "above_own_rank"
        require_standing(actor("manager"), member(COMPANY_PRESETS["manager"]))

    def test_nobody_touches_who_works_where_they_do_not(self) -> None:
        refused = refusal(require_standing, actor("admin", UIO), member(COMPANY_PRESETS["operator"], GYE))
        assert refused.details == {"sites": [str(GYE)]}
