"""How often something may come: a stock of so many at once, which fills again over time."""

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """`burst` at once, and `per_second` more of them each second. Moments are seconds of any clock that never goes back."""

    burst: int
    per_second: float
    left: float
    at: float

    @classmethod
    def full(cls, burst: int, per_second: float, now: float) -> "Pace":
        return cls(burst, per_second, float(burst), now)

    def wait(self, now: float) -> float:
        """Takes one and returns 0, or returns how many seconds it is until there is one again."""
        self.left = min(float(self.burst), self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            return (1 - self.left) / self.per_second
        self.left -= 1
        return 0.0
