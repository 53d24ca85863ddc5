"""Whether one sort of measurements is larger than another, whatever troubles some of them."""

TOO_UNLIKELY = 4.0
"""Standard deviations, beyond which chance is no explanation."""


def deviations(some: list[int], others: list[int]) -> float:
    """By how many standard deviations the ranks of some lie above what chance would give (Mann and Whitney)."""
    ranked = sorted([(time, True) for time in some] + [(time, False) for time in others])
    ranks = sum(rank for rank, (_, of_some) in enumerate(ranked, start=1) if of_some)
    n, m = len(some), len(others)
    expected, deviation = n * (n + m + 1) / 2, (n * m * (n + m + 1) / 12) ** 0.5
    return float((ranks - expected) / deviation)
