"""What runs of replenishment and changes of stock do to one another when they happen at the same moment."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from adapters.postgres.policy_desk import PostgresPolicyDesk
from adapters.postgres.repositories.policies import PostgresPolicies
from core.commands.policies import PolicyLine, SetPolicies, set_policies
from core.domain.access import Actor
from core.ports.replenishment import Scope, Touched
from core.ports.storage import UnitOfWork
from tests.lock_waits import until_blocked
from tests.shop import Shop

pytestmark = pytest.mark.anyio


async def policy(shop: Shop, sku: str) -> UUID:
    product = await shop.product(sku)
    line = PolicyLine(sku, "UIO", Decimal(10), Decimal(30))
    await set_policies(PostgresPolicies(shop.database), shop.admin, SetPolicies([line]))
    return product


async def is_due(shop: Shop, product: UUID) -> bool:
    statement = "SELECT due_at <= clock_timestamp() FROM reorder_policy WHERE company_id = %s AND product_id = %s"
    return bool((await shop.fetch(statement, shop.company_id, product))[0][0])


async def test_what_changes_while_a_run_computes_is_looked_at_again(shop: Shop) -> None:
    """Seen to fail when what seems to be due already is not waited for."""
    product, desk = await policy(shop, "TEA"), PostgresPolicyDesk(shop.database)
    touched = Touched([(product, shop.sites["UIO"])])
    marking: list[asyncio.Task[None]] = []

    async def slow_run(uow: UnitOfWork, actor: Actor, scope: Scope) -> int:
        claimed = await uow.replenishment.claim(scope)
        marking.append(asyncio.create_task(desk.mark_due(shop.company_id, touched, datetime.now(UTC))))
        await until_blocked(shop, marking[0])
        return claimed.count

    assert (await shop.run(slow_run, shop.admin, Scope())).result == 1
    await marking[0]
    assert await is_due(shop, product)


async def test_what_did_not_change_is_due_after_its_review_period(shop: Shop) -> None:
    product = await policy(shop, "TEA")

    async def run(uow: UnitOfWork, actor: Actor, scope: Scope) -> int:
        return (await uow.replenishment.claim(scope)).count

    assert (await shop.run(run, shop.admin, Scope())).result == 1
    assert not await is_due(shop, product)
    assert (await shop.run(run, shop.admin, Scope())).result == 0
    await PostgresPolicyDesk(shop.database).mark_due(
        shop.company_id, Touched([(product, shop.sites["GYE"])]), datetime.now(UTC)
    )
    assert not await is_due(shop, product)


async def test_nobody_but_the_functions_writes_what_alerts_follow_from(shop: Shop) -> None:
    await policy(shop, "TEA")
    for statement in (
        "UPDATE reorder_policy SET minimum = 1 WHERE company_id = %s",
        "DELETE FROM reorder_policy WHERE company_id = %s",
        "DELETE FROM policy_period WHERE company_id = %s",
    ):
        with pytest.raises(Exception, match="permission denied"):
            await shop.fetch(statement, shop.company_id)
