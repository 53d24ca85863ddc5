"""What people decided decides what they are taken to like; and reasons are said in both languages with nothing missing."""

import re
from datetime import date, timedelta
from decimal import Decimal

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.access import PERMISSIONS
from core.domain.figures import signs_for
from core.domain.recommendation import (
    HALVES_IN,
    NEEDED_BY_MODE,
    NEEDED_TO_DO,
    NEEDED_TO_SEE,
    UNKNOWN,
    URGENCY,
    ActionType,
    Decided,
    RecommendationKind,
    liking,
    weight,
)
from core.domain.recommendation_words import WORDS
from core.ports.recommendations import COSTS, Numbers

_times = st.floats(0, 10_000)
_decided = st.builds(Decided, _times, _times)
_kinds = st.sampled_from(RecommendationKind)
_NOTHING = Decided()


@given(_decided, _decided, _decided)
def test_a_share_lies_between_nothing_and_all(own: Decided, of_role: Decided, of_all: Decided) -> None:
    assert 0 < liking(own, of_role, of_all) < 1


def test_nobody_is_taken_to_like_or_dislike_what_nobody_has_decided_about() -> None:
    assert liking(_NOTHING, _NOTHING, _NOTHING) == UNKNOWN


@given(_decided, _decided, _decided, st.floats(0.01, 100))
def test_whoever_accepts_likes_it_more_and_whoever_dismisses_less(
    own: Decided, of_role: Decided, of_all: Decided, more: float
) -> None:
    """Seen to fail with accepted and dismissed the other way about."""
    before = liking(own, of_role, of_all)
    assert liking(own + Decided(accepted=more), of_role, of_all) >= before
    assert liking(own + Decided(dismissed=more), of_role, of_all) <= before
    assert liking(own, of_role + Decided(accepted=more), of_all) >= before
    assert liking(own, of_role, of_all + Decided(dismissed=more)) <= before


@given(_decided, _decided, _decided)
def test_the_share_lies_between_ones_own_and_that_of_the_others(
    own: Decided, of_role: Decided, of_all: Decided
) -> None:
    """Shrunk, never beyond."""
    assume(own.times > 0)
    of_others, of_oneself = liking(_NOTHING, of_role, of_all), own.accepted / own.times
    low, high = sorted((of_others, of_oneself))
    assert low - 1e-9 <= liking(own, of_role, of_all) <= high + 1e-9


@given(_decided, _decided)
def test_who_decided_often_is_taken_at_their_word(of_role: Decided, of_all: Decided) -> None:
    assert liking(Decided(accepted=1e9), of_role, of_all) > 0.999
    assert liking(Decided(dismissed=1e9), of_role, of_all) < 0.001


@given(_decided, st.timedeltas(timedelta(0), timedelta(days=4000)), st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_decisions_fade_by_halves_however_often_one_looks(decided: Decided, one: timedelta, other: timedelta) -> None:
    once, twice = decided.faded(one + other), decided.faded(one).faded(other)
    assert abs(once.times - twice.times) <= 1e-6 * (1 + decided.times)
    half = decided.faded(HALVES_IN)
    assert abs(half.accepted - decided.accepted / 2) <= 1e-9 * (1 + decided.accepted)
    assert decided.faded(-one) == decided


@given(_kinds, st.floats(0, 1), st.floats(0, 1))
def test_what_is_liked_more_weighs_more_from_half_to_one_and_a_half_times(
    kind: RecommendationKind, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert URGENCY[kind] / 2 <= weight(kind, low) <= weight(kind, high) <= URGENCY[kind] * Decimal("1.5")


def test_every_kind_and_deed_is_known_everywhere() -> None:
    assert URGENCY.keys() == set(RecommendationKind)
    assert NEEDED_TO_DO.keys() == set(ActionType)
    named = {
        *NEEDED_TO_SEE.values(),
        *NEEDED_BY_MODE.values(),
        *(one for needed in NEEDED_TO_DO.values() for one in needed),
    }
    assert named <= PERMISSIONS
    for words in WORDS.values():
        assert words.titles.keys() == words.whys.keys() == {kind.value for kind in RecommendationKind}
        assert words.deeds.keys() == {action.value for action in ActionType}


def test_both_languages_say_the_same_figures_and_only_such_as_there_are() -> None:
    """Seen to fail with a place misspelt in one language."""

    def places(sentences: object) -> set[str]:
        return set(re.findall(r"{([a-z_]+)}", str(sentences)))

    spanish, english = WORDS["es"], WORDS["en"]
    known = {*Numbers.__struct_fields__, "site", "sku", "name"}
    for kind in spanish.whys:
        assert places(spanish.whys[kind]) == places(english.whys[kind]) <= known
        assert [len(one) for one in spanish.whys[kind]] == [len(one) for one in english.whys[kind]]
    for action in spanish.deeds:
        assert places(spanish.deeds[action]) == places(english.deeds[action]) <= known


@given(_kinds, st.sampled_from(ActionType), st.sets(st.sampled_from([*Numbers.__struct_fields__, "site"])))
def test_no_sentence_stands_with_a_hole(kind: RecommendationKind, action: ActionType, known: set[str]) -> None:
    """Seen to fail with every sentence said."""
    for words in WORDS.values():
        said = words.why(kind, dict.fromkeys(known, "7")) + words.deed(action, dict.fromkeys(known, "7"))
        assert "{" not in said
        assert "None" not in said


def test_costs_are_numbers_of_that_name() -> None:
    assert set(COSTS) <= set(Numbers.__struct_fields__)
    assert msgspec.to_builtins(Numbers(**dict.fromkeys(COSTS))) == {}


@given(st.text(max_size=40))
def test_a_name_brings_neither_lines_nor_places(name: str) -> None:
    """Seen to fail with places filled one after the other."""
    facts = {"site": name + "{on_hand}", "on_hand": "-3", "negative": True}
    why = WORDS["en"].why(RecommendationKind.LIKELY_MISCOUNT, facts)
    assert "\n" not in why
    assert why.count("{on_hand}") == 1 + name.count("{on_hand}")


def test_a_reason_writes_numbers_money_and_days_as_the_company_does() -> None:
    """Seen to fail with the facts as they are stored."""
    facts = {
        "site": "UIO",
        "on_hand": Decimal("1200.5"),
        "on_order": Decimal(0),
        "enough": Decimal(10),
        "excess": Decimal("1190.5"),
        "value": Decimal("18296.8074"),
        "stock_out_on": date(2026, 12, 9),
        "supplier": "Maderas 2026-12-09",
        "service_level": Decimal("0.95"),
        "expected": Decimal("10.523495"),
        "price": Decimal(4),
        "unit_cost": Decimal("0.0125"),
    }

    def said(reader: str, company: str = "es-EC", currency: str = "USD") -> list[object]:
        written = WORDS[reader[:2]].written(facts, signs_for(reader, company), currency)
        assert written["supplier"] == facts["supplier"]
        names = ("on_hand", "value", "stock_out_on", "service_level", "expected", "price", "unit_cost")
        return [written[name] for name in names]

    assert said("es-EC") == ["1.200,5", "$18.296,81", "9 dic 2026", "95\N{NO-BREAK SPACE}%", "10,5", "$4,00", "$0,0125"]
    assert said("en-GB") == ["1,200.5", "$18,296.81", "9 Dec 2026", "95%", "10.5", "$4.00", "$0.0125"]
    assert said("en-US", "en-US")[2] == "Dec 9, 2026"
    assert said("es-CO", "es-CO", "COP")[1] == "COP\N{NO-BREAK SPACE}18.296,81"
    assert said("es-CL", "es-CL", "CLP")[1] == "CLP\N{NO-BREAK SPACE}18.297"
    told = WORDS["es"].written(facts, signs_for("es", "es-EC"), "USD")
    assert WORDS["es"].why(RecommendationKind.OVERSTOCK, told).endswith("Son $18.296,81 en existencias.")
