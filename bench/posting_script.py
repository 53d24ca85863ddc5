"""The effect of one posting as a script for pgbench: the very JSON that Pirwa sends, with new ids in every transaction."""

from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from adapters.postgres.ledger import Entry, parameters
from bench import shop
from bench.product_requests import DOCUMENT, PRICE
from core.domain.access import Actor
from core.domain.stock import CUSTOMER, Document, DocumentType, Line, Posting, PostingKind
from core.ports.stock_ledger import IdempotencyKey

# Stand for what differs from one transaction to the next.
_POSTING = UUID("11111111-1111-4111-8111-111111111111")
_PRODUCT = UUID("22222222-2222-4222-8222-222222222222")
_KEY = "the-key"
_SITE = "the-site"

_SCRIPT = """\
\\set product random(1, {products})
\\set site random(1, {sites})
\\startpipeline
SELECT set_config('app.company_id', '{company}', true), set_config('app.user_id', '', true), set_config('app.platform', '', true);
SELECT ledger_post({keys}::json, {headers}::json, {lines}::json, true)::text;
\\endpipeline
"""


def write_script(file: Path, admin: Actor) -> None:
    """Write the script that posts in the company of this person."""
    line = Line(_PRODUCT, _SITE, CUSTOMER, Decimal(1), unit_price=Decimal(PRICE))
    document = Document(DocumentType.SALES_NOTE, DOCUMENT)
    posting = Posting(PostingKind.SALE, (line,), document, id=_POSTING)
    key = IdempotencyKey(admin.user_id, _KEY, sha256(b"").hexdigest())
    keys, headers, lines, _ = parameters([Entry(admin, [posting], key)])
    script = _SCRIPT.format(
        products=shop.PRODUCTS,
        sites=shop.SITES,
        company=admin.company,
        keys=_formatted(str(keys), {_KEY: "gen_random_uuid()"}),
        headers=_formatted(str(headers), {str(_POSTING): "uuidv7()"}),
        lines=_formatted(
            str(lines),
            {str(_PRODUCT): "'00000000-0000-7000-8000-' || lpad((:product)::text, 12, '0')", _SITE: "'S' || :site"},
        ),
    )
    file.write_text(script, encoding="utf-8")


def _formatted(text: str, values: dict[str, str]) -> str:
    """SQL that gives the JSON text with the stand-ins replaced, in their order, by the values of the expressions."""
    for stand_in in values:
        text = text.replace(stand_in, "%s")
    # A colon and a word would be one of pgbench's variables, so the colons come as an argument too.
    return "format(replace('{}', '\u00a6', chr(58)), {})".format(
        text.replace(":", "\u00a6"), ", ".join(values.values())
    )
