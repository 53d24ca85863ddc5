"""Letting plugins work: only those that are switched on, neither paused nor resting, and with an account of how each of them fares."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from core.domain.circuit import COOL_DOWN, Admission, Circuit, Rest
from core.domain.errors import DomainError
from core.domain.masking import masked
from core.ports.calling import Answer, answer_of, begun
from core.ports.clock import Clock, SystemClock
from core.ports.failures import AuthFailed, Misconfigured, PermanentlyRejected, RateLimited, Transient
from core.ports.plugins import Installation, Installations, InstallationState, OpenPlugin, PluginHealth, Plugins

MOST_REMEMBERED = 10_000  # plugins of companies of which it is known how they have fared
_TOLD_BY_THEM = (AuthFailed, Misconfigured, PermanentlyRejected, RateLimited)
"""Answers, if not those that were hoped for: whoever gives them is not down."""


class Resting(RateLimited):
    """The plugin is left alone for a while, because too much failed. The work waits and is none the worse for it."""

    def __init__(self, after: timedelta, reason: str) -> None:
        super().__init__(after, f"it rests because too much failed: {reason}"[:500])


@dataclass(frozen=True, slots=True)
class AtWork:
    """A plugin that may be asked for something now; if it `is_trial`, for one thing only."""

    company_id: UUID
    plugin_id: str
    plugin: OpenPlugin
    rest: Rest | None
    settings: Mapping[str, object] = field(repr=False)
    secrets: frozenset[str]
    work: "PluginWork" = field(repr=False)

    @property
    def is_trial(self) -> bool:
        return self.rest is not None

    async def answer(self, call: Awaitable[Answer], seconds: float) -> Answer:
        """What a call of the plugin answers, within that time; see `answer_of`. How it ends is put down to the plugin, and no secret of its
        settings stays in the words of a failure."""
        try:
            answer = await answer_of(call, seconds)
        except Exception as error:  # foreign code may raise anything
            self._mask(error)
            await self.work.note(self, None if isinstance(error, _TOLD_BY_THEM) else error)
            raise
        await self.work.note(self, None)
        return answer

    async def ask(self, call: Callable[[], Awaitable[Answer]], seconds: float) -> Answer:
        """As `answer`, also for what goes wrong before there is anything to wait for."""
        return await self.answer(begun(call), seconds)

    def _mask(self, error: Exception) -> None:
        error.args = tuple(
            masked(one, self.settings, self.secrets) if isinstance(one, str) else one for one in error.args
        )


@dataclass(frozen=True, slots=True)
class PluginWork:
    """Opens plugins for work. Rests stand in the database and hold for all processes and after a restart; what led to none yet is
    remembered by each process for itself."""

    plugins: Plugins
    installations: Installations
    health: PluginHealth
    clock: Clock = field(default_factory=SystemClock)
    _fared: dict[tuple[UUID, str], Circuit] = field(default_factory=dict, repr=False)

    async def open(self, company_id: UUID, plugin_id: str) -> AtWork:
        """Raises `Misconfigured` where it is not switched on or cannot work, `Transient` where it is paused or the key of its secrets is
        missing, and `Resting`."""
        installed = await self.installations.find(company_id, plugin_id)
        if installed is None or installed.state is InstallationState.DISABLED:
            raise Misconfigured(f"the plugin {plugin_id} is not switched on")
        if installed.state is InstallationState.PAUSED:
            raise Transient(f"the plugin {plugin_id} is paused")
        await self._admit(company_id, plugin_id, installed.rest)
        return self._opened(company_id, installed)

    def _opened(self, company_id: UUID, installed: Installation) -> AtWork:
        plugin_id, settings = installed.plugin_id, installed.settings
        try:
            plugin = self.plugins.open(plugin_id, company_id, settings, installed.hook_token)
            secrets = self.plugins.form(plugin_id).secrets
        except DomainError as error:
            raise Misconfigured(str(error)) from error
        return AtWork(company_id, plugin_id, plugin, installed.rest, settings, secrets, self)

    async def _admit(self, company_id: UUID, plugin_id: str, rest: Rest | None) -> None:
        now = self.clock.now()
        match Circuit(rest).admits(now):
            case Admission.FREE:
                return
            case Admission.TRIAL if await self.health.begin_trial(company_id, plugin_id, COOL_DOWN):
                return
        assert rest is not None  # noqa: S101 - nothing else keeps one from working
        raise Resting(max(rest.retry_at - now, timedelta(seconds=1)), rest.reason)

    async def note(self, at_work: AtWork, error: Exception | None) -> None:
        """Puts down how a call ended. Too many failures begin a rest; a success ends it."""
        company_id, plugin_id, now = at_work.company_id, at_work.plugin_id, self.clock.now()
        known = self._fared.get((company_id, plugin_id), Circuit())
        before = Circuit(at_work.rest, known.buckets)
        after = before.succeeded(now) if error is None else before.failed(now, _words(error))
        self._remember(company_id, plugin_id, after)
        if after.rest is not None:
            await self.health.rest(company_id, plugin_id, after.rest.reason, COOL_DOWN)
        elif before.rest is not None:
            await self.health.recover(company_id, plugin_id)

    def _remember(self, company_id: UUID, plugin_id: str, circuit: Circuit) -> None:
        if len(self._fared) >= MOST_REMEMBERED:
            self._fared.clear()
        self._fared[company_id, plugin_id] = circuit


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
