"""What handlers may ask for, beyond what every process has."""

from dishka import Provider, Scope, alias, from_context, provide

from adapters.postgres.readiness import DatabaseReadiness
from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.health import Readiness
from apps.http.idempotency import idempotency_key
from apps.http.metrics import Metrics
from apps.ioc import Elapsed
from apps.settings import Settings
from core.commands.session import SessionDesk
from core.domain.access import Actor
from core.domain.errors import Unauthenticated
from core.domain.throttling import Throttle
from core.ports.audit import SignInRecord
from core.ports.identity import AccessTokens, IdentityStore, Passwords


class HttpProvider(Provider):
    """The request, who makes it, and the services of the edge."""

    request = from_context(ApiRequest, scope=Scope.REQUEST)
    key = provide(staticmethod(idempotency_key), scope=Scope.REQUEST)
    readiness = alias(source=DatabaseReadiness, provides=Readiness)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    @provide(scope=Scope.APP)
    def metrics(self, readiness: Readiness) -> Metrics:
        self._metrics.watch("pirwa_database", readiness.usage)
        return self._metrics

    @provide(scope=Scope.REQUEST)
    def actor(self, request: ApiRequest) -> Actor:
        actor = request.scope.get("user")
        if not isinstance(actor, Actor):
            raise Unauthenticated("token_required", "this needs somebody who is signed in")
        return actor

    @provide(scope=Scope.APP)
    def authenticator(
        self, tokens: AccessTokens, identities: IdentityStore, settings: Settings, elapsed: Elapsed
    ) -> Authenticator:
        return Authenticator(tokens, identities, elapsed, on_loopback=settings.on_loopback)

    @provide(scope=Scope.APP)
    def session_desk(
        self,
        identities: IdentityStore,
        passwords: Passwords,
        tokens: AccessTokens,
        settings: Settings,
        elapsed: Elapsed,
        record: SignInRecord,
    ) -> SessionDesk:
        on_loopback = settings.on_loopback
        return SessionDesk(identities, passwords, tokens, Throttle(), elapsed, record, on_loopback=on_loopback)
