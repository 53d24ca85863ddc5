"""Suppliers who take as long as they like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from random import Random

from core.ports.clock import Clock
from core.ports.supplier import Acceptance, OutgoingOrder

LEAD_DAYS: Mapping[str, tuple[int, int]] = {"NEAR": (3, 9), "FAR": (8, 24)}
"""The least and the most that each supplier takes."""


@dataclass
class Market:
    """Takes orders over the port to suppliers. Of one that comes again under its key no second is made."""

    clock: Clock
    due: dict[int, date] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    repeated: list[int] = field(default_factory=list)

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        number = order.document.number
        if number in self.keys:
            self.repeated.append(number)
            return Acceptance(f"again {number}")
        self.keys[number] = order.key
        chance = Random(sha256(f"{order.document.supplier.code} {number}".encode()).digest())
        days = chance.randint(*LEAD_DAYS[order.document.supplier.code])
        self.due[number] = self.clock.now().date() + timedelta(days=days)
        return Acceptance(f"order {number}")

    def arriving(self) -> list[int]:
        """The numbers of the orders whose goods have come; they are told once."""
        today = self.clock.now().date()
        come = sorted(number for number, day in self.due.items() if day <= today)
        for number in come:
            del self.due[number]
        return come
