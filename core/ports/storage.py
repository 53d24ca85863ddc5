"""The unit of work: what a command reads and changes, committed in one place and only as a whole."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from core.domain.access import Actor
from core.domain.stock import Posting, ReturnedKey
from core.ports.attachments import AttachmentRepository
from core.ports.catalogue import CatalogueRepository
from core.ports.channel_items import ChannelItemRepository
from core.ports.channel_orders import ChannelOrderRepository
from core.ports.companies import CompanyRepository
from core.ports.inbox import InboxRepository, TextReports
from core.ports.integrations import ApiKeyRepository, OAuthClientRepository
from core.ports.invitations import InvitationRepository
from core.ports.mail import Mailbox
from core.ports.mail_reports import MailReports
from core.ports.order_requests import OrderRequestRepository
from core.ports.order_sendings import OrderSendings
from core.ports.people import PeopleRepository
from core.ports.policies import PolicySetter
from core.ports.purchase_orders import PurchaseOrderRepository
from core.ports.recommendations import RecommendationRepository
from core.ports.replenishment import ReplenishmentRepository
from core.ports.report_schedules import ReportSchedules
from core.ports.reservations import ReservationRepository
from core.ports.single_sign_on import IdentityLinks, IdentityProviders
from core.ports.stock_counts import StockCountRepository
from core.ports.stock_ledger import IdempotencyKey, StockLedger
from core.ports.suppliers import SupplierRepository
from core.ports.transfers import TransferRepository
from core.ports.webhooks import WebhookRepository

Command = TypeVar("Command", contravariant=True)
Result = TypeVar("Result")


class PostingReader(Protocol):
    """Reads postings back as domain objects."""

    async def posting(self, actor: Actor, posting_id: UUID) -> Posting | None:
        """The posting, or None where it does not exist for this caller."""
        ...


class Postings(PostingReader, Protocol):
    """Postings inside a unit of work."""

    async def returned(self, sale_id: UUID) -> Mapping[ReturnedKey, Decimal]:
        """What has come back of a sale. Two returns of one sale wait for each other here."""
        ...


class Events(Protocol):
    """The outbox for changes that move no stock; the ledger writes its own events."""

    async def append(self, event_type: str, subject_type: str, subject_id: UUID, data: Mapping[str, object]) -> None:
        """Records that something happened, in the transaction of the change itself."""
        ...


class UnitOfWork(Protocol):
    """One transaction inside one company. Commands never commit: whoever runs them does."""

    @property
    def now(self) -> datetime:
        """The moment at which it began, by the clock of whoever runs it: for all that happens in it, the same."""
        ...

    @property
    def ledger(self) -> StockLedger: ...
    @property
    def postings(self) -> Postings: ...
    @property
    def events(self) -> Events: ...
    @property
    def attachments(self) -> AttachmentRepository: ...
    @property
    def catalogue(self) -> CatalogueRepository: ...
    @property
    def companies(self) -> CompanyRepository: ...
    @property
    def people(self) -> PeopleRepository: ...
    @property
    def report_schedules(self) -> ReportSchedules: ...
    @property
    def reservations(self) -> ReservationRepository: ...
    @property
    def transfers(self) -> TransferRepository: ...
    @property
    def order_requests(self) -> OrderRequestRepository: ...
    @property
    def channel_orders(self) -> ChannelOrderRepository: ...
    @property
    def suppliers(self) -> SupplierRepository: ...
    @property
    def purchase_orders(self) -> PurchaseOrderRepository: ...
    @property
    def order_sendings(self) -> OrderSendings: ...
    @property
    def replenishment(self) -> ReplenishmentRepository: ...
    @property
    def policies(self) -> PolicySetter: ...
    @property
    def recommendations(self) -> RecommendationRepository: ...
    @property
    def stock_counts(self) -> StockCountRepository: ...
    @property
    def api_keys(self) -> ApiKeyRepository: ...
    @property
    def oauth_clients(self) -> OAuthClientRepository: ...
    @property
    def invitations(self) -> InvitationRepository: ...
    @property
    def identity_providers(self) -> IdentityProviders: ...
    @property
    def identity_links(self) -> IdentityLinks: ...
    @property
    def webhooks(self) -> WebhookRepository: ...
    @property
    def inbox(self) -> InboxRepository: ...
    @property
    def text_reports(self) -> TextReports: ...
    @property
    def channel_items(self) -> ChannelItemRepository: ...
    @property
    def mail(self) -> Mailbox: ...
    @property
    def mail_reports(self) -> MailReports: ...


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """What a command answered; `replayed` when an earlier request with the same key had done it."""

    result: Result
    replayed: bool = False


class Run(Protocol):
    """Runs a use case in a unit of work and commits it. Deadlocks and lock time-outs are tried again: use cases are pure
    functions of their command and of what they read."""

    async def __call__(
        self,
        use_case: Callable[[UnitOfWork, Actor, Command], Awaitable[Result]],
        actor: Actor,
        command: Command,
        key: IdempotencyKey | None = None,
    ) -> Outcome[Result]: ...
