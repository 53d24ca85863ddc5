"""Processor time of a process and everything it started, and of the whole machine."""

import psutil


def processor_seconds(pid: int) -> float:
    """User and system seconds used so far by the process and all its descendants, also the ended ones it waited for.

    Raises psutil.NoSuchProcess when there is no such process.
    """
    root = psutil.Process(pid)
    while True:
        ended = _seconds_of_ended_children(root)
        living = sum(map(_own_seconds, [root, *root.children(recursive=True)]))
        if _seconds_of_ended_children(root) == ended:  # else one ended meanwhile and is missing or counted twice
            return ended + living


def machine_seconds() -> float:
    """Busy seconds of the machine so far, all cores together, with those that its host gave to other machines."""
    used = psutil.cpu_times()
    of_linux = sum(getattr(used, name, 0.0) for name in ("irq", "softirq", "steal"))
    return used.user + used.nice + used.system + of_linux


def _seconds_of_ended_children(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.children_user + used.children_system


def _own_seconds(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:  # it ended between the listing and the question
        return 0.0
    return used.user + used.system
