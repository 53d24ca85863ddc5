"""The set-up of a storefront: connecting, and importing all that it sells; and the end of it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from apps.worker.channel_levels import PUSH_SECONDS, AtStorefront
from apps.worker.jobs import NOBODY
from apps.worker.retries import described
from core.commands.channel_import import EVERY, ImportedPage, import_page
from core.commands.channel_order_news import mark_channel
from core.domain.access import Actor
from core.domain.errors import DomainError
from core.domain.ids import new_id
from core.ports.calling import answer_of
from core.ports.channels import ChannelSetUp, Stage
from core.ports.failures import AuthFailed, Misconfigured, PermanentlyRejected, RateLimited
from core.ports.plugins import Installations, Plugins
from core.ports.storage import Run, UnitOfWork

MAX_ITEMS = 100_000
LONGEST_WAIT = timedelta(minutes=10)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(hours=1)
MOST_FAREWELLS = 5
AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class SetUp:
    """Sets storefronts up, a step at a time, so that whoever takes over goes on where another has stopped."""

    steps: ChannelSetUp
    run: Run

    async def go_on(self, there: AtStorefront) -> None:
        """The next step. A failure that concerns this step alone puts only this step off."""
        try:
            match there.held.stage:
                case Stage.CONNECTING:
                    await self._connect(there)
                case Stage.IMPORTING:
                    await self._import(there)
                case Stage.READY:
                    await self.steps.begin(there.company_id, there.plugin_id, there.held.token, there.held.run)
        except Exception as error:
            if isinstance(error, AuthFailed | Misconfigured | RateLimited):
                raise
            await self._put_off(there, error)

    async def _connect(self, there: AtStorefront) -> None:
        account = await there.at_work.answer(there.storefront.check(), PUSH_SECONDS)
        address = there.at_work.plugin.hook_url
        if address is not None:
            await there.at_work.answer(there.storefront.listen(address), PUSH_SECONDS)
        held = there.held
        await self.steps.connected(
            there.company_id, there.plugin_id, held.token, held.run, account, listening=address is not None
        )
        await self.run(_mark, _nobody(there.company_id), there.plugin_id)

    async def _import(self, there: AtStorefront) -> None:
        held = there.held
        page = await there.at_work.answer(there.storefront.items(held.cursor), PUSH_SECONDS)
        if page.wait is not None:
            wait = max(AT_ONCE, min(page.wait, LONGEST_WAIT))
            await self.steps.wait(there.company_id, there.plugin_id, held.token, held.run, page.next_cursor, wait)
            return
        if held.seen + len(page.items) > MAX_ITEMS:
            problem = f"the storefront has more than {MAX_ITEMS} items"
            await self.steps.wait(there.company_id, there.plugin_id, held.token, held.run, None, EVERY, problem)
            return
        imported = ImportedPage(there.plugin_id, held.token, held.run, page.next_cursor, page.items)
        await self.run(import_page, _nobody(there.company_id), imported)

    async def _put_off(self, there: AtStorefront, error: Exception) -> None:
        """Tries this page again later; from the first page on, where the storefront will not have this cursor any more."""
        held = there.held
        failures = await self.steps.failures(there.company_id, there.plugin_id) + 1
        after = min(FIRST_DELAY * (1 << min(failures - 1, 12)), LONGEST_DELAY)
        cursor = None if isinstance(error, PermanentlyRejected) else held.cursor
        await self.steps.wait(there.company_id, there.plugin_id, held.token, held.run, cursor, after, described(error))


@dataclass(frozen=True, slots=True)
class Farewell:
    """Has storefronts that were switched off tell us nothing any more."""

    steps: ChannelSetUp
    plugins: Plugins
    installations: Installations
    lease: timedelta

    async def say(self, company_id: UUID, plugin_id: str) -> bool:
        """Asks the storefront once; it is asked some times, and then left to find out by itself. Returns whether there is more to do."""
        token = new_id()
        if not await self.steps.close(company_id, plugin_id, token, self.lease):
            return False
        try:
            await self._say(company_id, plugin_id)
        except Exception as error:  # foreign code may raise anything
            await self.steps.put_off_closing(company_id, plugin_id, token, described(error), MOST_FAREWELLS)
        else:
            await self.steps.closed(company_id, plugin_id, token)
        return False

    async def _say(self, company_id: UUID, plugin_id: str) -> None:
        installed = await self.installations.find(company_id, plugin_id)
        if installed is None:
            return
        try:
            opened = self.plugins.open(plugin_id, company_id, installed.settings, installed.hook_token)
        except DomainError as error:
            raise Misconfigured(str(error)) from error
        if opened.storefront is not None:
            await answer_of(opened.storefront.stop_listening(), PUSH_SECONDS)


async def _mark(uow: UnitOfWork, actor: Actor, plugin_id: str) -> None:
    await mark_channel(uow, plugin_id)


def _nobody(company_id: UUID) -> Actor:
    return Actor(NOBODY, company_id, frozenset())
