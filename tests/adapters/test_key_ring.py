"""What is sealed can be opened in its own place, by whoever has the key."""

import base64
import stat
from pathlib import Path

import pytest

from adapters.secrets.key_ring import FILE_NAME, KeyRing, key_ring, read_keys
from core.ports.sealing import Unsealable

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = "channel|settings|1|2"


@pytest.mark.promise("S8")
def test_what_is_sealed_is_opened_in_its_place_alone() -> None:
    """Seen to fail when the place was not authenticated: a swapped value opened."""
    ring = KeyRing({"1": OLD})
    sealed = ring.seal(b"a secret", PLACE)
    assert ring.open(sealed, PLACE) == b"a secret"
    assert "secret" not in sealed
    assert ring.seal(b"a secret", PLACE) != sealed
    with pytest.raises(Unsealable):
        ring.open(sealed, "channel|settings|1|3")


def test_the_first_key_seals_and_all_open() -> None:
    sealed = KeyRing({"1": OLD}).seal(b"x", PLACE)
    ring = KeyRing({"2": NEW, "1": OLD})
    assert ring.open(sealed, PLACE) == b"x"
    assert ring.seal(b"x", PLACE).startswith("v1.2.")
    with pytest.raises(Unsealable, match="no key '1'"):
        KeyRing({"2": NEW}).open(sealed, PLACE)


@pytest.mark.parametrize("damage", [lambda s: s[:-6] + "AAAAAA", lambda s: s[3:], lambda s: "", lambda s: s + "ü"])
def test_a_damaged_seal_is_refused(damage: object) -> None:
    sealed = KeyRing({"1": OLD}).seal(b"x" * 10, PLACE)
    with pytest.raises(Unsealable):
        KeyRing({"1": OLD}).open(damage(sealed), PLACE)  # type: ignore[operator]


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    sealed = key_ring(None, tmp_path / "var").seal(b"x", PLACE)
    assert key_ring(None, tmp_path / "var").open(sealed, PLACE) == b"x"
    assert stat.S_IMODE((tmp_path / "var" / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == [FILE_NAME]


@pytest.mark.parametrize("text", ["", "1", "1:", "1:c2hvcnQ=", ":" + base64.b64encode(OLD).decode(), "1:%", "a,b"])
def test_unsound_keys_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must"):
        read_keys(text)
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(ValueError, match="the secret keys in the data folder"):
        key_ring(None, tmp_path)


def test_one_id_has_one_key() -> None:
    one, other = (base64.b64encode(key).decode() for key in (OLD, NEW))
    assert list(read_keys(f"1:{one},2:{other}")) == ["1", "2"]
    with pytest.raises(ValueError, match="under an id of its own"):
        read_keys(f"1:{one} 1:{other}")
