"""What of the application's looks and order is one's own, and what is known of what one uses."""

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, post, put
from litestar.params import JSONBody

from apps.http.answer import Answer
from apps.http.parameters import IfMatch
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.preferences import OwnPreferences
from core.domain.access import Actor
from core.ports.clock import Clock
from core.ports.interests import Interests, Opened
from core.ports.preferences import KeptPreferences, Preferences
from core.queries.interests import InterestReader, UsageView

_READ, _WRITE = needs("profile:read"), needs("profile:write")


@get("/me/preferences", opt=_READ)
async def show_own_preferences(actor: FromDishka[Actor], own: FromDishka[OwnPreferences]) -> Response[Preferences]:
    """One's saved views, table settings, pins and looks in this company."""
    return _answer(await own.shown(actor))


@put("/me/preferences", opt=_WRITE)
async def save_own_preferences(
    data: JSONBody[Preferences], actor: FromDishka[Actor], own: FromDishka[OwnPreferences], if_match: IfMatch = None
) -> Response[Preferences]:
    """Replaces all of them; what is left out is as it is for everybody at first. Without `usage` nothing is counted any more, and what is
    known is forgotten."""
    return _answer(await own.save(actor, data, known_version(if_match)))


@get("/me/usage", opt=_READ)
async def show_usage(actor: FromDishka[Actor], interests: FromDishka[InterestReader]) -> UsageView:
    """What is known of what one works with: by one's own postings, and by what one opened."""
    return await interests.usage(actor)


@post("/me/usage", opt=_WRITE, status_code=204)
async def tell_usage(data: JSONBody[Opened], actor: FromDishka[Actor], interests: FromDishka[Interests]) -> None:
    """Adds what one opened lately. Nobody else ever sees it."""
    await interests.add(actor, data)


@delete("/me/usage", opt=_WRITE)
async def forget_usage(actor: FromDishka[Actor], interests: FromDishka[Interests], clock: FromDishka[Clock]) -> None:
    """Forgets all that, and which news one opened so far."""
    await interests.forget(actor, clock.now())


def _answer(kept: KeptPreferences) -> Response[Preferences]:
    return Answer(kept.preferences, headers={"ETag": etag(kept.version)})


router = DishkaRouter(
    "/",
    route_handlers=[show_own_preferences, save_own_preferences, show_usage, tell_usage, forget_usage],
    tags=["session"],
)
