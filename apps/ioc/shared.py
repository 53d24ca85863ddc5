"""What every process of Pirwa is made of. A provider given later replaces what an earlier one provides."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from dishka import Provider, Scope, provide

from adapters.attachment_types.sniffer import AttachmentSniffer
from adapters.passwords.argon2id import Argon2Passwords
from adapters.postgres.attempts import PostgresAttempts
from adapters.postgres.engine import Database
from adapters.postgres.group_commit import GroupCommitLedger
from adapters.postgres.long_reads import LongReads, long_reads
from adapters.postgres.queries.audit import PostgresAuditReader
from adapters.postgres.queries.balances import PostgresBalanceReader
from adapters.postgres.queries.companies import PostgresCompanyReader
from adapters.postgres.queries.order_requests import PostgresOrderRequestReader
from adapters.postgres.queries.people import PostgresPeopleReader
from adapters.postgres.queries.platform import PostgresTenantReader
from adapters.postgres.queries.policies import PostgresPolicyReader
from adapters.postgres.queries.reservations import PostgresReservationReader
from adapters.postgres.queries.stock import PostgresStockReader
from adapters.postgres.queries.transfers import PostgresTransferReader
from adapters.postgres.readiness import DatabaseReadiness
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.postgres.repositories.policies import PostgresPolicies
from adapters.postgres.repositories.postings import PostingLookup
from adapters.postgres.sessions import PostgresSessions
from adapters.postgres.sign_ins import PostgresSignInRecord
from adapters.postgres.signing_keys import PostgresSigningKeys
from adapters.postgres.uow import PostgresRun
from adapters.secrets.key_ring import key_ring
from adapters.tokens.access_tokens import SignedAccessTokens
from adapters.tokens.key_set import KeySet
from apps.files import file_store
from apps.ioc.catalogue import CatalogueProvider
from apps.ioc.channel_orders import ChannelOrdersProvider
from apps.ioc.channels import ChannelsProvider
from apps.ioc.counting import CountingProvider
from apps.ioc.forecasting import ForecastingProvider
from apps.ioc.integrations import IntegrationsProvider
from apps.ioc.mail import MailProvider
from apps.ioc.notifications import NotificationsProvider
from apps.ioc.profile import ProfileProvider
from apps.ioc.purchasing import PurchasingProvider
from apps.ioc.recommendations import RecommendationsProvider
from apps.ioc.replenishment import ReplenishmentProvider
from apps.ioc.reports import ReportsProvider
from apps.ioc.second_factor import SecondFactorProvider
from apps.settings import Settings
from core.commands.attachments import Attachments
from core.ports.attempts import Attempts
from core.ports.audit import SignInRecord
from core.ports.clock import Clock, SystemClock
from core.ports.files import AttachmentTypes, FileStore
from core.ports.identity import AccessTokens, IdentityStore, Passwords, SigningKeys
from core.ports.policies import Policies
from core.ports.sealing import Sealing
from core.ports.sessions import Sessions
from core.ports.stock_ledger import StockLedger
from core.ports.storage import PostingReader, Run
from core.queries.audit import AuditReader
from core.queries.audit_export import AuditExport
from core.queries.balances import BalanceReader
from core.queries.companies import CompanyReader
from core.queries.order_requests import OrderRequestReader
from core.queries.people import PeopleReader
from core.queries.platform import TenantReader
from core.queries.policies import PolicyReader
from core.queries.reservations import ReservationReader
from core.queries.stock import StockReader
from core.queries.transfers import TransferReader


class Elapsed(Protocol):
    """A clock that never steps, for measuring how long ago something was."""

    def __call__(self) -> float:
        """Seconds since some moment."""
        ...


class SettingsProvider(Provider):
    """The settings that the process was started with."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @provide(scope=Scope.APP)
    def settings(self) -> Settings:
        return self._settings


class ServicesProvider(Provider):
    """Time, passwords and tokens."""

    scope = Scope.APP

    clock = provide(SystemClock, provides=Clock)
    attachment_types = provide(AttachmentSniffer, provides=AttachmentTypes)
    attachments = provide(Attachments)

    @provide
    def elapsed(self) -> Elapsed:
        return time.monotonic

    @provide
    def passwords(self) -> Iterator[Passwords]:
        passwords = Argon2Passwords()
        yield passwords
        passwords.close()

    @provide
    def files(self, settings: Settings) -> FileStore:
        return file_store(settings)

    @provide
    def sealing(self, settings: Settings) -> Sealing:
        return key_ring(settings.secret_keys, settings.data)

    @provide
    def tokens(
        self, keys: SigningKeys, sealing: Sealing, clock: Clock, elapsed: Elapsed, settings: Settings
    ) -> AccessTokens:
        return SignedAccessTokens(KeySet(keys, sealing, clock, elapsed), clock, settings.issuer)


class StorageProvider(Provider):
    """The database of `database_url`, opened when it is first needed."""

    scope = Scope.APP

    identities = provide(PostgresIdentities, provides=IdentityStore)
    sessions = provide(PostgresSessions, provides=Sessions)
    signing_keys = provide(PostgresSigningKeys, provides=SigningKeys)
    attempts = provide(PostgresAttempts, provides=Attempts)
    ledger = provide(GroupCommitLedger, provides=StockLedger)
    postings = provide(PostingLookup, provides=PostingReader)
    stock = provide(PostgresStockReader, provides=StockReader)
    companies = provide(PostgresCompanyReader, provides=CompanyReader)
    people = provide(PostgresPeopleReader, provides=PeopleReader)
    tenants = provide(PostgresTenantReader, provides=TenantReader)
    balances = provide(PostgresBalanceReader, provides=BalanceReader)
    reservations = provide(PostgresReservationReader, provides=ReservationReader)
    transfers = provide(PostgresTransferReader, provides=TransferReader)
    order_requests = provide(PostgresOrderRequestReader, provides=OrderRequestReader)
    policies = provide(PostgresPolicies, provides=Policies)
    policy_reader = provide(PostgresPolicyReader, provides=PolicyReader)
    audit = provide(PostgresAuditReader, provides=AuditReader)
    audit_export = provide(AuditExport)

    @provide
    def run(self, database: Database, sealing: Sealing, clock: Clock) -> Run:
        return PostgresRun(database, sealing, clock)

    @provide
    def readiness(self, database: Database, reads: LongReads) -> DatabaseReadiness:
        return DatabaseReadiness(database, reads)

    @provide
    async def sign_ins(self, database: Database) -> AsyncIterator[SignInRecord]:
        record = PostgresSignInRecord(database)
        yield record
        await record.finish()

    @provide
    async def database(self, settings: Settings) -> AsyncIterator[Database]:
        if settings.database_url is None:
            raise RuntimeError("there is no database to open: PIRWA_DATABASE_URL is not set")
        database = Database(settings.database_url)
        await database.open()
        yield database
        await database.close()

    @provide
    async def long_reads(self, database: Database, settings: Settings) -> AsyncIterator[LongReads]:
        async with long_reads(database, settings.replica_url) as reads:
            yield reads


def shared_providers(settings: Settings) -> list[Provider]:
    """The providers of every process."""
    return [
        SettingsProvider(settings),
        ServicesProvider(),
        StorageProvider(),
        CatalogueProvider(),
        ChannelOrdersProvider(),
        ChannelsProvider(),
        CountingProvider(),
        ForecastingProvider(),
        MailProvider(),
        NotificationsProvider(),
        ProfileProvider(),
        PurchasingProvider(),
        RecommendationsProvider(),
        ReplenishmentProvider(),
        ReportsProvider(),
        SecondFactorProvider(),
        IntegrationsProvider(),
    ]
