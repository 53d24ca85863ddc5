"""What passwords, invitations and registration are made of."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, alias, provide

from adapters.postgres.credentials import PostgresCredentials
from adapters.postgres.engine import Database
from adapters.postgres.queries.invitations import PostgresInvitationReader
from apps.settings import Settings
from core.commands.errands import Errands
from core.commands.invitation_acceptance import InvitationAcceptance
from core.commands.invitations import InvitationDesk
from core.commands.newcomers import Newcomers
from core.commands.password_resets import PasswordResets
from core.commands.passwords import OwnPassword
from core.commands.registration import RegistrationDesk
from core.ports.attempts import Attempts
from core.ports.audit import SignInRecord
from core.ports.clock import Clock
from core.ports.credentials import Credentials
from core.ports.identity import IdentityStore, Passwords
from core.ports.invitations import InvitationOffers
from core.ports.mail import Mailbox
from core.ports.sealing import Sealing
from core.ports.storage import Run
from core.queries.invitations import InvitationReader


class CredentialsProvider(Provider):
    """For the web application: its people choose passwords, invite and are invited."""

    scope = Scope.APP

    credentials = provide(PostgresCredentials, provides=Credentials)
    stored_invitations = provide(PostgresInvitationReader)
    invitation_reader = alias(source=PostgresInvitationReader, provides=InvitationReader)
    offers = alias(source=PostgresInvitationReader, provides=InvitationOffers)
    acceptance = provide(InvitationAcceptance)
    newcomers = provide(Newcomers)

    @provide
    async def errands(self, _: Database, __: SignInRecord) -> AsyncIterator[Errands]:
        """What is made later is closed earlier: errands end while there still is a database."""
        errands = Errands()
        yield errands
        await errands.finish()

    @provide
    def own_password(
        self,
        identities: IdentityStore,
        passwords: Passwords,
        credentials: Credentials,
        attempts: Attempts,
        mailbox: Mailbox,
        record: SignInRecord,
        clock: Clock,
        settings: Settings,
    ) -> OwnPassword:
        return OwnPassword(identities, passwords, credentials, attempts, mailbox, record, clock, settings.address)

    @provide
    def resets(
        self,
        run: Run,
        identities: IdentityStore,
        passwords: Passwords,
        credentials: Credentials,
        attempts: Attempts,
        mailbox: Mailbox,
        record: SignInRecord,
        errands: Errands,
        clock: Clock,
        settings: Settings,
    ) -> PasswordResets:
        return PasswordResets(
            run,
            identities,
            passwords,
            credentials,
            attempts,
            mailbox,
            record,
            errands,
            clock,
            settings.address,
            on_loopback=settings.on_loopback,
        )

    @provide
    def invitations(
        self, run: Run, identities: IdentityStore, attempts: Attempts, clock: Clock, settings: Settings
    ) -> InvitationDesk:
        return InvitationDesk(run, identities, attempts, clock, settings.address)

    @provide
    def registration(
        self,
        run: Run,
        identities: IdentityStore,
        passwords: Passwords,
        attempts: Attempts,
        sealing: Sealing,
        mailbox: Mailbox,
        clock: Clock,
        settings: Settings,
    ) -> RegistrationDesk:
        return RegistrationDesk(
            run,
            identities,
            passwords,
            attempts,
            sealing,
            mailbox,
            clock,
            settings.address,
            is_open=settings.registration,
        )
