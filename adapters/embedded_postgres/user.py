"""Whom the server runs as: PostgreSQL refuses root, so root hands its programs to an unprivileged user."""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from adapters.embedded_postgres.errors import EmbeddedPostgresError

# A bare environment: no PG* variable, locale or library path of the caller reaches the server.
ENVIRONMENT: Mapping[str, str] = {"LC_ALL": "C", "TZ": "UTC"}
UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user of the server's processes and files; `uid` and `gid` are None for the one who runs Pirwa."""

    name: str
    uid: int | None = None
    gid: int | None = None

    @property
    def effective_uid(self) -> int:
        """The numeric id under which the server's processes run."""
        return os.geteuid() if self.uid is None else self.uid

    def run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end as this user. Raises PermissionError if the user cannot execute it."""
        return subprocess.run(
            command,
            user=self.uid,
            group=self.gid,
            extra_groups=self._extra_groups,
            cwd="/",
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )

    def spawn(self, command: Sequence[str | Path], output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Starts a program as this user, in its own session: Ctrl-C reaches Pirwa only, which stops it."""
        return subprocess.Popen(
            command,
            user=self.uid,
            group=self.gid,
            extra_groups=self._extra_groups,
            cwd="/",
            env=ENVIRONMENT,
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def own(self, path: Path) -> None:
        """Gives the file or folder to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether this user gets into the folder, through all of its parents."""
        return self.run(["/bin/sh", "-c", 'cd "$0"', folder]).returncode == 0

    def can_read_all(self, folder: Path, pattern: str) -> bool:
        """Whether this user can read each file there with a name of this pattern."""
        look = f'for file in "$0"/{pattern}; do test ! -e "$file" || test -r "$file" || exit 1; done'
        return self.can_enter(folder) and self.run(["/bin/sh", "-c", look, folder]).returncode == 0

    @property
    def _extra_groups(self) -> list[int] | None:
        return None if self.uid is None else []


def server_user(home: Path) -> ServerUser:
    """The user for the server whose files are, or will be, in `home`.

    As root it is whoever owns the existing files, at first `nobody`. Raises EmbeddedPostgresError if there is
    no such user, or if the files belong to somebody whom the present user cannot become.
    """
    owner = home.stat().st_uid if home.exists() else None
    if os.geteuid() == 0:
        return _unprivileged(owner)
    if owner not in (None, os.geteuid()):
        raise EmbeddedPostgresError(
            f"{home} belongs to another user (uid {owner}): start Pirwa as that user or as root"
        )
    return ServerUser("the present user")


def _unprivileged(owner: int | None) -> ServerUser:
    try:
        account = pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root and there is no user {owner or UNPRIVILEGED!r} to run it: "
            "start Pirwa as an ordinary user"
        ) from None
    return ServerUser(account.pw_name, account.pw_uid, account.pw_gid)
