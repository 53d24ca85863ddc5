"""By which channels a person can be reached, and what stands in the way of the others."""

from dataclasses import dataclass
from enum import StrEnum

from core.domain.notification import Channel


class Obstacle(StrEnum):
    """What stands in the way of a channel; `advice` says what to do."""

    NO_MAIL = "no_mail"
    MAIL_BLOCKED = "mail_blocked"
    NO_CARRIER = "no_carrier"
    NO_PHONE = "no_phone"
    TEXT_BLOCKED = "text_blocked"
    NO_WEBHOOK = "no_webhook"

    @property
    def advice(self) -> str:
        return _ADVICE[self]


_ADVICE = {
    Obstacle.NO_MAIL: "confirm a mail address of yours first",
    Obstacle.MAIL_BLOCKED: "mail to you came back or was not wanted: lift the block (DELETE /me/mail-block) or give another address",
    Obstacle.NO_CARRIER: "no plugin sends text messages here",
    Obstacle.NO_PHONE: "confirm a number of yours first",
    Obstacle.TEXT_BLOCKED: "text messages to you were not wanted: lift the block (DELETE /me/text-block) or give another number",
    Obstacle.NO_WEBHOOK: "name a webhook of yours and enable it first",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """What there is of somebody: a mail address and a number that they have shown to read, an enabled webhook of their own;
    whether anything sends text messages for their company, and whether it sends no more mail to their address, or text messages to
    their number."""

    mail: bool
    phone: bool
    carrier: bool
    webhook: bool
    mail_blocked: bool = False
    text_blocked: bool = False

    def obstacle(self, channel: Channel) -> Obstacle | None:
        """Why nothing comes by this channel; None where it does."""
        match channel:
            case Channel.MAIL if not self.mail:
                return Obstacle.NO_MAIL
            case Channel.MAIL if self.mail_blocked:
                return Obstacle.MAIL_BLOCKED
            case Channel.SMS if not self.carrier:
                return Obstacle.NO_CARRIER
            case Channel.SMS if not self.phone:
                return Obstacle.NO_PHONE
            case Channel.SMS if self.text_blocked:
                return Obstacle.TEXT_BLOCKED
            case Channel.WEBHOOK if not self.webhook:
                return Obstacle.NO_WEBHOOK
        return None
