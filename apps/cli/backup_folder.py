"""What a backup is: a folder with the database, the files, and a sheet that says what belongs together."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from adapters.secrets.audit_key import FILE_NAME as AUDIT_KEY_FILE
from adapters.secrets.audit_key import audit_key
from adapters.secrets.key_ring import FILE_NAME as SECRET_KEYS_FILE
from adapters.secrets.key_ring import read_keys
from apps.cli.errors import CommandError
from apps.settings import Settings

DATABASE, FILES, SHEET = "database.dump", "files", "backup.json"


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """`database` is the SHA-256 of the dump or base backup; `keys` tell the keys by which it is sealed from others, and nothing more of them.
    Of a base backup, `first_segment` is where the write-ahead log that leads on from it begins."""

    taken_at: datetime
    revision: str
    database: str
    files: int
    keys: Sequence[str]
    first_segment: str = ""


def write(folder: Path, backup: Backup) -> None:
    (folder / SHEET).write_bytes(msgspec.json.format(msgspec.json.encode(backup)))


def read(folder: Path, database: str = DATABASE) -> Backup:
    """The sheet of a backup that is whole. Raises CommandError."""
    backup = read_sheet(folder)
    if digest_of(folder / database) != backup.database:
        raise CommandError(f"{folder / database} is not what was written: use another backup")
    return backup


def read_sheet(folder: Path) -> Backup:
    """What a backup says of itself. Raises CommandError."""
    try:
        return msgspec.json.decode((folder / SHEET).read_bytes(), type=Backup)
    except (OSError, msgspec.MsgspecError) as error:
        raise CommandError(f"{folder} is no backup: {error}") from error


def fingerprints(chosen: Settings) -> Sequence[str]:
    """What the keys of this place are known by; those that nothing was sealed with yet are not there."""
    ring, keys = chosen.data / SECRET_KEYS_FILE, list[bytes]()
    if chosen.audit_key or (chosen.data / AUDIT_KEY_FILE).exists():
        keys.append(audit_key(chosen.audit_key, chosen.data))
    if chosen.secret_keys or ring.exists():
        keys += read_keys(chosen.secret_keys or ring.read_text("ascii")).values()
    return sorted(hashlib.sha256(b"a key of Pirwa " + key).hexdigest()[:16] for key in keys)


def require_keys(chosen: Settings, backup: Backup) -> None:
    """Raises CommandError where a key is missing without which a part of the backup could not be read."""
    if missing := sorted(set(backup.keys) - set(fingerprints(chosen))):
        raise CommandError(
            f"{len(missing)} of the keys that this backup is sealed with are not in place: put them there first"
        )


def digest_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
