"""The facts about the machine without which figures say little."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil
import psycopg

_PACKAGES = ("django", "djangorestframework", "gunicorn", "uvicorn", "litestar", "psycopg")


def machine_facts(database_url: str) -> dict[str, object]:
    """Processor, memory, versions, and the settings that decide whether commits are durable."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": _settings(database_url),
        "packages": {name: version(name) for name in _PACKAGES},
        "load_average_before": [round(average, 2) for average in psutil.getloadavg()],
    }


def _settings(database_url: str) -> dict[str, str]:
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", [list(names)])
        return dict(rows.fetchall())


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as facts:
            return next(line.partition(":")[2].strip() for line in facts if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
