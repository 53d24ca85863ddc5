"""Finding what a scanned or typed code names."""

from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.gs1 import Gs1Content, gtin_14
from core.ports.symbols import Scan, ScanReader
from core.queries.catalogue import CatalogueReader, Found, Scanned


async def look_up(catalogue: CatalogueReader, scans: ScanReader, actor: Actor, text: str) -> Found:
    """What the code names. A GS1 code is looked up by its article, and as it is written where that is unknown.

    NotFound `code_not_found` says by `attach` which code would have to be given to a product for it to be found, and what the
    scanner read beside it.
    """
    scan = scans.read(text)
    codes = [scan.gs1.gtin, scan.code] if scan.gs1 else [scan.code]
    for code in codes:
        try:
            found = await catalogue.look_up(actor, code)
        except NotFound:
            continue
        return Found(found.type, found.id, found.label, found.pack_quantity, _scanned(scan.gs1))
    raise NotFound("code_not_found", "nothing here has this code", details=_unknown(scan))


def _scanned(gs1: Gs1Content | None) -> Scanned | None:
    return Scanned(gs1.gtin, gs1.lot, gs1.expires_on, gs1.serial, gs1.quantity) if gs1 else None


def _unknown(scan: Scan) -> dict[str, object]:
    code = scan.gs1.gtin if scan.gs1 else scan.code
    return {"attach": {"code": code, "kind": "gtin" if gtin_14(code) else "custom"}, "scanned": _scanned(scan.gs1)}
