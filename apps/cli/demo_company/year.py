"""A year of a demonstration company: sales with a week and a season, and the deliveries that kept its shelves filled."""

import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.cli.demo_company.catalogue import PRODUCTS, DemoProduct
from core.domain.stock import CUSTOMER, SUPPLIER, Document, DocumentType, Line, Posting, PostingKind

DAYS = 365
_WEEK = (0.9, 0.85, 0.95, 1.0, 1.35, 1.6, 0.5)  # Monday to Sunday


def season(day: datetime, product: DemoProduct) -> float:
    """How busy a day is: December for gifts, August and September for school and office."""
    december = 0.9 if day.month == 12 else 0.0
    school = 0.6 if day.month in (8, 9) and product.category in ("Papel", "Escritura", "Laptops", "Tablets") else 0.0
    return _WEEK[day.weekday()] * (1 + december + school + 0.08 * math.sin(day.timetuple().tm_yday / 9))


class Year:
    """The postings of a company's last `DAYS` days, in order of time, the same for the same seed."""

    def __init__(self, company: int, sites: Sequence[str], zone: ZoneInfo, today: datetime) -> None:
        self._random = random.Random(company)  # noqa: S311 a demonstration wants a repeatable past, not secrecy
        self._company = company
        self._sites = sites
        self._zone = zone
        self._first = today.astimezone(zone).date() - timedelta(days=DAYS)
        self._on_hand = {(site, product.sku): 0 for site in sites for product in PRODUCTS}
        self._number = 0

    def postings(self) -> Iterator[Posting]:
        for offset in range(DAYS):
            midnight = datetime.combine(self._first + timedelta(days=offset), time(), self._zone)
            for site in self._sites:
                yield from self._deliveries(site, midnight + timedelta(hours=8), offset)
                yield from self._sales(site, midnight)

    def _deliveries(self, site: str, at: datetime, offset: int) -> Iterator[Posting]:
        """Shelves are filled up when they near their minimum; a delivery now and then comes late or dear."""
        short = [p for p in PRODUCTS if self._on_hand[site, p.sku] < p.minimum * 1.4]
        if not short or (offset and self._random.random() < 0.35):
            return
        lines = []
        for product in short:
            quantity = (
                int((product.target * 1.6 - self._on_hand[site, product.sku]) * self._random.uniform(0.8, 1.1)) + 1
            )
            self._on_hand[site, product.sku] += quantity
            cost = (product.cost * Decimal(round(self._random.uniform(0.96, 1.05), 3))).quantize(Decimal("0.01"))
            lines.append(Line(product.sku, SUPPLIER, site, Decimal(quantity), unit_cost=cost))
        document = Document(DocumentType.PURCHASE_ORDER, self._next("OC"), at.date(), "Importadora del Pacífico")
        yield self._posting(PostingKind.RECEIPT, lines, document, at)

    def _sales(self, site: str, midnight: datetime) -> Iterator[Posting]:
        baskets: dict[int, list[Line]] = {}
        for product in PRODUCTS:
            wanted = self._demand(product.daily * season(midnight, product))
            while wanted > 0 and self._on_hand[site, product.sku] > 0:
                quantity = min(wanted, self._on_hand[site, product.sku], self._random.choice((1, 1, 2, 5)))
                wanted -= quantity
                self._on_hand[site, product.sku] -= quantity
                basket = baskets.setdefault(self._random.randrange(9 * 60, 19 * 60, 100), [])
                basket.append(Line(product.sku, site, CUSTOMER, Decimal(quantity), unit_price=product.price))
        for minute in sorted(baskets):
            at = midnight + timedelta(minutes=minute)
            document = Document(DocumentType.SALES_NOTE, self._next("F-001"), at.date(), "Consumidor final")
            yield self._posting(PostingKind.SALE, baskets[minute], document, at)

    def _demand(self, mean: float) -> int:
        """Poisson, by Knuth's multiplication (The Art of Computer Programming, 3.4.1)."""
        limit, count, product = math.exp(-mean), 0, self._random.random()
        while product > limit:
            count += 1
            product *= self._random.random()
        return count

    def _next(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}-{self._number:06d}"

    def _posting(self, kind: PostingKind, lines: list[Line], document: Document, at: datetime) -> Posting:
        reference = f"{self._company}/{document.number}"
        return Posting(
            kind, tuple(lines), document, effective_at=at.astimezone(UTC), source="demo", source_ref=reference
        )
