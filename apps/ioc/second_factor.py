"""What second factors and passkeys are made of."""

from dishka import Provider, Scope, alias, provide

from adapters.one_time_codes.totp import TimeBasedCodes
from adapters.postgres.passkeys import PostgresPasskeys
from adapters.postgres.second_factors import PostgresSecondFactors
from apps.settings import Settings
from core.commands.passkeys import Passkeys, PasskeySignIn
from core.commands.second_factor_changes import SecondFactorChanges
from core.commands.second_factors import CodeCheck, SecondFactors
from core.ports.audit import SignInRecord
from core.ports.clock import Clock
from core.ports.identity import IdentityStore
from core.ports.mail import Mailbox
from core.ports.passkeys import PasskeyCeremonies, PasskeyStore
from core.ports.second_factor import OneTimeCodes, SecondFactor, SecondFactorStore
from core.ports.sessions import Sessions
from core.queries.second_factors import SecondFactorReader


class SecondFactorProvider(Provider):
    """Codes beside the password, and keys in its place."""

    scope = Scope.APP

    codes = provide(TimeBasedCodes, provides=OneTimeCodes)
    storage = provide(PostgresSecondFactors)
    store = alias(source=PostgresSecondFactors, provides=SecondFactorStore)
    reader = alias(source=PostgresSecondFactors, provides=SecondFactorReader)
    check = provide(CodeCheck)
    second_factor = alias(source=CodeCheck, provides=SecondFactor)
    second_factors = provide(SecondFactors)
    passkey_store = provide(PostgresPasskeys, provides=PasskeyStore)
    passkeys = provide(Passkeys)

    @provide
    def ceremonies(self, settings: Settings) -> PasskeyCeremonies:
        from adapters.passkeys.ceremonies import WebAuthnCeremonies  # 10 MB, for whoever has a passkey

        return WebAuthnCeremonies(settings.address)

    @provide
    def changes(
        self,
        sessions: Sessions,
        identities: IdentityStore,
        mailbox: Mailbox,
        record: SignInRecord,
        clock: Clock,
        settings: Settings,
    ) -> SecondFactorChanges:
        return SecondFactorChanges(sessions, identities, mailbox, record, clock, settings.address)


class PasskeySignInProvider(Provider):
    """For the web application, which alone has a desk where people sign in."""

    passkey_sign_in = provide(PasskeySignIn, scope=Scope.APP)
