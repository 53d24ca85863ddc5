"""The run of replenishment: it takes up policies, says what is to be ordered or brought and why, and writes the orders of policies
that want that."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.purchase_order_steps import WRITE
from core.commands.replenishment_documents import MadeDocument
from core.commands.replenishment_orders import AGENT, make_documents
from core.commands.stock import Reference
from core.domain.access import Actor
from core.domain.errors import refuse_if
from core.domain.policy import Sources
from core.domain.replenishment import Proposal, Standing
from core.domain.replenishment_plan import Pair, complete, plan, sort_out
from core.ports.clock import Clock
from core.ports.replenishment import Claimed, Goods, PolicyDesk, Scope, ScopeNames
from core.ports.storage import Run, UnitOfWork

MAX_NAMED = 500
Named = Annotated[list[Reference], Meta(max_length=MAX_NAMED)]


class RunReplenishment(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which policies are looked at: of these sites, products and categories (with all below them); without any, of all that the caller
    may write."""

    sites: Named = []
    products: Named = []
    categories: Annotated[list[UUID], Meta(max_length=MAX_NAMED)] = []


class Evaluated(msgspec.Struct, frozen=True):
    """How many policies were looked at, for how many something is proposed, or nothing can be, and how many proposals were withdrawn."""

    policies: int
    proposed: int
    blocked: int
    withdrawn: int


class RunDone(msgspec.Struct, frozen=True):
    """What a run came to, with the orders and transfers that it made."""

    policies: int
    proposed: int
    blocked: int
    withdrawn: int
    purchase_orders: list[MadeDocument]
    transfers: list[MadeDocument]


@dataclass(frozen=True, slots=True)
class Replenishing:
    """Runs replenishment. Each step is a transaction and may be repeated: what is proposed is replaced, what is ordered counts as to
    come, so a run that dies anywhere is taken up by the next one."""

    desk: PolicyDesk
    run: Run
    clock: Clock

    async def asked_for(self, actor: Actor, command: RunReplenishment) -> RunDone:
        """A run that somebody wants, of all policies that they name and may write, due or not."""
        actor.require(WRITE)
        names = ScopeNames(command.sites, command.products, command.categories)
        scope, faults = await self.desk.scope(actor, names)
        refuse_if(faults, "invalid_run")
        return await self.whole(actor, replace(scope, only_due=False))

    async def whole(self, actor: Actor, scope: Scope) -> RunDone:
        """Everything: figures, proposals, the orders of policies that draft or place them."""
        evaluated = await self.propose(actor, scope)
        groups = await self.desk.waiting_groups(actor, scope)
        made = await make_documents(self.run, actor, groups)
        counts = msgspec.structs.asdict(evaluated)
        return RunDone(**counts, purchase_orders=made.purchase_orders, transfers=made.transfers)

    async def propose(self, actor: Actor, scope: Scope) -> Evaluated:
        """Figures and proposals."""
        await self.desk.refresh_levels(actor, scope, self.clock.now())
        by = replace(actor, agent=actor.agent or AGENT)
        return (await self.run(evaluate, by, scope)).result


async def evaluate(uow: UnitOfWork, actor: Actor, scope: Scope) -> Evaluated:
    """Proposes what the policies of the scope need, replaces what was proposed before, withdraws what is needed no more."""
    claimed = await uow.replenishment.claim(scope)
    found = sort_out(claimed.standings, claimed.today)
    proposals = await _planned(uow, found.needs, claimed)
    proposals, pairs = await _completed(uow, proposals, claimed)
    await uow.replenishment.save(proposals)
    await uow.replenishment.withdraw([(one.product, one.site) for one in found.settled])
    await uow.replenishment.withdraw_fillers(pairs, {_goods(one) for one in proposals})
    await _tell(uow, proposals, found.settled)
    blocked = sum(one.reason is not None for one in proposals)
    return Evaluated(claimed.count, len(proposals) - blocked, blocked, len(found.settled))


async def _planned(uow: UnitOfWork, needs: Sequence[Standing], claimed: Claimed) -> list[Proposal]:
    products = {need.product for need in needs}
    offers = await uow.replenishment.offers(products, claimed.today) if products else {}
    movable = [(need.product, need.site) for need in needs if need.sources is not Sources.BUY_ONLY]
    surpluses = await uow.replenishment.surpluses(movable) if movable else {}
    return list(plan(needs, offers, surpluses, claimed.today))


async def _completed(
    uow: UnitOfWork, proposals: Sequence[Proposal], claimed: Claimed
) -> tuple[list[Proposal], set[Pair]]:
    """The proposals with what is ordered along, and the suppliers and sites whose orders were judged: those of now, and those of which
    something was proposed before."""
    of_pair: dict[Pair, list[Proposal]] = {}
    for one in proposals:
        if one.supplier:
            of_pair.setdefault((one.supplier, one.standing.site), []).append(one)
    pairs = {*of_pair, *_former_pairs(claimed.standings)}
    judged = {(one.product, one.site) for one in claimed.standings}
    groups = await uow.replenishment.groups(pairs, judged, claimed.today) if pairs else {}
    done = [one for one in proposals if one.supplier is None]
    for pair in pairs:
        own = of_pair.get(pair, [])
        if pair in groups and (own or groups[pair].proposed):
            done += complete(groups[pair], own, claimed.today)
        else:
            done += own
    return done, pairs


def _former_pairs(standings: Iterable[Standing]) -> Iterable[Pair]:
    for one in standings:
        if one.current and one.current.supplier:
            yield one.current.supplier, one.site


def _goods(proposal: Proposal) -> Goods:
    return proposal.standing.product, proposal.standing.site


async def _tell(uow: UnitOfWork, proposals: Sequence[Proposal], settled: Sequence[Standing]) -> None:
    """One event for each site, however much is new there; what was merely computed anew is no news."""
    fresh = [one for one in proposals if one.is_new]
    proposed = Counter(one.standing.site for one in fresh if one.reason is None)
    blocked = Counter(one.standing.site for one in fresh if one.reason)
    for site in sorted(proposed.keys() | blocked.keys()):
        data = {"site": site, "proposed": proposed[site], "blocked": blocked[site]}
        await uow.events.append("replenishment_proposed", "site", site, data)
    for site, count in sorted(Counter(one.site for one in settled).items()):
        await uow.events.append("replenishment_withdrawn", "site", site, _counted(site, count))


def _counted(site: UUID, count: int) -> Mapping[str, object]:
    return {"site": site, "withdrawn": count}
