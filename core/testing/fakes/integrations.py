"""`Integrations` in memory."""

from uuid import UUID

from core.ports.integrations import Integration


class InMemoryIntegrations:
    """Keys and clients that the test lets in."""

    def __init__(self) -> None:
        self.keys: dict[str, Integration] = {}
        self.clients: dict[tuple[UUID, UUID], Integration] = {}

    async def by_key(self, text: str) -> Integration | None:
        return self.keys.get(text)

    async def by_client(self, company_id: UUID, client_id: UUID) -> Integration | None:
        return self.clients.get((company_id, client_id))
