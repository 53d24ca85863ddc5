"""What replenishment is made of."""

from dishka import Provider, Scope, provide

from adapters.postgres.policy_desk import PostgresPolicyDesk
from adapters.postgres.queries.replenishment import PostgresProposalReader
from core.commands.replenishment import Replenishing
from core.ports.replenishment import PolicyDesk
from core.queries.replenishment import ProposalReader


class ReplenishmentProvider(Provider):
    """Running replenishment, and reading what it proposes."""

    scope = Scope.APP

    proposals = provide(PostgresProposalReader, provides=ProposalReader)
    desk = provide(PostgresPolicyDesk, provides=PolicyDesk)
    replenishing = provide(Replenishing)
