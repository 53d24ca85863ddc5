"""What handlers may ask for, beyond what every process has."""

from dishka import Provider, Scope, alias, from_context, provide

from adapters.postgres.readiness import DatabaseReadiness
from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.guards import Admission
from apps.http.health import Readiness
from apps.http.idempotency import idempotency_key
from apps.http.metrics import Metrics
from apps.http.visits import Visits
from apps.ioc.shared import Elapsed
from apps.settings import Settings
from core.commands.password_sign_in import PasswordSignIn
from core.commands.sessions import OwnSessions
from core.commands.sign_in import SessionDesk
from core.domain.access import Actor
from core.domain.errors import Unauthenticated
from core.ports.attempts import Attempts
from core.ports.audit import SignInRecord
from core.ports.clock import Clock
from core.ports.identity import AccessTokens, IdentityStore, Passwords
from core.ports.integrations import Integrations
from core.ports.mail import Mailbox
from core.ports.sealing import Sealing
from core.ports.second_factor import SecondFactor
from core.ports.sessions import Sessions


class HttpProvider(Provider):
    """The request, who makes it, and the services of the edge."""

    request = from_context(ApiRequest, scope=Scope.REQUEST)
    key = provide(staticmethod(idempotency_key), scope=Scope.REQUEST)
    own_sessions = provide(OwnSessions, scope=Scope.APP)
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
        self,
        tokens: AccessTokens,
        identities: IdentityStore,
        sessions: Sessions,
        integrations: Integrations,
        clock: Clock,
        settings: Settings,
        elapsed: Elapsed,
    ) -> Authenticator:
        return Authenticator(
            tokens,
            identities,
            sessions,
            integrations,
            clock,
            elapsed,
            on_loopback=settings.on_loopback,
            secure_cookies=settings.is_secure,
        )

    @provide(scope=Scope.APP)
    def admission(
        self, authenticator: Authenticator, record: SignInRecord, clock: Clock, elapsed: Elapsed, settings: Settings
    ) -> Admission:
        return Admission(authenticator, Visits(record, elapsed), clock, settings.trusted_proxies)

    @provide(scope=Scope.APP)
    def session_desk(
        self,
        identities: IdentityStore,
        tokens: AccessTokens,
        sessions: Sessions,
        sealing: Sealing,
        record: SignInRecord,
        mailbox: Mailbox,
        clock: Clock,
        settings: Settings,
    ) -> SessionDesk:
        return SessionDesk(
            identities,
            tokens,
            sessions,
            sealing,
            record,
            mailbox,
            clock,
            address=settings.address,
            on_loopback=settings.on_loopback,
        )

    @provide(scope=Scope.APP)
    def password_sign_in(
        self,
        desk: SessionDesk,
        identities: IdentityStore,
        passwords: Passwords,
        second_factor: SecondFactor,
        sessions: Sessions,
        attempts: Attempts,
        sealing: Sealing,
        record: SignInRecord,
        clock: Clock,
        settings: Settings,
    ) -> PasswordSignIn:
        return PasswordSignIn(
            desk,
            identities,
            passwords,
            second_factor,
            sessions,
            attempts,
            sealing,
            record,
            clock,
            on_loopback=settings.on_loopback,
        )
