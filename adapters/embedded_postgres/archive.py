"""An archive outside the data folder, from which the server is brought back as it was at any moment: base backups, and the write-ahead log
(WAL) that leads from each of them onwards. The server itself sends each segment of it there, at the latest a minute after it was begun.
"""

import gzip
import re
import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.embedded_postgres.errors import EmbeddedPostgresError, one_line
from adapters.embedded_postgres.user import ServerUser

ARCHIVE_SECONDS = 60  # after which a segment that was begun is sent, full or not
WAL = "wal"

_LIFE = "life"
_PROGRAMS = ("cmp", "gzip", "mv", "sync")
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_PACKED = ".gz"
_SEGMENTS_OF_A_LOG = 256  # of 16 MB, the size that initdb gives them
# Whole and lasting, or not there: a segment that was sent before a crash, and is sent again, must be the same.
_SEND = (
    'if test -f {wal}/"%f".gz; then gzip -dc {wal}/"%f".gz | cmp -s - "%p"; '
    'else gzip -nc "%p" >{wal}/"%f".part && sync {wal}/"%f".part && mv {wal}/"%f".part {wal}/"%f".gz && sync {wal}; fi'
)
_FETCH = 'gzip -dc {wal}/"%f".gz >"%p"'


def prepare(archive: Path, cluster: Path, programs: Path, user: ServerUser) -> None:
    """Makes the folders that are missing. An archive is of one life of one database: with the segments of two it could not be told what
    followed what. Raises EmbeddedPostgresError for that of another one, and for a folder that the server's user cannot enter."""
    if missing := [name for name in _PROGRAMS if shutil.which(name) is None]:
        raise EmbeddedPostgresError(f"an archive needs {', '.join(missing)}, which this machine does not have")
    wal = archive / WAL
    wal.mkdir(parents=True, exist_ok=True, mode=0o700)
    user.own(wal)
    if not user.can_enter(wal):
        raise EmbeddedPostgresError(f"{wal} is out of reach for {user.name}, who runs the server")
    life, noted = _life(cluster, programs, user), archive / _LIFE
    if not noted.exists():
        noted.write_text(life, "ascii")
    elif noted.read_text("ascii") != life:
        raise EmbeddedPostgresError(
            f"{archive} is the archive of another database, or of this one before it was restored: name a new folder"
        )


def sending(archive: Path) -> Iterator[str]:
    """The options of a server that sends its segments to the archive."""
    yield from ("-c", "archive_mode=on", "-c", f"archive_timeout={ARCHIVE_SECONDS}s")
    yield from ("-c", f"archive_command={_command(_SEND, archive / WAL)}")


def fetching(wal: Path, until: str | None) -> Iterator[str]:
    """The options of a server that follows the archived segments to their end, or up to a moment, and then goes on by itself. Nobody is let
    in before."""
    yield from ("-c", f"restore_command={_command(_FETCH, wal)}", "-c", "hot_standby=off")
    yield from ("-c", "recovery_target_timeline=current", "-c", "recovery_target_action=promote")
    if until:
        yield from ("-c", f"recovery_target_time={until}")


def segments(wal: Path) -> Sequence[str]:
    """The names of all segments that have arrived, in order."""
    found = (file.name.removesuffix(_PACKED) for file in wal.glob(f"*{_PACKED}"))
    return sorted(name for name in found if _SEGMENT.fullmatch(name))


def check(wal: Path, first: str) -> int:
    """Reads every segment from `first` on, and tells how many they are. Raises EmbeddedPostgresError for one that is missing or damaged: the
    server would take it for the end, and say nothing."""
    arrived = [name for name in segments(wal) if name >= first]
    for name, expected in zip(arrived, _following(first), strict=False):
        if name != expected:
            raise EmbeddedPostgresError(
                f"{wal} lacks {expected}, though it has later segments: --at a moment before it"
            )
        try:
            with gzip.open(wal / f"{name}{_PACKED}") as content:
                while content.read(1 << 20):
                    pass
        except (OSError, EOFError) as error:
            raise EmbeddedPostgresError(f"{name} in {wal} is damaged ({error}): --at a moment before it") from None
    return len(arrived)


def forget_before(wal: Path, first: str) -> None:
    """Removes the segments that no base backup needs any more."""
    for file in wal.glob("*"):
        if _SEGMENT.fullmatch(file.name[:24]) and file.name[:24] < first:
            file.unlink()


def _following(name: str) -> Iterator[str]:
    timeline, log, segment = (int(name[at : at + 8], 16) for at in (0, 8, 16))
    while True:
        yield f"{timeline:08X}{log:08X}{segment:08X}"
        log, segment = log + (segment + 1) // _SEGMENTS_OF_A_LOG, (segment + 1) % _SEGMENTS_OF_A_LOG


def _command(template: str, wal: Path) -> str:
    return template.format(wal=shlex.quote(str(wal.absolute())).replace("%", "%%"))


def _life(cluster: Path, programs: Path, user: ServerUser) -> str:
    """Which database this is, and how often it was restored."""
    told = user.run([programs / "pg_controldata", str(cluster)])
    facts = dict(line.split(":", 1) for line in told.stdout.splitlines() if ":" in line)
    try:
        return " ".join(
            facts[name].strip() for name in ("Database system identifier", "Latest checkpoint's TimeLineID")
        )
    except KeyError:
        raise EmbeddedPostgresError(f"{cluster} tells nothing of itself: {one_line(told.stderr)}") from None
