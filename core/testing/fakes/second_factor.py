"""`SecondFactor` in memory."""

from uuid import UUID


class InMemorySecondFactor:
    """Codes that the test deals out."""

    def __init__(self) -> None:
        self._codes: dict[UUID, set[str]] = {}

    async def demanded_of(self, user_id: UUID) -> bool:
        return user_id in self._codes

    async def accepts(self, user_id: UUID, code: str) -> str | None:
        if code not in self._codes.get(user_id, ()):
            return None
        self._codes[user_id].remove(code)
        return "otp"

    def deal(self, user_id: UUID, *codes: str) -> None:
        """From now on the account demands one of these beside its password."""
        self._codes[user_id] = set(codes)
