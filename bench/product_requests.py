"""What is asked of Pirwa: the same documents as of the Django application, in Pirwa's words."""

import random
from dataclasses import dataclass

from bench import shop
from bench.product_shop import product_id
from bench.requests import RequestWriter

PRICE = "3.20"
DOCUMENT = "F-001-77"


@dataclass(frozen=True)
class Sale:
    """Sales of one unit of a random product, or of always the same, at a random site."""

    writer: RequestWriter
    product: str = ""
    site: str = ""

    def __call__(self) -> bytes:
        return self.writer.post("/api/v1/stock/postings", _sale(_line(self.product, self.site)), _new_key())


@dataclass(frozen=True)
class Batch:
    """One request with so many sales of one line each."""

    writer: RequestWriter
    lines: int = 1_000

    def __call__(self) -> bytes:
        postings = ", ".join(_sale(_line("", "")) for _ in range(self.lines))
        return self.writer.post("/api/v1/stock/postings:batch", f'{{"postings": [{postings}]}}', _new_key())


@dataclass(frozen=True)
class Reading:
    """One page or object; `{product}` in the target becomes a random product."""

    writer: RequestWriter
    target: str

    def __call__(self) -> bytes:
        return self.writer.get(self.target.format(product=_random_product()))


def _sale(line: str) -> str:
    return f'{{"kind": "sale", "lines": [{line}], "document": {{"type": "sales_note", "number": "{DOCUMENT}"}}}}'


def _line(product: str, site: str) -> str:
    product = product or _random_product()
    site = site or f"S{1 + int(random.random() * shop.SITES)}"
    return f'{{"product": "{product}", "quantity": "1", "site": "{site}", "unit_price": "{PRICE}"}}'


def _random_product() -> str:
    return str(product_id(1 + int(random.random() * shop.PRODUCTS)))


def _new_key() -> str:
    return f"Idempotency-Key: {random.getrandbits(128):032x}\r\n"
