"""What can go wrong with the embedded server, each in one line that a person can act on."""

from pathlib import Path


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be started; the message says why."""


class DataFolderInUse(EmbeddedPostgresError):
    """Another process keeps its database in this data folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        """`holder` is the process id found in the lock file, empty if it could not be read."""
        super().__init__(
            f"the data folder {folder} is in use by process {holder or '(unknown)'}: "
            "stop that process, or set PIRWA_DATA to another folder"
        )
        self.folder = folder
        self.holder = holder


def one_line(output: str) -> str:
    """What a program printed, as part of a message of one line."""
    return " | ".join(line.strip() for line in output.splitlines() if line.strip())
