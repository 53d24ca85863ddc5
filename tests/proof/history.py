"""Reads a history of transactions over lists and says in which ways no order of them explains it.

Every transaction appends values, each of which is appended once in the whole history, to lists, and reads lists. What is read tells the
order in which lists grew, and from it which transaction must have come before which: `ww` after whom it appended, `wr` whose value it
read, `rw` whose value it did not see yet, and in real time who had ended before it began.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class End(StrEnum):
    """How a transaction ended, as far as its process knows: a connection lost at the commit leaves it unknown."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Append:
    key: str
    value: int


@dataclass(frozen=True, slots=True)
class Read:
    """All that the list held, the oldest first."""

    key: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Transaction:
    """`began` and `ended` are seconds of one clock for all processes."""

    began: float
    ended: float
    end: End
    steps: tuple[Append | Read, ...]

    @property
    def appended(self) -> Iterator[Append]:
        return (step for step in self.steps if isinstance(step, Append))

    @property
    def read(self) -> Iterator[Read]:
        return (step for step in self.steps if isinstance(step, Read))


class Anomaly(StrEnum):
    """What must not be. The first eight are excluded by every isolation; a cycle with rw is allowed below serializable, and one that closes
    in real time only is excluded by strict serializability."""

    LOST = "lost append"
    DOUBLED = "value twice in a list"
    UNKNOWN_VALUE = "value that nobody appended"
    INCOMPATIBLE = "incompatible orders"
    ABORTED_READ = "G1a: aborted read"
    INTERMEDIATE_READ = "G1b: intermediate read"
    WRITE_CYCLE = "G0: cycle of writes"
    INFORMATION_CYCLE = "G1c: cycle of writes and reads"
    CYCLE = "cycle with rw"
    REAL_TIME_CYCLE = "cycle in real time"


_Edges = Mapping[int, Collection[int]]


def anomalies(history: Sequence[Transaction]) -> Counter[Anomaly]:
    """How often each was found; a cycle counts once for each group of transactions that it ties together. The history must end with a
    read of all lists, or appends of which nobody heard count as lost."""
    lists = _longest(history)
    writer = {(step.key, step.value): at for at, one in enumerate(history) for step in one.appended}
    found = Counter[Anomaly]()
    found.update(_of_lists(history, lists, writer))
    found.update(_of_reads(history, lists, writer))
    if not found:
        found.update(_of_cycles(history, lists, writer))
    return found


def _longest(history: Iterable[Transaction]) -> dict[str, tuple[int, ...]]:
    longest = dict[str, tuple[int, ...]]()
    for one in history:
        for read in one.read:
            if one.end is End.OK and len(read.values) > len(longest.get(read.key, ())):
                longest[read.key] = read.values
    return longest


def _of_lists(
    history: Sequence[Transaction], lists: Mapping[str, Sequence[int]], writer: Mapping[tuple[str, int], int]
) -> Iterator[Anomaly]:
    """What the longest lists alone show."""
    for key, values in lists.items():
        yield from [Anomaly.DOUBLED] * (len(values) - len(set(values)))
        yield from (Anomaly.UNKNOWN_VALUE for value in values if (key, value) not in writer)
    kept = {key: frozenset(values) for key, values in lists.items()}
    for one in history:
        if one.end is End.OK:
            yield from (Anomaly.LOST for step in one.appended if step.value not in kept.get(step.key, ()))


def _of_reads(
    history: Sequence[Transaction], lists: Mapping[str, Sequence[int]], writer: Mapping[tuple[str, int], int]
) -> Iterator[Anomaly]:
    """What single reads show. Those of transactions that failed count too: they were answered. Their own appends may be nowhere else."""
    for at, one in enumerate(history):
        own = {(step.key, step.value) for step in one.appended}
        for read in one.read:
            others = tuple(value for value in read.values if (read.key, value) not in own)
            seen = read.values if one.end is End.OK else others
            if seen != tuple(lists.get(read.key, ())[: len(seen)]):
                yield Anomaly.INCOMPATIBLE
            writers = {writer.get((read.key, value), at) for value in others}
            yield from (Anomaly.ABORTED_READ for each in writers if history[each].end is End.FAILED)
            if others and _is_intermediate(history[writer.get((read.key, others[-1]), at)], read.key, others[-1]):
                yield Anomaly.INTERMEDIATE_READ


def _is_intermediate(transaction: Transaction, key: str, value: int) -> bool:
    appended = [step.value for step in transaction.appended if step.key == key]
    return bool(appended) and appended[-1] != value and value in appended


def _of_cycles(
    history: Sequence[Transaction], lists: Mapping[str, Sequence[int]], writer: Mapping[tuple[str, int], int]
) -> Iterator[Anomaly]:
    """The first kind of cycle that there is: each kind takes in those before it."""
    edges = defaultdict[int, set[int]](set)
    kinds = (
        (Anomaly.WRITE_CYCLE, _after_writes(lists, writer)),
        (Anomaly.INFORMATION_CYCLE, _after_reads(history, writer)),
        (Anomaly.CYCLE, _before_writes(history, lists, writer)),
        (Anomaly.REAL_TIME_CYCLE, _in_time(history)),
    )
    for anomaly, more in kinds:
        for one, other in more:
            if one != other:
                edges[one].add(other)
        if cycles := sum(len(group) > 1 for group in _tied_together(edges)):
            yield from [anomaly] * cycles
            return


def _after_writes(
    lists: Mapping[str, Sequence[int]], writer: Mapping[tuple[str, int], int]
) -> Iterator[tuple[int, int]]:
    for key, values in lists.items():
        yield from ((writer[key, before], writer[key, after]) for before, after in pairwise(values))


def _after_reads(history: Sequence[Transaction], writer: Mapping[tuple[str, int], int]) -> Iterator[tuple[int, int]]:
    for at, one in enumerate(history):
        if one.end is End.OK:
            yield from ((writer[read.key, read.values[-1]], at) for read in one.read if read.values)


def _before_writes(
    history: Sequence[Transaction], lists: Mapping[str, Sequence[int]], writer: Mapping[tuple[str, int], int]
) -> Iterator[tuple[int, int]]:
    for at, one in enumerate(history):
        for read in one.read if one.end is End.OK else ():
            later = lists.get(read.key, ())[len(read.values) :]
            yield from ((at, writer[read.key, value]) for value in later[:1])


def _in_time(history: Sequence[Transaction]) -> Iterator[tuple[int, int]]:
    """From those that had ended last, before each began: whatever ended before these is before them already. What failed was nowhere, and
    of what is unknown nobody knows when it took effect."""
    moments = [(one.began, 1, at) for at, one in enumerate(history) if one.end is not End.FAILED]
    moments += [(one.ended, 0, at) for at, one in enumerate(history) if one.end is End.OK]
    last, before = set[int](), dict[int, frozenset[int]]()
    for _, begins, at in sorted(moments):
        if begins:
            before[at] = frozenset(last)
            yield from ((each, at) for each in last)
        else:
            last = (last - before[at]) | {at}


def _tied_together(edges: _Edges) -> Iterator[list[int]]:
    """The strongly connected components (Tarjan, without recursion)."""
    index, low, stack, on_stack = dict[int, int](), dict[int, int](), list[int](), set[int]()
    for root in list(edges):
        if root in index:
            continue
        work = [(root, iter(edges.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(edges.get(other, ()))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = list[int]()
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        on_stack.discard(group[-1])
                    yield group
