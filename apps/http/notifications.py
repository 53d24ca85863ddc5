"""What people are told in the application, and how they wish to be told."""

from typing import cast
from uuid import UUID

from dishka import FromDishka, Provider, Scope, provide
from dishka.integrations.litestar import DishkaRouter
from litestar import get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import ServerSentEvent

from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.event_streams import MOST, Pace, UnreadStreams
from apps.http.health import require_staying
from apps.http.parameters import Cursor, Limit
from apps.http.rules import needs
from core.commands.notifications import PreferenceDesk, ReadThrough, SavePreferences
from core.domain.access import Actor, Origin
from core.domain.notification import NotificationKind
from core.ports.clock import Clock
from core.ports.notifications import OwnNotifications
from core.queries.notification_preferences import PreferenceReader, PreferencesView
from core.queries.notifications import NotificationFilter, NotificationPage, NotificationReader
from core.queries.paging import DEFAULT_LIMIT

_STREAM = {200: ResponseSpec(str, generate_examples=False, description="Counts", media_type="text/event-stream")}


class UnreadStreamsProvider(Provider):
    """The streams of this process."""

    @provide(scope=Scope.APP)
    def streams(self, reader: NotificationReader) -> UnreadStreams:
        return UnreadStreams(reader, Pace(), MOST)


@get("/notifications", opt=needs("profile:read"))
async def list_notifications(
    actor: FromDishka[Actor],
    notifications: FromDishka[NotificationReader],
    clock: FromDishka[Clock],
    unread: FromQuery[bool] = False,
    kind: FromQuery[NotificationKind | None] = None,
    ranked: FromQuery[bool] = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> NotificationPage:
    """One's own, the newest first. `ranked` gives one page of unread ones, first those of sites and categories whose news one
    opens most."""
    wanted = NotificationFilter(unread, kind, ranked)
    return await notifications.notifications(actor, wanted, limit, cursor, clock.now())


@get("/notifications/stream", opt=needs("profile:read"), responses=_STREAM)
async def stream_unread(
    request: ApiRequest,
    actor: FromDishka[Actor],
    streams: FromDishka[UnreadStreams],
    authenticator: FromDishka[Authenticator],
) -> ServerSentEvent:
    """How many are unread and the newest of them (text/event-stream, event `unread`), at first and after each change. A comment
    comes every 15 seconds of silence; the stream ends with the access token, after ten minutes at most."""
    headers = request.scope["state"]["headers"]

    async def still_there() -> Actor:
        require_staying(request.app.state)
        listener = await authenticator.actor(headers, "GET", cast("Origin", actor.origin))
        listener.require("profile:read")
        return listener

    return ServerSentEvent(await streams.open(actor, still_there))


@post("/notifications/{notification_id:uuid}/read", opt=needs("profile:write"), status_code=204)
async def read_notification(
    notification_id: FromPath[UUID],
    actor: FromDishka[Actor],
    own: FromDishka[OwnNotifications],
    clock: FromDishka[Clock],
) -> None:
    """Marks one as read."""
    await own.read(actor, notification_id, clock.now())


@post("/notifications/read", opt=needs("profile:write"), status_code=204)
async def read_notifications(
    data: JSONBody[ReadThrough], actor: FromDishka[Actor], own: FromDishka[OwnNotifications], clock: FromDishka[Clock]
) -> None:
    """Marks all up to one as read, or all."""
    await own.read_through(actor, data.through, clock.now())


@post("/notifications/{notification_id:uuid}/dismiss", opt=needs("profile:write"), status_code=204)
async def dismiss_notification(
    notification_id: FromPath[UUID],
    actor: FromDishka[Actor],
    own: FromDishka[OwnNotifications],
    clock: FromDishka[Clock],
) -> None:
    """Puts one aside. Of a kind that one always puts aside unopened, mail comes in the digest only."""
    await own.dismiss(actor, notification_id, clock.now())


@get("/notification-preferences", opt=needs("profile:read"))
async def show_preferences(actor: FromDishka[Actor], wishes: FromDishka[PreferenceReader]) -> PreferencesView:
    """How one is told each kind that one's role can be told, by own wish or by default, and by which channels one can be."""
    return await wishes.preferences(actor)


@put("/notification-preferences", opt=needs("profile:write"))
async def save_preferences(
    data: JSONBody[SavePreferences],
    actor: FromDishka[Actor],
    desk: FromDishka[PreferenceDesk],
    wishes: FromDishka[PreferenceReader],
) -> PreferencesView:
    """Replaces all wishes; what is left out is as for everybody with one's role."""
    await desk.save(actor, data)
    return await wishes.preferences(actor)


router = DishkaRouter(
    "/",
    route_handlers=[
        list_notifications,
        stream_unread,
        read_notification,
        read_notifications,
        dismiss_notification,
        show_preferences,
        save_preferences,
    ],
    tags=["notifications"],
)
