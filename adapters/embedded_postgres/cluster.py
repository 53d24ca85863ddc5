"""The cluster: made once by `initdb`, configured at every start, with Pirwa's role and database in it."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from adapters.embedded_postgres.binaries import installed_programs, major_version
from adapters.embedded_postgres.data_folder import sync
from adapters.embedded_postgres.errors import EmbeddedPostgresError, one_line
from adapters.embedded_postgres.user import ServerUser

SUPERUSER = "postgres"
OWNER = "pirwa_owner"
DATABASE = "pirwa"

# The builtin provider sorts by code point, alike on every machine, and never changes with an update of the
# system's C library or ICU, which would silently break indexes on text; it still knows upper and lower case.
INITDB_OPTIONS = (
    f"--username={SUPERUSER}",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=scram-sha-256",
    "--auth-host=reject",
    "--no-instructions",
)

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    # Failing statements are answered, and logged, by the application: the server's log stays small for years.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}
DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")
THROWAWAY = "pirwa.throwaway=on"  # without which Pirwa would not serve from a database that is not durable

# The password is hexadecimal, so it needs no quoting.
PREPARATION = """
SELECT 'CREATE ROLE {owner}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{owner}') \\gexec
ALTER ROLE {owner} LOGIN NOSUPERUSER CREATEROLE CREATEDB NOBYPASSRLS PASSWORD '{password}';
SELECT 'CREATE DATABASE {database} OWNER {owner}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
"""


def cluster_name(cluster: Path) -> str:
    """The name that marks every process of this cluster's server, see `leftovers`."""
    return "pirwa-" + hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]


def create_cluster(cluster: Path, programs: Path, user: ServerUser, password: str, durable: bool) -> None:
    """Makes the cluster if it is missing; an interrupted attempt is thrown away and repeated."""
    if cluster.exists():
        return
    draft = cluster.with_suffix(".new")
    if draft.exists():
        shutil.rmtree(draft)
    with tempfile.NamedTemporaryFile("w", dir=cluster.parent, encoding="ascii") as password_file:
        password_file.write(password)
        password_file.flush()
        user.own(Path(password_file.name))
        options = [*INITDB_OPTIONS, f"--pwfile={password_file.name}", f"--pgdata={draft}"]
        attempt = user.run([programs / "initdb", *options, *([] if durable else ["--no-sync"])])
    if attempt.returncode != 0:
        raise EmbeddedPostgresError(f"cannot create a database in {cluster.parent}: {one_line(attempt.stderr)}")
    draft.rename(cluster)
    if durable:
        sync(cluster.parent)


def check_version(cluster: Path, programs: Path, user: ServerUser) -> None:
    """Raises EmbeddedPostgresError if another major version of PostgreSQL made the cluster."""
    found = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    brought = major_version(user, programs)
    if found != brought:
        raise EmbeddedPostgresError(
            f"{cluster} was made by PostgreSQL {found}, this version of Pirwa brings {brought}: "
            "back it up with the version of Pirwa that made it and restore it into a new data folder"
        )


def server_options(cluster: Path, socket_folder: Path, durable: bool) -> Iterator[str]:
    """The command line of `postgres`; it overrules the cluster's configuration files."""
    yield from ("-D", str(cluster))
    for name, value in SETTINGS.items():
        yield from ("-c", f"{name}={value}")
    for name in DURABILITY:
        yield from ("-c", f"{name}={'on' if durable else 'off'}")
    if not durable:
        yield from ("-c", THROWAWAY)
    yield from ("-c", f"cluster_name={cluster_name(cluster)}")
    quoted = str(socket_folder).replace('"', '""')
    yield from ("-c", f'unix_socket_directories="{quoted}"')


def is_accepting(socket_folder: Path) -> bool:
    """Whether a server on this socket takes connections."""
    command = [str(installed_programs() / "pg_isready"), "--quiet", "--host", str(socket_folder)]
    return subprocess.run(command, env={}, check=False).returncode == 0


def prepare_database(socket_folder: Path, superuser_password: str, owner_password: str) -> None:
    """Makes the owner's role and database where they are missing, and gives the owner this password."""
    login = ["-h", str(socket_folder), "-U", SUPERUSER]
    psql = str(installed_programs() / "psql")
    attempt = subprocess.run(
        [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", *login],
        env={"PGPASSWORD": superuser_password},
        input=PREPARATION.format(owner=OWNER, database=DATABASE, password=owner_password),
        capture_output=True,
        text=True,
        check=False,
    )
    if attempt.returncode != 0:
        raise EmbeddedPostgresError(f"cannot prepare the database {DATABASE}: {one_line(attempt.stderr)}")
