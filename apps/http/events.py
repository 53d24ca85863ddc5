"""The feed of events, to be read or to be listened to."""

from typing import Annotated, cast

from dishka import FromDishka, Provider, Scope, provide
from dishka.integrations.litestar import DishkaRouter
from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import ServerSentEvent
from msgspec import Meta

from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.event_streams import MOST, EventStreams, Pace
from apps.http.health import require_staying
from apps.http.parameters import Cursor, Limit
from apps.http.rules import needs
from core.domain.access import Actor, Origin
from core.queries.events import EventReader, EventView
from core.queries.paging import DEFAULT_LIMIT, Page

EventType = Annotated[str, Meta(pattern="^[a-z][a-z_]{0,63}$", examples=["sale_recorded"])]
EventTypes = Annotated[list[EventType] | None, QueryParameter(max_items=50)]
_STREAM = {200: ResponseSpec(str, generate_examples=False, description="Events", media_type="text/event-stream")}
LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID", min_length=1, max_length=100)]


class EventStreamsProvider(Provider):
    """The streams of this process."""

    @provide(scope=Scope.APP)
    def streams(self, reader: EventReader) -> EventStreams:
        return EventStreams(reader, Pace(), MOST)


@get("/events", opt=needs("event:read"))
async def list_events(
    actor: FromDishka[Actor],
    events: FromDishka[EventReader],
    type: EventTypes = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[EventView]:
    """Everything that happened after the cursor, oldest first. Keep the `cursor` of the last event to read on later."""
    return await events.events(actor, cursor, limit, type or ())


@get("/events/stream", opt=needs("event:read"), responses=_STREAM)
async def stream_events(
    request: ApiRequest,
    actor: FromDishka[Actor],
    streams: FromDishka[EventStreams],
    authenticator: FromDishka[Authenticator],
    type: EventTypes = None,
    cursor: Cursor = None,
    last_event_id: LastEventId = None,
) -> ServerSentEvent:
    """Events as they happen (text/event-stream), from now on or after `Last-Event-ID` (or the cursor). A comment comes
    every 15 seconds of silence; the stream ends with the access token, after ten minutes at most."""
    headers = request.scope["state"]["headers"]

    async def still_there() -> Actor:
        require_staying(request.app.state)
        listener = await authenticator.actor(headers, "GET", cast("Origin", actor.origin))
        listener.require("event:read")
        return listener

    return ServerSentEvent(await streams.open(actor, last_event_id or cursor, type or (), still_there))


router = DishkaRouter("/", route_handlers=[list_events, stream_events], tags=["events"])
