"""The prices that a storefront shows."""

from dataclasses import dataclass
from datetime import timedelta

from apps.worker.channel_levels import BATCH, PUSH_SECONDS, AtStorefront
from apps.worker.retries import described
from core.ports.channels import ChannelPrices
from core.ports.failures import AuthFailed, Misconfigured, RateLimited

DELAY = timedelta(minutes=1)
MISFIT_DELAY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class PriceKeeper:
    """Has storefronts that are to show our prices show them."""

    prices: ChannelPrices

    async def push(self, there: AtStorefront) -> bool:
        """Pushes prices that have changed. Returns whether there may be more. A failure that concerns prices alone puts only these off."""
        company_id, plugin_id, token = there.company_id, there.plugin_id, there.held.token
        ours, theirs = await self.prices.currency(company_id, plugin_id)
        if theirs and ours != theirs:
            problem = f"our prices are in {ours}, those of the storefront in {theirs}"
            await self.prices.hold(company_id, plugin_id, token, problem, MISFIT_DELAY)
            return False
        changed = await self.prices.changed(company_id, plugin_id, BATCH)
        try:
            pushed = there.storefront.push_prices([price for price, _ in changed])
            refused = await there.at_work.answer(pushed, PUSH_SECONDS)
        except Exception as error:
            if isinstance(error, AuthFailed | Misconfigured | RateLimited):
                raise
            await self.prices.hold(company_id, plugin_id, token, described(error), DELAY)
            return False
        reasons = {one.item: one.reason[:500] for one in refused}
        await self.prices.record(company_id, plugin_id, token, changed, reasons)
        return len(changed) == BATCH
