"""What a process keeps of the memory that it has used."""

import ctypes

_LARGE = 1 << 20  # bytes
_M_MMAP_THRESHOLD = -3  # <malloc.h> of the GNU C library


def give_back_large_pieces() -> None:
    """From now on, pieces of a megabyte and more go back to the system as soon as they are freed. By itself the C library keeps the second
    one: after the first sign-in, a process was larger by the 19 MB of a password's hash for good."""
    if set_option := getattr(ctypes.CDLL(None), "mallopt", None):
        set_option(_M_MMAP_THRESHOLD, _LARGE)
