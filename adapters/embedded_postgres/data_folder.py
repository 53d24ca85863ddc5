"""The data folder: held by one process at a time, with a place that the server's user can reach."""

import fcntl
import os
import secrets
import tempfile
from pathlib import Path
from typing import TextIO

from adapters.embedded_postgres.errors import DataFolderInUse, EmbeddedPostgresError
from adapters.embedded_postgres.user import ServerUser


def lock(data: Path) -> TextIO:
    """Holds the folder until the returned file is closed or the process ends, however it ends.

    Raises DataFolderInUse if another process, or another object of this one, holds it.
    """
    file = (data / "lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with file:
            file.seek(0)
            raise DataFolderInUse(data, file.read().strip()) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def home_of(data: Path) -> Path:
    """Where the server's own files are: a folder, or a link to one that root had to keep elsewhere."""
    return data / "postgres"


def prepare_home(data: Path, user: ServerUser, shelter: Path) -> Path:
    """The existing or new folder of the server's files, owned by its user and open to nobody else.

    Below a folder that this user cannot enter (such as root's mode-700 home) it is a link into `shelter`.
    """
    home = home_of(data)
    if home.is_symlink() and not home.exists():
        raise EmbeddedPostgresError(f"the database that {home} points to is gone: {home.readlink()}")
    if not home.exists():
        _make_home(home, user, shelter)
    home = home.resolve()
    user.own(home)
    if not user.can_enter(home):
        raise EmbeddedPostgresError(f"{home} is out of reach for {user.name}, who runs the server")
    return home


def secret(file: Path) -> str:
    """The random password kept in this file, which only its owner can read; made at first use."""
    if not file.exists():
        draft = file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        with draft.open("w", encoding="ascii") as written:
            written.write(secrets.token_hex(32))
            written.flush()
            os.fsync(written.fileno())
        draft.replace(file)
    return file.read_text(encoding="ascii")


def sync(folder: Path) -> None:
    """Makes the folder's entries survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_home(home: Path, user: ServerUser, shelter: Path) -> None:
    _let_through(user, home.parent)
    if user.can_enter(home.parent):
        home.mkdir(mode=0o700)
        return
    shelter.mkdir(parents=True, exist_ok=True)
    shelter.chmod(0o755)
    home.symlink_to(tempfile.mkdtemp(prefix="data-", dir=shelter))


def _let_through(user: ServerUser, data: Path) -> None:
    """Lets the server's group pass through root's data folder, without listing or writing."""
    if user.gid is None or data.stat().st_uid != 0 or user.can_enter(data):
        return
    if user.can_enter(data.parent):
        os.chown(data, -1, user.gid)
        data.chmod(data.stat().st_mode | 0o010)
