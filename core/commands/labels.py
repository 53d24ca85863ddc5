"""Labels of products, and single symbols."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.stock import Reference
from core.domain.access import Actor
from core.domain.barcode import BarcodeKind, lookup_key
from core.domain.errors import Fault, Invalid, NotFound, refuse_if
from core.domain.gs1 import Gs1Content, content_faults, gtin_14
from core.domain.label import FORMATS, MOST_LABELS, MOST_LINES, Label, LabelRun, module_width
from core.domain.letters import language_of
from core.domain.symbol import Symbol, SymbolContent, Symbology, symbol_content, usual_symbology
from core.ports.clock import Clock
from core.ports.labels import LabelGood, LabelGoods, LabelPlace, LabelSheets
from core.ports.symbols import PictureFormat, SymbolMaker

Shown = Literal["name", "sku", "price", "site"]


class Gs1Extra(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a GS1 symbol says beside the article."""

    lot: str = ""
    expires_on: date | None = None
    serial: str = ""
    quantity: Decimal | None = None

    @property
    def is_given(self) -> bool:
        return bool(self.lot or self.expires_on or self.serial or self.quantity is not None)


class LabelLine(Gs1Extra, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How many labels of which product (id or SKU). Without `copies` as many as there are pieces on hand; without `code` its first
    barcode, or its SKU where it has none."""

    product: Reference
    copies: Annotated[int, Meta(ge=0, le=MOST_LABELS)] | None = None
    code: Annotated[str, Meta(max_length=100)] | None = None


class PrintLabels(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A run of labels. `start` is the first free label of the first sheet, counted from 1; `symbology` null: what is usual for each
    code."""

    lines: list[LabelLine]
    format: str = "avery_l7160"
    start: Annotated[int, Meta(ge=1)] = 1
    site: Reference | None = None
    show: frozenset[Shown] = frozenset({"name", "price", "sku"})
    symbology: Symbology | None = None


class Labels:
    """Makes labels. Draws one run at a time: each keeps the processor busy for up to some seconds. `sheets` is asked for when it is
    first needed."""

    def __init__(
        self, goods: LabelGoods, symbols: Callable[[], SymbolMaker], sheets: Callable[[], LabelSheets], clock: Clock
    ) -> None:
        self._goods, self._symbols, self._sheets, self._clock = goods, symbols, sheets, clock
        self._one_at_a_time = asyncio.Semaphore(1)

    async def print(self, actor: Actor, wanted: PrintLabels) -> bytes:
        """The run as a PDF. Raises Invalid with every fault of every line."""
        actor.require("product:read")
        references = [line.product.strip() for line in wanted.lines]
        place, found = await self._goods.goods(actor, list(dict.fromkeys(references)), wanted.site)
        goods = {one.reference: one for one in found}
        refuse_if(list(_run_faults(wanted, place)), "invalid_labels")
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._drawn, wanted, place, goods)

    async def symbol(
        self,
        actor: Actor,
        product_id: UUID,
        form: PictureFormat,
        symbology: Symbology | None = None,
        code: str | None = None,
        extra: Gs1Extra | None = None,
    ) -> bytes:
        """One symbol of a product as a picture."""
        actor.require("product:read")
        _, found = await self._goods.goods(actor, [str(product_id)], None)
        if not found:
            raise NotFound("product_not_found", "no product has this id")
        content, faults = _content(found[0], symbology, code, extra or Gs1Extra(), "")
        refuse_if(faults, "invalid_symbol")
        maker = self._symbols()
        return maker.picture(maker.symbol(content), form) if content else b""

    def _drawn(self, wanted: PrintLabels, place: LabelPlace, goods: Mapping[str, LabelGood]) -> bytes:
        labels: list[tuple[Label, int]] = []
        faults: list[Fault] = []
        for index, line in enumerate(wanted.lines):
            label, wrong = self._label(wanted, line, place, goods.get(line.product.strip()), f"/lines/{index}")
            faults += wrong
            if label:
                labels.append(label)
        total = sum(copies for _, copies in labels)
        if not faults and not 1 <= total <= MOST_LABELS:
            faults.append(
                Fault("/lines", "out_of_range", f"would be {total} labels; 1 to {MOST_LABELS} can be printed at once")
            )
        refuse_if(faults, "invalid_labels")
        today = self._clock.now().date()
        run = LabelRun(FORMATS[wanted.format], labels, language_of(place.locale), today, wanted.start)
        return self._sheets().pdf(run)

    def _label(
        self, wanted: PrintLabels, line: LabelLine, place: LabelPlace, good: LabelGood | None, pointer: str
    ) -> tuple[tuple[Label, int] | None, list[Fault]]:
        if good is None:
            return None, [Fault(f"{pointer}/product", "not_found", "no product has this id or SKU")]
        content, faults = _content(good, wanted.symbology, line.code, line, pointer)
        copies = int(max(good.on_hand, Decimal(0))) if line.copies is None else line.copies
        if content is None:
            return None, faults
        try:
            symbol = self._symbols().symbol(content)
        except Invalid as error:
            return None, [*faults, Fault(f"{pointer}/code", error.code, error.detail)]
        if module_width(FORMATS[wanted.format], symbol) is None:
            return None, [
                *faults,
                Fault(f"{pointer}/code", "label_too_small", "the symbol has no room on such a label"),
            ]
        return (self._shown(wanted, place, good, symbol), copies), faults

    def _shown(self, wanted: PrintLabels, place: LabelPlace, good: LabelGood, symbol: Symbol) -> Label:
        shows = wanted.show
        return Label(
            symbol,
            name=good.name if "name" in shows else "",
            sku=good.sku if "sku" in shows else "",
            price=self._sheets().price(good.price, place.currency, place.locale) if "price" in shows else "",
            site=place.site or "" if "site" in shows else "",
        )


def _run_faults(wanted: PrintLabels, place: LabelPlace) -> Iterator[Fault]:
    if not 1 <= len(wanted.lines) <= MOST_LINES:
        yield Fault("/lines", "out_of_range", f"must have 1 to {MOST_LINES} lines")
    form = FORMATS.get(wanted.format)
    if form is None:
        yield Fault("/format", "unknown", f"is none of {', '.join(FORMATS)}")
    elif wanted.start > form.per_page:
        yield Fault("/start", "out_of_range", f"must be at most {form.per_page}, the labels of a sheet")
    if wanted.site is not None and place.site is None:
        yield Fault("/site", "not_found", "no site has this id or code")


def _content(
    good: LabelGood, symbology: Symbology | None, code: str | None, extra: Gs1Extra, pointer: str
) -> tuple[SymbolContent | None, list[Fault]]:
    """What the symbol of a product says, or why it cannot."""
    chosen = _chosen_code(good, code)
    if chosen is None:
        return None, [Fault(f"{pointer}/code", "not_found", "the product does not have this code")]
    text, kind = chosen
    gs1 = None
    if extra.is_given:
        symbology = symbology or Symbology.GS1_128
        if (gtin := gtin_14(text)) is None:
            return None, [
                Fault(
                    f"{pointer}/code",
                    "symbology_unfit",
                    "only a GTIN can have a lot, a day or a serial number beside it",
                )
            ]
        gs1 = Gs1Content(gtin, extra.lot, extra.expires_on, extra.serial, extra.quantity)
        if faults := content_faults(pointer, gs1):
            return None, faults
    try:
        return symbol_content(symbology or usual_symbology(kind, text), text, gs1), []
    except Invalid as error:
        return None, [Fault(f"{pointer}/code", error.code, error.detail)]


def _chosen_code(good: LabelGood, code: str | None) -> tuple[str, BarcodeKind] | None:
    if code is None:
        return next(
            ((one.code, one.kind) for one in good.codes if one.pack_quantity == 1), (good.sku, BarcodeKind.CUSTOM)
        )
    if code.strip() == good.sku:
        return good.sku, BarcodeKind.CUSTOM
    key = lookup_key(code.strip())
    return next(((one.code, one.kind) for one in good.codes if lookup_key(one.code) == key), None)
