"""Prism where it cannot be had."""

from pathlib import Path

import pytest

from core.testing.prism import prism


def test_where_npm_cannot_fetch_it_the_suite_is_skipped_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail when whatever kept Prism from starting was a failure of the suite."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "empty"))
    with pytest.raises(pytest.skip.Exception) as skipped, prism(tmp_path / "document.json"):
        raise AssertionError("Prism came from nowhere")
    assert str(skipped.value) == "Prism is not here, and npm cannot fetch it: ECONNREFUSED"


def test_where_there_is_no_node_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(pytest.skip.Exception, match="needs Node"), prism(tmp_path / "document.json"):
        raise AssertionError("Prism came from nowhere")
