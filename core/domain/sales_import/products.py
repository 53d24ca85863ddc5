"""What a sales file tells about its products: a name and a price for those that are not known yet."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.domain.sales_import.decisions import names_goods
from core.domain.sales_import.lines import SalesLine


@dataclass(frozen=True, slots=True)
class ImportedProduct:
    """A product as the file knows it. Without any name it is called by its SKU; `price` None: never charged."""

    sku: str
    name: str
    price: Decimal | None


class ProductSheet:
    """Gathers names and prices in one pass; holds each distinct name and price of a product once."""

    def __init__(self) -> None:
        self._charged_names: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._other_names: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._prices: defaultdict[str, Counter[Decimal]] = defaultdict(Counter)

    def add(self, line: SalesLine) -> None:
        """Take note of a line that moves stock."""
        prices = self._prices[line.sku]
        if line.unit_price > 0:
            if line.quantity > 0:
                prices[line.unit_price] += 1
            if line.description:
                self._charged_names[line.sku][line.description] += 1
        elif names_goods(line.description):
            self._other_names[line.sku][line.description] += 1

    def products(self) -> Iterator[ImportedProduct]:
        """Every product of the lines so far, in the order of its first line."""
        for sku, prices in self._prices.items():
            names = self._charged_names.get(sku) or self._other_names.get(sku) or Counter((sku,))
            yield ImportedProduct(sku, _most_frequent(names), _middle(prices))


def _most_frequent(names: Counter[str]) -> str:
    """Among equally frequent names the alphabetically first, so that the order of lines does not matter."""
    return min(names, key=lambda name: (-names[name], name))


def _middle(prices: Counter[Decimal]) -> Decimal | None:
    """The median over the lines, the lower one of two, hence a price that was really charged."""
    position = (prices.total() + 1) // 2
    for price in sorted(prices):
        position -= prices[price]
        if position <= 0:
            return price
    return None
