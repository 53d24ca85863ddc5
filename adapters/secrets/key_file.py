"""A key that is made once and kept in the data folder."""

import os
import tempfile
from pathlib import Path


def keep(path: Path, content: bytes) -> None:
    """Puts the key in place as a whole, for its owner's eyes only. Of several processes that try, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        Path(draft).unlink()
