"""Figures that measurements give, and the targets that they are held against."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One number about one subject."""

    measurement: str
    """What was done, with its size: "posting, 64 clients"."""
    subject: str
    """Who did it: "pirwa", "django", "pgbench"."""
    value: float
    unit: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A bound for a subject's figure, or for its ratio to another subject's figure of the same measurement."""

    measurement: str
    subject: str = "pirwa"
    against: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    def is_reached_by(self, value: float) -> bool:
        """Whether the value lies within the bounds, which belong to the target."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True)
class Verdict:
    """A target with what was measured; both are None when a figure for it is missing in this run."""

    target: Target
    value: float | None
    reached: bool | None


@dataclass(frozen=True)
class Ratio:
    """One subject's figure divided by another's, of the same measurement in the same run."""

    measurement: str
    subject: str
    against: str
    value: float


class Results:
    """The figures of one run."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self.figures = list(figures)
        self._values = {(figure.measurement, figure.subject): figure.value for figure in self.figures}

    def ratios(self, subject: str = "pirwa") -> list[Ratio]:
        """The subject's figures against those of all others."""
        return [
            Ratio(figure.measurement, subject, figure.subject, self._values[figure.measurement, subject] / figure.value)
            for figure in self.figures
            if figure.subject != subject and figure.value and (figure.measurement, subject) in self._values
        ]

    def verdict(self, target: Target) -> Verdict:
        """Hold the figures against a target."""
        value = self._values.get((target.measurement, target.subject))
        if value is not None and target.against is not None:
            other = self._values.get((target.measurement, target.against))
            value = value / other if other else None
        return Verdict(target, value, None if value is None else target.is_reached_by(value))
