"""How a demonstration company keeps its shelves filled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from adapters.postgres.engine import Database
from adapters.postgres.policy_desk import PostgresPolicyDesk
from adapters.postgres.repositories.policies import PostgresPolicies
from adapters.postgres.uow import PostgresRun
from apps.cli.demo_company.catalogue import PRODUCTS, DemoProduct
from apps.cli.demo_company.companies import DemoCompany
from core.commands.policies import PeriodLine, PolicyLine, SetPolicies, set_policies
from core.commands.replenishment import Replenishing
from core.domain.access import Actor
from core.domain.policy import Method, Mode, Sources
from core.ports.clock import SystemClock
from core.ports.replenishment import Scope

_LIMIT = Decimal(400)


async def set_up_policies(database: Database, admin: Actor, company: DemoCompany) -> None:
    """Everything is proposed, but paper and pens are ordered by themselves at the first site, and pens drafted at the second; telephones
    and tablets follow the forecast. For chairs and, at the second site, pens a busy season has begun."""
    await set_policies(PostgresPolicies(database), admin, SetPolicies(list(_lines(company))))


def _lines(company: DemoCompany) -> Iterator[PolicyLine]:
    first, second, _ = (site.code for site in company.sites)
    terms: Mapping[tuple[str, str], _Terms] = {
        (first, "PAP-A4"): _Terms(Mode.PLACE, _LIMIT),
        (first, "ESF-AZ"): _Terms(Mode.PLACE, _LIMIT),
        (second, "ESF-AZ"): _Terms(Mode.DRAFT, sources=Sources.BUY_ONLY, is_busy=True),
        (first, "SIL-ERG"): _Terms(is_busy=True),
    }
    for site in company.sites:
        for product in PRODUCTS:
            yield _line(product, site.code, terms.get((site.code, product.sku), _Terms()))


@dataclass(frozen=True, slots=True)
class _Terms:
    mode: Mode = Mode.PROPOSE
    limit: Decimal | None = None
    sources: Sources = Sources.TRANSFER_FIRST
    is_busy: bool = False


def _line(product: DemoProduct, site: str, terms: _Terms) -> PolicyLine:
    follows = product.category in ("Smartphones", "Tablets")
    return PolicyLine(
        product.sku,
        site,
        Decimal(product.minimum),
        Decimal(product.target),
        method=Method.SERVICE_LEVEL if follows else Method.FIXED,
        service_level=Decimal("0.95") if follows else None,
        mode=terms.mode,
        spending_limit=terms.limit,
        sources=terms.sources,
        periods=[_season(product)] if terms.is_busy else [],
    )


def _season(product: DemoProduct) -> PeriodLine:
    """More than there has ever been of it."""
    today = datetime.now(UTC).date()
    return PeriodLine(
        today - timedelta(days=7), today + timedelta(days=30), Decimal(product.target * 2), Decimal(product.target * 3)
    )


async def replenish(database: Database, admin: Actor) -> None:
    """The first run, which the worker would make otherwise."""
    replenishing = Replenishing(PostgresPolicyDesk(database), PostgresRun(database), SystemClock())
    await replenishing.whole(admin, Scope())
