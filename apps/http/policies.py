"""Stock policies: minimum and target of products at sites."""

from typing import Annotated, Literal

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import delete, get, put
from litestar.params import FromQuery, JSONBody, QueryParameter

from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import known_version
from core.commands.policies import PoliciesSet, SetPolicies, remove_policy, set_policies
from core.domain.access import Actor
from core.ports.policies import Policies
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.policies import PolicyFilter, PolicyReader, PolicyView

Named = Annotated[str, QueryParameter(min_length=1, max_length=200)]


@get("/stock/policies", opt=needs("stock:read"))
async def list_policies(
    actor: FromDishka[Actor],
    policies: FromDishka[PolicyReader],
    q: Text = None,
    product: Text = None,
    site: Text = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PolicyView]:
    """Stock policies by SKU and site. `q` is part of the product's name, SKU or one of its barcodes."""
    return await policies.policies(actor, PolicyFilter(q, product, site), limit, cursor, total=bool(include))


@put("/stock/policies", opt=needs("policy:write"))
async def put_policies(
    data: JSONBody[SetPolicies], actor: FromDishka[Actor], policies: FromDishka[Policies]
) -> PoliciesSet:
    """Sets up to 500 policies, all or none, each as a whole: what is left out of one that exists becomes as usual. Stock at or below a
    new minimum raises its alert at once. Who has orders drafted needs purchase:write as well, who has them placed purchase:approve."""
    return await set_policies(policies, actor, data)


@delete("/stock/policies", opt=needs("policy:write"))
async def delete_policy(
    actor: FromDishka[Actor],
    policies: FromDishka[Policies],
    product: Named,
    site: Named,
    if_match: IfMatch = None,
) -> None:
    """Takes away the policy of a product at a site. Its version, in a list, is its ETag."""
    await remove_policy(policies, actor, product, site, known_version(if_match))


router = DishkaRouter("/", route_handlers=[list_policies, put_policies, delete_policy], tags=["stock"])
