"""`StockLedger` in memory: moving average cost, sites, negative stock, the past, keys. No lots, kits or reservations."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from core.domain.access import Actor
from core.domain.company import transit_address, virtual_locations
from core.domain.errors import Conflict, Fault, Invalid
from core.domain.ids import new_id
from core.domain.stock import Line, Posting
from core.domain.values import normal
from core.ports.clock import Clock, SystemClock
from core.ports.stock_ledger import IdempotencyKey, Posted
from core.testing.fakes.moves import Move, Moves, Place, Product, Stock
from core.testing.fakes.posting_views import posting_view


class InMemoryStockLedger:
    """The ledger of one company. `add_…`, `allow_negative` and `lock_period` stand for what administrators do."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._products: dict[UUID | str, Product] = {}
        self._places: dict[UUID | str, Place] = {one.address: Place(one.address) for one in virtual_locations()}
        self._negative_ok: set[UUID] = set()
        self._locked_through: datetime | None = None
        self._moves = Moves()
        self._taken: set[object] = set()
        self._answers: dict[tuple[UUID, str], tuple[str, Posted]] = {}

    def add_product(self, sku: str, cost: Decimal = Decimal(0)) -> UUID:
        product = Product(new_id(), sku, cost)
        self._products[product.id] = self._products[sku.lower()] = product
        return product.id

    def add_site(self, code: str, *, negative_ok: bool = False) -> UUID:
        site_id = new_id()
        self._places[site_id] = self._places[code] = Place(code, site_id, physical=True)
        self._places[transit_address(code)] = Place(transit_address(code), site_id)
        if negative_ok:
            self._negative_ok.add(site_id)
        return site_id

    def allow_negative(self, site: UUID, *, allowed: bool) -> None:
        """Raises Conflict `insufficient_stock` where stock is below zero and may no longer be."""
        if not allowed and any(left < 0 for (_, place), left in self._moves.balances().items() if place.site == site):
            raise Conflict("insufficient_stock", "stock would fall below zero")
        self._negative_ok = self._negative_ok | {site} if allowed else self._negative_ok - {site}

    def lock_period(self, through: datetime) -> None:
        self._locked_through = through

    def balances(self) -> dict[tuple[str, str], Decimal]:
        """What lies at the places of the company's sites, by SKU and address."""
        return {(product.sku, place.address): left for (product, place), left in self._moves.balances().items() if left}

    def value(self, product: UUID, site: UUID) -> Decimal:
        """What the stock of a product at a site is worth."""
        return self._moves.worth(product, site).value

    async def post(self, actor: Actor, postings: Sequence[Posting], key: IdempotencyKey | None = None) -> Posted:
        known = self._answers.get((key.principal_id, key.key)) if key else None
        if key and known:
            if known[0] != key.request_hash:
                raise Invalid("idempotency_key_reused", "this Idempotency-Key came with another request before")
            return replace(known[1], replayed=True)
        posted = self._record(actor, postings)
        if key:
            self._answers[key.principal_id, key.key] = (key.request_hash, posted)
        return posted

    async def faults(self, actor: Actor, postings: Sequence[Posting]) -> list[Fault]:
        return self._faults(actor, postings, [f"/postings/{index}" for index in range(len(postings))])

    def _record(self, actor: Actor, postings: Sequence[Posting]) -> Posted:
        now = self._clock.now()
        pointers = _pointers(postings)
        if faults := self._faults(actor, postings, pointers):
            raise Invalid("invalid_posting", faults[0].detail, faults)
        moves = [
            self._move(index, number, posting.effective_at or now, line)
            for index, posting in enumerate(postings)
            for number, line in enumerate(posting.lines, 1)
        ]
        self._refuse_shortages(moves, pointers)
        if any(posting.effective_at for posting in postings):
            self._refuse_shortages_in_the_past(moves, pointers)
        self._taken |= self._names(postings)
        recorded = self._moves.add(moves)
        return Posted(
            [
                posting_view(actor, posting, [one for one in recorded if one.posting == index], now)
                for index, posting in enumerate(postings)
            ]
        )

    def _faults(self, actor: Actor, postings: Sequence[Posting], pointers: Sequence[str]) -> list[Fault]:
        return [
            fault
            for pointer, posting in zip(pointers, postings, strict=True)
            for fault in self._faults_of_posting(actor, posting, pointer)
        ]

    def _faults_of_posting(self, actor: Actor, posting: Posting, pointer: str) -> Iterable[Fault]:
        """What is wrong with a posting whatever the stock."""
        if posting.effective_at and self._locked_through and posting.effective_at <= self._locked_through:
            yield Fault(f"{pointer}/effective_at", "period_locked", "the period is locked")
        for index, line in enumerate(posting.lines):
            yield from self._faults_of_line(actor, line, f"{pointer}/lines/{index}")

    def _faults_of_line(self, actor: Actor, line: Line, pointer: str) -> Iterable[Fault]:
        places = [self._places.get(place) for place in (line.source, line.destination)]
        if line.lot is not None or line.lot_id is not None:
            yield Fault(f"{pointer}/lot", "unexpected", "this product is not tracked by lot or serial number")
        if self._product(line) is None:
            yield Fault(f"{pointer}/product", "not_found", "no product has this id or SKU")
        if line.reservation_id is not None:
            yield Fault(f"{pointer}/reservation", "not_found", "no active reservation has this id")
        if None in places:
            yield Fault(f"{pointer}/site", "not_found", "no site or location has this id or code")
        if not actor.covers(place.site for place in places if place and place.site):
            yield Fault(f"{pointer}/site", "forbidden", "outside the sites that you may write")

    def _product(self, line: Line) -> Product | None:
        return self._products.get(line.product if isinstance(line.product, UUID) else line.product.lower())

    def _move(self, posting: int, number: int, at: datetime, line: Line) -> Move:
        product = self._product(line)
        assert product is not None, "lines of unknown products are refused before"
        source, destination = self._places[line.source], self._places[line.destination]
        return Move(posting, number, product, source, destination, line.quantity, at, line)

    def _taken_from(self, moves: Sequence[Move]) -> dict[Stock, list[Move]]:
        """What is taken from each place that may not fall below zero."""
        taken: dict[Stock, list[Move]] = defaultdict(list)
        for move in moves:
            if move.source.site and move.source.site not in self._negative_ok:
                taken[move.product, move.source].append(move)
        return taken

    def _refuse_shortages(self, moves: Sequence[Move], pointers: Sequence[str]) -> None:
        before, after = self._moves.balances(), self._moves.balances(moves)
        faults = [
            _shortage(stock, taken, before.get(stock, Decimal(0)), pointers)
            for stock, taken in self._taken_from(moves).items()
            if after[stock] < 0
        ]
        if faults:
            raise Conflict("insufficient_stock", faults[0].detail, faults, {"available": faults[0].extra["available"]})

    def _refuse_shortages_in_the_past(self, moves: Sequence[Move], pointers: Sequence[str]) -> None:
        """No place may have been below zero at a moment since goods were taken from it."""
        faults = []
        for stock, taken in self._taken_from(moves).items():
            at, lowest = self._moves.lowest_since(min(move.at for move in taken), stock, moves)
            if lowest < 0:
                extra = {"product": str(stock[0].id), "at": at.isoformat(), "short": f"{normal(-lowest):f}"}
                pointer = f"{pointers[taken[0].posting]}/lines/{taken[0].line - 1}/quantity"
                faults.append(Fault(pointer, "insufficient_stock", f"not enough stock at {at}", extra))
        if faults:
            raise Conflict("insufficient_stock", faults[0].detail, faults)

    def _names(self, postings: Sequence[Posting]) -> set[object]:
        """What can happen only once: an id, a source's reference, the reversal of a posting."""
        names: set[object] = set()
        for posting in postings:
            wanted: dict[object, str] = {posting.id: "already_recorded"}
            if posting.source_ref is not None:
                wanted[posting.source, posting.source_ref] = "already_recorded"
            if posting.reversal_of:
                wanted["reversal of", posting.reversal_of] = "already_reversed"
            for name, code in wanted.items():
                if name in self._taken | names:
                    raise Conflict(code, "this has happened before")
            names.update(wanted)
        return names


def _pointers(postings: Sequence[Posting]) -> list[str]:
    """A posting that comes alone is not numbered."""
    return [f"/postings/{index}" if len(postings) > 1 else "" for index in range(len(postings))]


def _shortage(stock: Stock, taken: Sequence[Move], on_hand: Decimal, pointers: Sequence[str]) -> Fault:
    product, place = stock
    requested = sum((move.quantity for move in taken), Decimal(0))
    return Fault(
        f"{pointers[taken[0].posting]}/lines/{taken[0].line - 1}/quantity",
        "insufficient_stock",
        f"not enough stock of {product.sku} at {place.address}",
        {
            "product": str(product.id),
            "sku": product.sku,
            "site": place.address.partition(":")[0],
            "requested": f"{normal(requested):f}",
            "available": f"{normal(max(on_hand, Decimal(0))):f}",
        },
    )
