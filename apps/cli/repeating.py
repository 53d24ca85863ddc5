"""What a command does again and again beside its work."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeated(deed: Callable[[], object], seconds: float) -> Iterator[None]:
    """Does it in a thread of its own, after each pause of so many seconds, for as long as the block lasts."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(seconds):
            deed()

    repeating = threading.Thread(target=repeat)
    repeating.start()
    try:
        yield
    finally:
        over.set()
        repeating.join()
