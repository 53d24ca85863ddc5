"""How often something may be tried."""

import pytest

from core.domain.throttling import Throttle, TooManyAttempts, network_of


def test_a_key_has_its_tries_in_any_window() -> None:
    throttle = Throttle(limit=2, window=60)
    throttle.admit(["a"], 0)
    throttle.admit(["a"], 50)
    with pytest.raises(TooManyAttempts) as refused:
        throttle.admit(["a"], 59.5)
    assert refused.value.details["retry_after"] == 1
    throttle.admit(["a"], 60)
    with pytest.raises(TooManyAttempts):
        throttle.admit(["a"], 109)
    throttle.admit(["a"], 110)


def test_a_try_counts_for_all_of_its_keys_or_for_none() -> None:
    throttle = Throttle(limit=1, window=60)
    throttle.admit(["account"], 0)
    with pytest.raises(TooManyAttempts):
        throttle.admit(["peer", "account"], 1)
    throttle.admit(["peer"], 1)
    with pytest.raises(TooManyAttempts):
        throttle.admit(["peer"], 2)


def test_a_forgiven_try_is_not_counted() -> None:
    throttle = Throttle(limit=1, window=60)
    throttle.admit(["a", "b"], 0)
    throttle.forgive(["a", "never seen"], 0)
    throttle.admit(["a"], 1)
    with pytest.raises(TooManyAttempts):
        throttle.admit(["b"], 1)


def test_the_idlest_keys_are_forgotten_first() -> None:
    throttle = Throttle(limit=2, window=60, capacity=2)
    for now, key in enumerate("abac"):
        throttle.admit([key], now)
    with pytest.raises(TooManyAttempts):
        throttle.admit(["a"], 4)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
    ],
)
def test_neighbours_in_an_ipv6_network_are_one_peer(address: str, network: str) -> None:
    assert network_of(address) == network
