"""PostgreSQL's own programs for its clients, such as pg_dump."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict


class ProgramFailed(Exception):
    """A program of PostgreSQL could not do its work, said in one line."""


@contextmanager
def at_service(url: str) -> Iterator[Mapping[str, str]]:
    """The environment in which programs find the database, without its password on a command line that everybody on the machine reads."""
    with tempfile.NamedTemporaryFile("w", prefix="pirwa", suffix=".conf") as file:  # for its owner's eyes only
        named = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
        file.write("[pirwa]\n" + "".join(f"{name}={value}\n" for name, value in named.items()))
        file.flush()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        yield {**kept, "PGSERVICEFILE": file.name, "PGSERVICE": "pirwa", "LC_ALL": "C"}


def run_program(command: list[str | Path], environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error:" in line] or done.stderr.splitlines()
        raise ProgramFailed(f"{Path(command[0]).name}: {' '.join(said[:2]) or 'it failed'}")
    return done.stdout
