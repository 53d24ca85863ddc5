"""What single sign-on is made of."""

from collections.abc import Iterator

from dishka import Provider, Scope, provide

from adapters.postgres.queries.identity_providers import PostgresIdentityProviderReader
from adapters.postgres.single_sign_on import PostgresOwnLinks, PostgresPendingLogins
from apps.ioc.shared import Elapsed
from apps.settings import Settings
from core.commands.identity_links import IdentityLinkDesk
from core.commands.identity_providers import IdentityProviderDesk
from core.commands.single_sign_on import SingleSignOn
from core.ports.attempts import Attempts
from core.ports.clock import Clock
from core.ports.sealing import Sealing
from core.ports.single_sign_on import OpenId, OwnLinks, PendingLogins
from core.ports.storage import Run
from core.queries.identity_providers import IdentityProviderReader

CALLBACK = "/api/v1/auth/oidc/callback"


def redirect_uri(settings: Settings) -> str:
    """Where every provider sends browsers back to."""
    return settings.address + CALLBACK


class SingleSignOnProvider(Provider):
    """For the web application, which alone has a desk where people sign in."""

    scope = Scope.APP

    reader = provide(PostgresIdentityProviderReader, provides=IdentityProviderReader)
    logins = provide(PostgresPendingLogins, provides=PendingLogins)
    own_links = provide(PostgresOwnLinks, provides=OwnLinks)
    sign_on = provide(SingleSignOn)
    links = provide(IdentityLinkDesk)

    @provide
    def openid(self, settings: Settings, clock: Clock, elapsed: Elapsed) -> Iterator[OpenId]:
        # With Authlib and an HTTP client, 20 MB that a process does not need until somebody signs in that way.
        from adapters.oidc.open_id import AuthlibOpenId
        from adapters.outgoing.transport import OutgoingHttp

        outgoing = OutgoingHttp(loopback=settings.on_loopback)
        openid = AuthlibOpenId(
            outgoing.transport, redirect_uri(settings), clock, elapsed, on_loopback=settings.on_loopback
        )
        yield openid
        openid.close()
        outgoing.close()

    @provide
    def providers(
        self, run: Run, openid: OpenId, sealing: Sealing, attempts: Attempts, clock: Clock, settings: Settings
    ) -> IdentityProviderDesk:
        return IdentityProviderDesk(run, openid, sealing, attempts, clock, on_loopback=settings.on_loopback)
