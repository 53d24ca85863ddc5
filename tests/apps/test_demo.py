"""The demonstration companies: every page has something to show, and its people can sign in."""

from collections import Counter
from pathlib import Path

import pytest

from adapters.local_disk.file_store import LocalDiskStore
from adapters.postgres.engine import Database, Scope
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.postgres.verification import PostgresVerifier
from apps.cli.demo_company.building import Builder
from apps.cli.demo_company.companies import demo_companies

pytestmark = pytest.mark.anyio

NUMBER = 7  # not one of the three, which other tests name
COUNTED = """
    SELECT 'product ' || kind, count(*) FROM product GROUP BY kind
    UNION ALL SELECT 'transfer ' || state, count(*) FROM transfer GROUP BY state
    UNION ALL SELECT 'suppliers', count(*) FROM supplier
    UNION ALL SELECT 'order ' || state, count(*) FROM purchase_order GROUP BY state
    UNION ALL SELECT 'request ' || kind || ' ' || state, count(*) FROM order_request GROUP BY kind, state
    UNION ALL SELECT 'picture', count(*) FROM product_image
    UNION ALL SELECT 'policy', count(*) FROM reorder_policy
"""


async def test_a_demonstration_company_has_something_for_every_page(database: Database, tmp_path: Path) -> None:
    (company,) = list(demo_companies(NUMBER))[-1:]
    await Builder(database, LocalDiskStore(tmp_path), "no password").build(NUMBER, company)
    verifier = PostgresVerifier(database)
    (company_id,) = [found for found, code in await verifier.companies() if code == company.code]
    assert Counter(dict(await database.fetch(Scope(company_id), COUNTED))) == {
        "product unit": 10,
        "picture": 10,
        "policy": 30,
        "transfer pending": 1,
        "transfer in_transit": 1,
        "suppliers": 3,
        "order draft": 2,
        "order sent": 1,
        "request restock pending": 1,
        "request customer_order pending": 1,
        "request customer_order approved": 1,
    }
    proposed = "SELECT count(*) FROM replenishment_proposal WHERE state = 'proposed'"
    assert (await database.fetch(Scope(company_id), proposed))[0][0] >= 1
    identities = PostgresIdentities(database)
    for user in company.users():
        account = await identities.account(user.login)
        assert account is not None
        identity = await identities.identity(account.user_id)
        assert identity is not None
        assert [one.role for one in identity.memberships] == [user.role]
    wrong = {check: await verifier.differences(company_id, company.code, check) for check in verifier.checks}
    assert not any(wrong.values()), wrong
