"""A plugin that fails again and again is left alone for a while; a bad moment is none of that."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain.circuit import COOL_DOWN, WINDOW, Admission, Circuit, is_too_much

NOON = datetime(2031, 3, 21, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(outcomes: str, begins: datetime = NOON, step: timedelta = SECOND) -> Circuit:
    """A circuit after these calls, `-` a failure and `+` a success, one in each step."""
    circuit = Circuit()
    for number, outcome in enumerate(outcomes):
        now = begins + number * step
        circuit = circuit.succeeded(now) if outcome == "+" else circuit.failed(now, "it is down")
    return circuit


@pytest.mark.parametrize(
    ("outcomes", "rests"),
    [
        ("----", False),
        ("-----", True),
        ("+++++-----", True),
        ("++++++-----", False),
        ("+-+-+-+-+-", True),
        ("+++" * 60 + "-" * 96, False),
        ("+++" * 60 + "-" * 100, True),
    ],
)
def test_five_failures_that_are_half_of_all_begin_a_rest(outcomes: str, rests: bool) -> None:
    """Seen to fail with four failures taken as enough, and with no regard to what went well."""
    assert (after(outcomes).rest is not None) is rests


@pytest.mark.parametrize(
    ("calls", "failures", "too_much"), [(285, 100, True), (286, 100, False), (10, 5, True), (11, 5, False)]
)
def test_where_there_is_much_to_go_by_a_third_is_enough(calls: int, failures: int, too_much: bool) -> None:
    assert is_too_much(calls, failures) is too_much


def test_what_is_long_ago_does_not_count() -> None:
    """Seen to fail when nothing was forgotten."""
    assert after("-----", step=WINDOW / 4).rest is None
    assert after("----", step=WINDOW).failed(NOON + 4 * WINDOW, "again").rest is None


def test_a_rest_admits_nobody_then_one_trial_and_a_success_ends_it() -> None:
    """Seen to fail when a success did not end it."""
    circuit = after("-----")
    began = NOON + 4 * SECOND
    assert circuit.rest
    assert (circuit.rest.since, circuit.rest.retry_at, circuit.rest.reason) == (began, began + COOL_DOWN, "it is down")
    assert circuit.admits(began + COOL_DOWN - SECOND) is Admission.NONE
    assert circuit.admits(began + COOL_DOWN) is Admission.TRIAL
    well = circuit.succeeded(began + COOL_DOWN)
    assert (well.rest, well.admits(began + COOL_DOWN)) == (None, Admission.FREE)
    assert well.failed(began + COOL_DOWN, "once").rest is None


def test_a_trial_that_fails_makes_the_rest_longer() -> None:
    circuit = after("-----")
    later = NOON + timedelta(minutes=10)
    again = circuit.failed(later, "still down")
    assert circuit.rest
    assert again.rest
    assert (again.rest.since, again.rest.retry_at) == (circuit.rest.since, later + COOL_DOWN)
    assert again.rest.reason == "still down"
