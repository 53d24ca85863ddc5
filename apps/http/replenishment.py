"""Replenishment: what is proposed to be ordered, and what becomes of it."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.replenishment import Replenishing, RunDone, RunReplenishment
from core.commands.replenishment_decisions import (
    Accepted,
    AcceptProposal,
    AcceptProposals,
    accept_proposal,
    accept_proposals,
)
from core.commands.replenishment_dismissal import DismissProposal, dismiss_proposal
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.replenishment import ProposalState
from core.ports.proposal_view import ProposalView
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.replenishment import ProposalFilter, ProposalReader


@post("/replenishment/run", opt=needs("purchase:write"), status_code=200)
async def run_replenishment(
    actor: FromDishka[Actor],
    replenishing: FromDishka[Replenishing],
    data: JSONBody[RunReplenishment | None] = None,
) -> RunDone:
    """Looks at all policies of the sites within reach, or at those that are named, at once, and makes the orders of those that draft or
    place them. What is needed no less was ordered no less: a repeated run orders nothing again."""
    return await replenishing.asked_for(actor, data or RunReplenishment())


@get("/replenishment/proposals", opt=needs("purchase:read"))
async def list_proposals(
    actor: FromDishka[Actor],
    proposals: FromDishka[ProposalReader],
    states: Annotated[list[ProposalState] | None, QueryParameter(name="state")] = None,
    product: Text = None,
    site: Text = None,
    supplier: Text = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ProposalView]:
    """Proposals for the sites within reach, newest first; without a state those that wait for a decision."""
    wanted = ProposalFilter(states or (ProposalState.PROPOSED,), product, site, supplier)
    return await proposals.proposals(actor, wanted, limit, cursor, total=bool(include))


@get("/replenishment/proposals/{proposal_id:uuid}", opt=needs("purchase:read"))
async def show_proposal(
    proposal_id: FromPath[UUID], actor: FromDishka[Actor], proposals: FromDishka[ProposalReader]
) -> Response[ProposalView]:
    """One proposal, with every number that led to it."""
    found = await proposals.proposal(actor, proposal_id)
    if found is None:
        raise NotFound("proposal_not_found", "no proposal has this id")
    return Response(found, headers={"ETag": etag(found.version)})


@post("/replenishment/proposals/{proposal_id:uuid}/accept", opt=needs("purchase:write", keyed=True), status_code=200)
async def accept_one_proposal(
    proposal_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    data: JSONBody[AcceptProposal | None] = None,
    if_match: IfMatch = None,
) -> Response[Accepted]:
    """Makes a draft of an order of what is proposed, or a transfer, which needs transfer:start as well. Another quantity or supplier may
    be given."""
    command = (proposal_id, data or AcceptProposal(), known_version(if_match))
    done = await run(accept_proposal, actor, command, key)
    return replayable(done.result, replayed=done.replayed, status_code=200)


@post("/replenishment/proposals:accept", opt=needs("purchase:write", keyed=True), status_code=200)
async def accept_many_proposals(
    data: JSONBody[AcceptProposals], actor: FromDishka[Actor], run: FromDishka[Run], key: FromDishka[IdempotencyKey]
) -> Response[Accepted]:
    """Accepts up to 500 proposals, all or none: a draft for each supplier and site, a transfer for each pair of sites."""
    done = await run(accept_proposals, actor, data, key)
    return replayable(done.result, replayed=done.replayed, status_code=200)


@post("/replenishment/proposals/{proposal_id:uuid}/dismiss", opt=needs("purchase:write"), status_code=200)
async def dismiss_one_proposal(
    proposal_id: FromPath[UUID],
    data: JSONBody[DismissProposal],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[ProposalView]:
    """Has a proposal left alone until a day, or until the position has changed by so many percent."""
    done = await run(dismiss_proposal, actor, (proposal_id, data, known_version(if_match)))
    return Response(done.result, headers={"ETag": etag(done.result.version)})


router = DishkaRouter(
    "/",
    route_handlers=[
        run_replenishment,
        list_proposals,
        show_proposal,
        accept_one_proposal,
        accept_many_proposals,
        dismiss_one_proposal,
    ],
    tags=["replenishment"],
)
