"""From a base backup to a cluster."""

import tarfile
from pathlib import Path

from adapters.embedded_postgres.user import ServerUser

_FOLDERS = {"base.tar.gz": ".", "pg_wal.tar.gz": "pg_wal"}


def unpack(folder: Path, cluster: Path, user: ServerUser) -> None:
    """The base backup as the cluster of a server that is about to follow the WAL."""
    cluster.mkdir(mode=0o700)
    for file, target in _FOLDERS.items():
        with tarfile.open(folder / file) as packed:
            packed.extractall(cluster / target, filter="data")
    (cluster / "recovery.signal").touch()
    for path in (cluster, *cluster.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        user.own(path)
