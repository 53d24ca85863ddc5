"""From the Authorization header to the one who acts. Rights are read from the store, never from the token."""

from collections.abc import Callable
from uuid import UUID

from core.commands.session import actor_in, company_not_found, may_sign_in
from core.domain.access import PRESETS, Actor
from core.domain.errors import Unauthenticated
from core.ports.identity import AccessClaims, AccessTokens, Identity, IdentityStore

REMEMBERED = 5.0  # seconds after which a change of rights has taken effect
CAPACITY = 10_000  # remembered actors

ActorKey = tuple[UUID, UUID | None, bytes | None]


class Authenticator:
    """Finds the actor of a request and remembers their rights for `REMEMBERED` seconds."""

    def __init__(
        self,
        tokens: AccessTokens,
        identities: IdentityStore,
        elapsed: Callable[[], float],
        *,
        on_loopback: bool,
    ) -> None:
        self._tokens = tokens
        self._identities = identities
        self._on_loopback = on_loopback
        self._elapsed = elapsed
        self._known: dict[ActorKey, tuple[Actor, float]] = {}

    async def actor(self, authorization: bytes | None, company: bytes | None) -> Actor:
        """Who shows this bearer token and picks this company. Raises `Unauthenticated`, or `NotFound` for the company."""
        claims = self._tokens.verify(_bearer_token(authorization))
        key = (claims.user_id, claims.company_id, company)
        now = self._elapsed()
        if (known := self._known.get(key)) and now < known[1]:
            return known[0]
        actor = await self._read(claims, company)
        if len(self._known) >= CAPACITY:
            self._known.clear()
        self._known[key] = (actor, now + REMEMBERED)
        return actor

    async def _read(self, claims: AccessClaims, company: bytes | None) -> Actor:
        identity = await self._identities.identity(claims.user_id)
        if identity is None or not may_sign_in(identity, on_loopback=self._on_loopback):
            raise Unauthenticated("access_ended", "this account may not sign in any more")
        actor = actor_in(identity, claims.company_id)
        if actor is None:
            raise Unauthenticated("access_ended", "the company of this token is not open to this account any more")
        return actor if company is None else await self._in_picked_company(identity, actor, company.decode("latin-1"))

    async def _in_picked_company(self, identity: Identity, actor: Actor, reference: str) -> Actor:
        """A platform owner acts as admin in any company; for others the header may only repeat the token's company."""
        if identity.is_platform_owner:
            if picked := await self._identities.company(reference):
                return Actor(identity.user_id, picked.id, PRESETS["admin"])
        elif (own := identity.membership_in(reference)) and own.company.id == actor.company_id:
            return actor
        raise company_not_found()


def _bearer_token(authorization: bytes | None) -> str:
    if authorization is None:
        raise Unauthenticated("token_required", "sign in and send the access token as a bearer token")
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("token_required", "the Authorization header must have the scheme Bearer")
    return token.strip()
