"""Invitations: as the company makes them, and as those who are invited take them up."""

from typing import Annotated
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter

from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.client_address import origin_of
from apps.http.cookies import NO_STORE, session_cookie, signed_in
from apps.http.parameters import Cursor, Limit
from apps.http.rules import PUBLIC, needs
from apps.settings import Settings
from core.commands.invitation_acceptance import AcceptInvitation, InvitationAcceptance
from core.commands.invitations import InvitationDesk, Invite
from core.commands.sign_in import Session
from core.domain.access import Actor
from core.domain.errors import Unauthenticated
from core.domain.invitation import InvitationState
from core.ports.invitations import InvitationOffer
from core.queries.invitations import InvitationReader, InvitationView
from core.queries.paging import DEFAULT_LIMIT, Page

Token = Annotated[str, PathParameter(max_length=200, description="of the link in the letter")]
StateWanted = Annotated[InvitationState | None, QueryParameter(name="state")]  # Litestar keeps `state` to itself

_READ, _CHANGE = needs("user:read"), needs("user:write")


@get("/invitations", opt=_READ)
async def list_invitations(
    actor: FromDishka[Actor],
    invitations: FromDishka[InvitationReader],
    state_wanted: StateWanted = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[InvitationView]:
    """The company's invitations, the newest first."""
    return await invitations.invitations(actor, state_wanted, limit, cursor)


@post("/invitations", opt=_CHANGE)
async def invite_person(
    data: JSONBody[Invite],
    actor: FromDishka[Actor],
    desk: FromDishka[InvitationDesk],
    invitations: FromDishka[InvitationReader],
) -> InvitationView:
    """Mails somebody a link by which they become a member, good once and for 72 hours. An earlier one to this address is dead then."""
    return await invitations.invitation(actor, await desk.invite(actor, data))


@get("/invitations/{invitation_id:uuid}", opt=_READ)
async def show_invitation(
    invitation_id: FromPath[UUID], actor: FromDishka[Actor], invitations: FromDishka[InvitationReader]
) -> InvitationView:
    """One invitation."""
    return await invitations.invitation(actor, invitation_id)


@delete("/invitations/{invitation_id:uuid}", opt=_CHANGE)
async def revoke_invitation(
    invitation_id: FromPath[UUID], actor: FromDishka[Actor], desk: FromDishka[InvitationDesk]
) -> None:
    """Puts an invitation out of force. It stays listed."""
    await desk.revoke(actor, invitation_id)


@post("/invitations/{invitation_id:uuid}/resend", opt=_CHANGE, status_code=200)
async def resend_invitation(
    invitation_id: FromPath[UUID],
    actor: FromDishka[Actor],
    desk: FromDishka[InvitationDesk],
    invitations: FromDishka[InvitationReader],
) -> InvitationView:
    """Mails another link, good for another 72 hours; the one before is dead then."""
    await desk.resend(actor, invitation_id)
    return await invitations.invitation(actor, invitation_id)


@get("/auth/invitations/{token:str}", opt=PUBLIC, cache_control=NO_STORE)
async def show_offer(
    token: Token, request: ApiRequest, acceptance: FromDishka[InvitationAcceptance], settings: FromDishka[Settings]
) -> InvitationOffer:
    """What an invitation offers. To look at it uses nothing up."""
    return await acceptance.offer(token, origin_of(request.scope, settings.trusted_proxies))


@post("/auth/invitations/{token:str}", opt=PUBLIC, status_code=200)
async def accept_invitation(
    token: Token,
    data: JSONBody[AcceptInvitation],
    request: ApiRequest,
    acceptance: FromDishka[InvitationAcceptance],
    authenticator: FromDishka[Authenticator],
    settings: FromDishka[Settings],
) -> Response[Session]:
    """Takes an invitation up. Somebody new chooses login and password and is signed in; whoever is signed in joins as who they are, and
    goes on in the new company."""
    caller = await _caller(request, authenticator, settings)
    origin = origin_of(request.scope, settings.trusted_proxies)
    opened = await acceptance.accept(token, data, caller, origin)
    if caller:
        authenticator.forget(caller)
    return signed_in(opened, settings)


async def _caller(request: ApiRequest, authenticator: Authenticator, settings: Settings) -> Actor | None:
    """Who makes the request, if they show anything of it. A browser shows its cookie also when its session is long over."""
    headers = request.scope["state"]["headers"]
    if b"authorization" not in headers and session_cookie(headers.get(b"cookie"), secure=settings.is_secure) is None:
        return None
    origin = origin_of(request.scope, settings.trusted_proxies)
    try:
        return await authenticator.actor(headers, request.method, origin, afresh=True)
    except Unauthenticated:
        if b"authorization" in headers:
            raise
        return None


router = DishkaRouter(
    "/",
    route_handlers=[
        list_invitations,
        invite_person,
        show_invitation,
        revoke_invitation,
        resend_invitation,
        show_offer,
        accept_invitation,
    ],
    tags=["people"],
)
