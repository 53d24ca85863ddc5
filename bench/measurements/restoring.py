"""How long a large database takes into a backup and back, with all that a restore proves; and likewise by way of an archive.

`PIRWA_TEST_BENCH_SHARE=0.01` tries it out with a hundredth of the size.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from adapters.embedded_postgres import EmbeddedPostgres
from bench.long_history import PRODUCTS, SITES, lengthen_history
from bench.product import Product
from bench.results import Figure
from bench.stage import Stage

_MOVES = 24_000_000  # some ten gigabytes
_PIECE = 4 * PRODUCTS * SITES
_SHARE = float(os.environ.get("PIRWA_TEST_BENCH_SHARE") or 1)
_KEYS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'move'::regclass AND contype = 'f'"
)
_EVENTS = """
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data, occurred_at, position)
    SELECT company_id, 'stock.posted', 'posting', id, json_build_object('kind', kind, 'lines', 10), recorded_at, row_number() OVER (ORDER BY id)
    FROM posting
"""


def measure(stage: Stage) -> Iterator[Figure]:
    """Seconds of whole commands, on one machine."""
    here, backup, archive = (stage.data / name for name in ("here", "backup", "archive"))
    yield Figure("size of a large database", "pirwa", _fill(here), "GB")
    yield _timed("backup of a large database", here, "backup", str(backup))
    packed = sum(file.stat().st_size for file in backup.iterdir() if file.is_file())
    yield Figure("size of its backup", "pirwa", packed / 1e9, "GB")
    yield _restored("restore of a large database", stage, here, backup)
    yield _timed("base backup of a large database", here, "archive", PIRWA_ARCHIVE=str(archive))
    yield _restored("restore of a large database from an archive", stage, here, archive)


def _fill(data: Path) -> float:
    """A company with a long history; how large its database is."""
    data.mkdir()
    with EmbeddedPostgres(data / "postgres") as server:
        product = Product(server.url, data, {}, PRODUCTS, SITES)
        with psycopg.connect(server.url) as owner:
            keys = owner.execute(_KEYS).fetchall()
        moves = max(_PIECE, round(_MOVES * _SHARE / _PIECE) * _PIECE)
        for done in range(0, moves, 25 * _PIECE):
            lengthen_history(server.url, product.admin.company, done, min(done + 25 * _PIECE, moves))
        with psycopg.connect(server.url) as owner:
            owner.execute("SELECT set_config('app.company_id', %s, false)", (str(product.admin.company),))
            owner.execute(_EVENTS)
            for name, definition in keys:
                owner.execute(f'ALTER TABLE move ADD CONSTRAINT "{name}" {definition}'.encode())
        product.tidy()
        with psycopg.connect(server.url) as owner:
            row = owner.execute("SELECT pg_database_size(current_database())").fetchone()
    return row[0] / 1e9 if row else 0.0


def _restored(measurement: str, stage: Stage, here: Path, source: Path) -> Figure:
    there = stage.data / "there"
    there.mkdir()
    for key in here.glob("*.key*"):
        shutil.copyfile(key, there / key.name)
    figure = _timed(measurement, there, "restore", str(source))
    shutil.rmtree((there / "postgres" / "postgres").resolve())
    shutil.rmtree(there)
    return figure


def _timed(measurement: str, data: Path, *arguments: str, **settings: str) -> Figure:
    """Raises CalledProcessError where a restore finds a difference."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")}
    began = time.monotonic()
    subprocess.run(
        [Path(sys.executable).with_name("pirwa"), *arguments],
        env={**inherited, "PIRWA_DATA": str(data), **settings},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return Figure(measurement, "pirwa", time.monotonic() - began, "s")
