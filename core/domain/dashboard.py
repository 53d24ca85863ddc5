"""Which blocks the first page is made of for whom, in which order, and what it leads to.

What somebody pinned comes first, then what their role usually shows, then what they use beyond that. The same wishes and the same use
always give the same page.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from core.domain.access import PRESET_ROLES
from core.domain.report import REPORTS, ReportName
from core.domain.usage import Page

ENOUGH_USE = 3.0
"""From this weight of its page on, somebody is shown a block that their role does not usually show."""
MOST_SHORTCUTS = 12


class Block(StrEnum):
    """`SCAN` and `SEARCH` have no data: the button that opens the camera, the field that looks up a code."""

    NEEDS = "needs"
    RECOMMENDATIONS = "recommendations"
    FIGURES = "figures"
    STOCK_VALUE = "stock_value"
    FLOW = "flow"
    SALES = "sales"
    BEST_SELLERS = "best_sellers"
    LOW_STOCK = "low_stock"
    DEPLETIONS = "depletions"
    MOVEMENTS = "movements"
    SITES = "sites"
    SHORTCUTS = "shortcuts"
    SCAN = "scan"
    SEARCH = "search"


class NeedKind(StrEnum):
    """What waits for somebody."""

    REQUEST_TO_APPROVE = "request_to_approve"
    REQUEST_TO_FULFIL = "request_to_fulfil"
    TRANSFER_TO_DISPATCH = "transfer_to_dispatch"
    TRANSFER_TO_RECEIVE = "transfer_to_receive"
    ORDER_TO_APPROVE = "order_to_approve"
    ORDER_LATE = "order_late"
    PROPOSAL_TO_ACCEPT = "proposal_to_accept"
    COUNT_TO_APPROVE = "count_to_approve"
    CHANNEL_ORDER_TO_REVIEW = "channel_order_to_review"
    CHANNEL_ITEMS_TO_REVIEW = "channel_items_to_review"
    PLUGIN_TROUBLE = "plugin_trouble"


class ShortcutKind(StrEnum):
    PAGE = "page"
    REPORT = "report"
    PRODUCT = "product"
    SITE = "site"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Usual:
    """What a role shows to those who have wished for nothing and used nothing yet."""

    blocks: Sequence[Block]
    pages: Sequence[Page]


@dataclass(frozen=True, slots=True)
class Target:
    """What a shortcut leads to: a page or a report by its name, anything else by its id."""

    kind: ShortcutKind
    id: str


_B, _P = Block, Page
USUAL: Mapping[str, Usual] = {
    "platform_owner": Usual((_B.FIGURES, _B.SHORTCUTS), (_P.COMPANIES, _P.PROFILE)),
    "admin": Usual(
        (
            *(_B.NEEDS, _B.FIGURES, _B.STOCK_VALUE, _B.SALES, _B.SITES, _B.RECOMMENDATIONS, _B.LOW_STOCK),
            *(_B.DEPLETIONS, _B.BEST_SELLERS, _B.MOVEMENTS, _B.SHORTCUTS),
        ),
        (_P.PRODUCTS, _P.MOVEMENTS, _P.REPORTS, _P.USERS, _P.APPS, _P.SETTINGS),
    ),
    "manager": Usual(
        (
            *(_B.NEEDS, _B.FIGURES, _B.RECOMMENDATIONS, _B.LOW_STOCK, _B.STOCK_VALUE, _B.SALES),
            *(_B.DEPLETIONS, _B.BEST_SELLERS, _B.FLOW, _B.MOVEMENTS, _B.SHORTCUTS),
        ),
        (_P.REQUESTS, _P.REPLENISHMENT, _P.PURCHASES, _P.PRODUCTS, _P.SALES, _P.REPORTS),
    ),
    "operator": Usual(
        (_B.SCAN, _B.NEEDS, _B.FIGURES, _B.LOW_STOCK, _B.MOVEMENTS, _B.SHORTCUTS),
        (_P.SCAN, _P.TRANSFERS, _P.MOVEMENTS, _P.COUNTS, _P.REQUESTS, _P.SALES),
    ),
    "employee": Usual((_B.SCAN, _B.FIGURES, _B.LOW_STOCK, _B.SHORTCUTS), (_P.SCAN, _P.SALES, _P.PRODUCTS, _P.REQUESTS)),
    "requester": Usual((_B.SHORTCUTS, _B.FIGURES, _B.SEARCH), (_P.REQUESTS, _P.PRODUCTS, _P.PROFILE)),
    "viewer": Usual(
        (_B.FIGURES, _B.SALES, _B.FLOW, _B.LOW_STOCK, _B.BEST_SELLERS, _B.DEPLETIONS, _B.SHORTCUTS),
        (_P.REPORTS, _P.STOCK, _P.SALES, _P.TRANSFERS, _P.PRODUCTS),
    ),
    "auditor": Usual((_B.SEARCH, _B.SHORTCUTS), (_P.PROFILE,)),
}

BLOCK_NEEDS: Mapping[Block, frozenset[str]] = {
    Block.RECOMMENDATIONS: frozenset({"report:read"}),
    Block.STOCK_VALUE: frozenset({"stock:read", "cost:read"}),
    Block.FLOW: frozenset({"stock:read"}),
    Block.SALES: frozenset({"sale:read", "report:read"}),
    Block.BEST_SELLERS: frozenset({"sale:read", "report:read"}),
    Block.LOW_STOCK: frozenset({"stock:read"}),
    Block.DEPLETIONS: frozenset({"report:read"}),
    Block.MOVEMENTS: frozenset({"stock:read"}),
    Block.SITES: frozenset({"stock:read", "site:read"}),
    Block.SCAN: frozenset({"lookup:read", "sale:record"}),
    Block.SEARCH: frozenset({"lookup:read"}),
}
"""The permissions that a block takes, all of them; those that are not named take none."""
_PAGE_OF: Mapping[Block, Page] = {
    Block.RECOMMENDATIONS: Page.RECOMMENDATIONS,
    Block.STOCK_VALUE: Page.STOCK,
    Block.FLOW: Page.MOVEMENTS,
    Block.SALES: Page.SALES,
    Block.BEST_SELLERS: Page.SALES,
    Block.LOW_STOCK: Page.STOCK,
    Block.DEPLETIONS: Page.FORECASTS,
    Block.MOVEMENTS: Page.MOVEMENTS,
    Block.SITES: Page.STOCK,
    Block.SCAN: Page.SCAN,
}
_PAGE_NEEDS: Mapping[Page, frozenset[str]] = {
    Page.PRODUCTS: frozenset({"product:read"}),
    Page.SCAN: frozenset({"lookup:read"}),
    Page.STOCK: frozenset({"stock:read"}),
    Page.MOVEMENTS: frozenset({"stock:read"}),
    Page.TRANSFERS: frozenset({"transfer:read"}),
    Page.REQUESTS: frozenset({"request:create", "request:read", "request:approve", "request:fulfil"}),
    Page.COUNTS: frozenset({"count:read"}),
    Page.SALES: frozenset({"sale:read"}),
    Page.CHANNEL_ORDERS: frozenset({"channel_order:read"}),
    Page.PURCHASES: frozenset({"purchase:read"}),
    Page.SUPPLIERS: frozenset({"supplier:read"}),
    Page.REPLENISHMENT: frozenset({"purchase:read"}),
    Page.RECOMMENDATIONS: frozenset({"report:read"}),
    Page.FORECASTS: frozenset({"report:read"}),
    Page.REPORTS: frozenset({"report:read"}),
    Page.LABELS: frozenset({"product:read"}),
    Page.APPS: frozenset({"plugin:read"}),
    Page.USERS: frozenset({"user:read"}),
    Page.SETTINGS: frozenset({"company:write", "site:write"}),
    Page.AUDIT: frozenset({"audit:read"}),
    Page.COMPANIES: frozenset({"platform:company"}),
}
"""Any of these permissions opens the page; pages that are not named are open to everybody."""


def nearest_preset(permissions: frozenset[str]) -> str:
    """The preset that a role is most like: that has the most permissions in common with it, as a share of all that either has. Of presets
    that are as near, the higher one."""

    def likeness(code: str) -> tuple[float, int]:
        preset = PRESET_ROLES[code]
        together = len(preset.permissions | permissions)
        return len(preset.permissions & permissions) / together, preset.rank

    return max(PRESET_ROLES, key=likeness)


def may_show(block: Block, permissions: frozenset[str]) -> bool:
    return BLOCK_NEEDS.get(block, frozenset()) <= permissions


def may_open(page: Page, permissions: frozenset[str]) -> bool:
    needed = _PAGE_NEEDS.get(page)
    return needed is None or not needed.isdisjoint(permissions)


def may_read(report: ReportName, permissions: frozenset[str]) -> bool:
    return permissions.issuperset(REPORTS[report].permissions)


def chosen_blocks(
    permissions: frozenset[str], pins: Sequence[Block], hidden: Collection[Block], use: Mapping[Page, float]
) -> tuple[Block, ...]:
    """The blocks of the page in their order. A pin shows what is hidden; nothing shows what somebody may not see."""
    usual = USUAL[nearest_preset(permissions)].blocks
    wanted = [*usual, *_by_use(set(Block) - set(usual), use)]
    shown = dict.fromkeys([*pins, *(block for block in wanted if block not in hidden)])
    return tuple(block for block in shown if may_show(block, permissions))


def chosen_shortcuts(
    permissions: frozenset[str], pins: Iterable[Target], used: Mapping[Target, float]
) -> tuple[Target, ...]:
    """What is pinned, in that order, then what is used, the most first, then what the role usually needs: so many that they find room.
    Objects are given only where their reader may see them; home is where one is."""
    by_use = sorted(used, key=lambda target: (-used[target], target.kind, target.id))
    usual = (Target(ShortcutKind.PAGE, page) for page in USUAL[nearest_preset(permissions)].pages)
    home = Target(ShortcutKind.PAGE, Page.HOME)
    found = dict.fromkeys([*pins, *by_use, *usual])
    return tuple(islice(_open(found, permissions, home), MOST_SHORTCUTS))


def _open(targets: Iterable[Target], permissions: frozenset[str], home: Target) -> Iterator[Target]:
    for target in targets:
        match target.kind:
            case ShortcutKind.PAGE:
                is_open = target != home and may_open(Page(target.id), permissions)
            case ShortcutKind.REPORT:
                is_open = may_read(ReportName(target.id), permissions)
            case _:
                is_open = True
        if is_open:
            yield target


def _by_use(blocks: Iterable[Block], use: Mapping[Page, float]) -> list[Block]:
    """Those whose page is used enough, the most used first."""
    weights = {block: use.get(page, 0.0) for block in blocks if (page := _PAGE_OF.get(block))}
    places = list(Block)
    enough = [block for block, weight in weights.items() if weight >= ENOUGH_USE]
    return sorted(enough, key=lambda block: (-weights[block], places.index(block)))
