"""Who counts as one peer."""

import pytest

from core.domain.throttling import network_of


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
