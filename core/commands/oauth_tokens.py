"""Access tokens for OAuth 2 clients, by the client credentials grant (RFC 6749 §4.4)."""

from dataclasses import dataclass, field
from uuid import UUID

from core.commands.membership import calls_from
from core.domain.access import Actor, Origin
from core.domain.errors import DomainError
from core.domain.integration_secret import is_client_secret, is_digest_of, read_client_name
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.identity import AccessToken, AccessTokens
from core.ports.integrations import ClientAccount, Integration, OAuthClients


class GrantRefused(DomainError):
    """No token; its code is one of RFC 6749 §5.2."""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a client calls itself, and its secret."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """A token, and the permissions that it carries at most."""

    token: AccessToken
    scopes: frozenset[str]


class TokenDesk:
    """Gives tokens to clients that show their secret.

    Wrong secrets are counted by client and by peer, and beyond ten in a quarter of an hour refused with `TooManyAttempts`. Right
    ones are never refused: a secret has 256 bits, so nobody finds it by trying, and a stranger who knows a client's name must
    not be able to lock it out.
    """

    def __init__(self, clients: OAuthClients, tokens: AccessTokens, attempts: Attempts, record: SignInRecord) -> None:
        self._clients, self._tokens, self._attempts, self._record = clients, tokens, attempts, record

    async def grant(self, credentials: ClientCredentials, scope: str, origin: Origin) -> Granted:
        """A token for the scopes that are asked for, separated by spaces, or else for all that the client has.

        Raises `GrantRefused`: `invalid_client`, the same for an unknown client and a wrong secret, and `invalid_scope`.
        """
        account = await self._authenticated(credentials, origin)
        client = account.client
        scopes = frozenset(scope.split()) or client.scopes
        if beyond := sorted(scopes - client.scopes):
            raise GrantRefused("invalid_scope", f"the client does not have {' '.join(beyond)}")
        token = await self._tokens.issue_for_client(client.user_id, client.company_id, account.client_id, scopes)
        self._record.note(_actor(client, origin), AuditAction.SIGNED_IN)
        return Granted(token, scopes)

    async def _authenticated(self, credentials: ClientCredentials, origin: Origin) -> ClientAccount:
        ids = read_client_name(credentials.client_id)
        account = await self._account(ids, credentials.client_secret)
        right = is_digest_of(credentials.client_secret, account.digests if account else ())
        if account and right and calls_from(account.client, origin.address):
            return account
        await self._attempts.admit(_allowances(ids, origin))
        if account:
            self._record.note(_actor(account.client, origin), AuditAction.SIGN_IN_FAILED)
        raise GrantRefused("invalid_client", "the client is unknown or its secret is wrong")

    async def _account(self, ids: tuple[UUID, UUID] | None, secret: str) -> ClientAccount | None:
        return await self._clients.account(*ids) if ids and is_client_secret(secret) else None


def _allowances(ids: tuple[UUID, UUID] | None, origin: Origin) -> list[Allowance]:
    by_peer = Allowance(f"oauth peer {network_of(origin.address)}")
    return [Allowance(f"oauth client {ids[0]} {ids[1]}"), by_peer] if ids else [by_peer]


def _actor(client: Integration, origin: Origin) -> Actor:
    return Actor(client.user_id, client.company_id, frozenset(), origin=origin, agent=client.agent)
