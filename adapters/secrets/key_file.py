"""Keys that are kept in the data folder."""

import os
import tempfile
from pathlib import Path


def keep(path: Path, content: bytes) -> None:
    """Puts the key in place as a whole, for its owner's eyes only. Of several processes that try, the first wins."""
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def replace_file(path: Path, content: bytes) -> None:
    """Puts other keys in place as a whole, for their owner's eyes only."""
    _draft(path, content).replace(path)


def _draft(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(draft)
