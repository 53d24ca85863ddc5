"""Never imported."""

raise AssertionError("a plugin with a bad manifest was imported")
