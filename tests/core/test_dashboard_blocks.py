"""The choice of the dashboard's blocks and shortcuts."""

from hypothesis import given
from hypothesis import strategies as st

from core.domain.access import PERMISSIONS, PRESETS
from core.domain.dashboard import (
    ENOUGH_USE,
    MOST_SHORTCUTS,
    USUAL,
    Block,
    ShortcutKind,
    Target,
    chosen_blocks,
    chosen_shortcuts,
    may_open,
    may_read,
    may_show,
    nearest_preset,
)
from core.domain.report import ReportName
from core.domain.usage import Page

rights = st.one_of(
    st.sampled_from(sorted(PRESETS)).map(PRESETS.get), st.frozensets(st.sampled_from(sorted(PERMISSIONS)))
)
blocks = st.lists(st.sampled_from(Block), unique=True)
uses = st.dictionaries(st.sampled_from(Page), st.floats(0, 100))
objects = st.builds(Target, st.sampled_from([ShortcutKind.PRODUCT, ShortcutKind.SITE]), st.sampled_from("abcde"))
named = st.one_of(
    st.sampled_from(Page).map(lambda page: Target(ShortcutKind.PAGE, page)),
    st.sampled_from(ReportName).map(lambda report: Target(ShortcutKind.REPORT, report)),
)
targets = st.one_of(objects, named)


@given(rights, blocks, blocks, uses)
def test_pins_come_first_then_the_role_then_use(
    permissions: frozenset[str], pins: list[Block], hidden: list[Block], use: dict[Page, float]
) -> None:
    """Seen to fail with pins last, with what is used before what the role shows, and with hidden blocks shown."""
    chosen = chosen_blocks(permissions, pins, hidden, use)
    assert len(set(chosen)) == len(chosen)
    assert all(may_show(block, permissions) for block in chosen)
    pinned = [pin for pin in pins if may_show(pin, permissions)]
    assert list(chosen[: len(pinned)]) == pinned
    rest = chosen[len(pinned) :]
    assert not set(rest) & set(hidden)
    usual = [block for block in USUAL[nearest_preset(permissions)].blocks if block in rest]
    assert list(rest[: len(usual)]) == usual
    assert set(rest[len(usual) :]) <= set(chosen_blocks(permissions, (), (), use)) - set(
        USUAL[nearest_preset(permissions)].blocks
    )


def test_the_more_a_page_is_used_the_further_up_its_block_stands_behind_the_usual_ones() -> None:
    """A little use changes nothing. Seen to fail with any use, and with the least used first."""
    operator = PRESETS["operator"]
    seeing = operator | {"report:read"}
    usual = chosen_blocks(seeing, (), (), {})
    assert chosen_blocks(seeing, (), (), dict.fromkeys(Page, ENOUGH_USE - 0.01)) == usual
    for more, fewer in ((Page.MOVEMENTS, Page.FORECASTS), (Page.FORECASTS, Page.MOVEMENTS)):
        brought = chosen_blocks(seeing, (), (), {fewer: ENOUGH_USE, more: ENOUGH_USE + 1})[len(usual) :]
        assert brought == tuple(
            {Page.MOVEMENTS: Block.FLOW, Page.FORECASTS: Block.DEPLETIONS}[page] for page in (more, fewer)
        )


@given(rights, blocks, blocks, uses)
def test_the_order_in_which_use_is_known_does_not_matter(
    permissions: frozenset[str], pins: list[Block], hidden: list[Block], use: dict[Page, float]
) -> None:
    """Nor the order of what is hidden."""
    other_way = dict(reversed(use.items()))
    assert chosen_blocks(permissions, pins, hidden, use) == chosen_blocks(permissions, pins, hidden[::-1], other_way)


@given(rights)
def test_without_wishes_and_use_the_role_decides(permissions: frozenset[str]) -> None:
    usual = USUAL[nearest_preset(permissions)]
    assert chosen_blocks(permissions, (), (), {}) == tuple(b for b in usual.blocks if may_show(b, permissions))
    pages = tuple(target.id for target in chosen_shortcuts(permissions, (), {}))
    assert pages == tuple(page for page in usual.pages if may_open(page, permissions))


def test_every_preset_is_nearest_to_itself_and_sees_all_its_usual_blocks_and_pages() -> None:
    for code, permissions in PRESETS.items():
        assert nearest_preset(permissions) == code
        assert chosen_blocks(permissions, (), (), {}) == tuple(USUAL[code].blocks)
        assert [target.id for target in chosen_shortcuts(permissions, (), {})] == list(USUAL[code].pages)


@given(rights, st.lists(targets, unique=True), st.dictionaries(targets, st.floats(0.01, 100)))
def test_shortcuts_are_pins_then_the_most_used_and_never_what_is_closed(
    permissions: frozenset[str], pins: list[Target], used: dict[Target, float]
) -> None:
    """Seen to fail with the least used first, and with reports that one may not read."""
    chosen = chosen_shortcuts(permissions, pins, used)
    assert len(set(chosen)) == len(chosen) <= MOST_SHORTCUTS
    assert all(_is_open(target, permissions) for target in chosen)
    pinned = [pin for pin in pins if _is_open(pin, permissions)][:MOST_SHORTCUTS]
    assert list(chosen[: len(pinned)]) == pinned
    by_use = [target for target in chosen[len(pinned) :] if target in used]
    weights = [used[target] for target in by_use]
    assert weights == sorted(weights, reverse=True)
    left_out = {target for target in used if _is_open(target, permissions)} - set(chosen)
    assert not left_out or len(chosen) == MOST_SHORTCUTS
    assert chosen == chosen_shortcuts(permissions, pins, dict(reversed(used.items())))


def _is_open(target: Target, permissions: frozenset[str]) -> bool:
    match target.kind:
        case ShortcutKind.PAGE:
            return target.id != Page.HOME and may_open(Page(target.id), permissions)
        case ShortcutKind.REPORT:
            return may_read(ReportName(target.id), permissions)
        case _:
            return True
