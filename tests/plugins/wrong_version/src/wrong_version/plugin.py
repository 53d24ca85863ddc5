"""Never imported."""

raise AssertionError("a plugin for another version was imported")
