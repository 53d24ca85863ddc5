"""What the plugin brings."""

from core.plugin.context import RegisterNotificationChannel
from core.plugin.hookspecs import hookimpl

from .room import FolderRoom, RoomSettings


@hookimpl
def register_notification_channels(register: RegisterNotificationChannel) -> None:
    register("room", RoomSettings, FolderRoom)
