"""Nobody else provides our import names, and ours hide nobody's."""

from importlib.metadata import packages_distributions

OURS = ("core", "adapters", "apps")


def test_no_other_distribution_provides_our_packages() -> None:
    providers = packages_distributions()
    assert {name: providers.get(name) for name in OURS if set(providers.get(name, ["pirwa"])) != {"pirwa"}} == {}


def test_the_standard_librarys_http_is_not_hidden_by_ours() -> None:
    import http.client

    assert hasattr(http.client, "HTTPConnection")
