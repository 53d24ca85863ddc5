"""A carrier of text messages in memory."""

from core.ports.failures import PermanentlyRejected, PortFailure


class InMemoryMessageSender:
    """`MessageSender`. `trouble` is raised by every call while it is set; numbers in `unknown` are refused for good."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[str, str]] = {}
        self.unknown: set[str] = set()
        self.trouble: PortFailure | None = None

    async def check(self) -> None:
        self._meet_trouble()

    async def send(self, to: str, text: str, key: str) -> str:
        self._meet_trouble()
        if to in self.unknown:
            raise PermanentlyRejected("no such number")
        self.sent.setdefault(key, (to, text))
        return f"memory-{key}"

    def _meet_trouble(self) -> None:
        if self.trouble is not None:
            raise self.trouble
