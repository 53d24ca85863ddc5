"""By which channels a person can be reached, and what stands in the way of the others."""

from dataclasses import dataclass

from core.domain.notification import Channel


@dataclass(frozen=True, slots=True)
class Reach:
    """What there is of somebody: a mail address and a number that they have shown to read, an enabled webhook of their own; and
    whether anything sends text messages for their company."""

    mail: bool
    phone: bool
    carrier: bool
    webhook: bool

    def obstacle(self, channel: Channel) -> str | None:
        """Why nothing comes by this channel; None where it does."""
        match channel:
            case Channel.MAIL if not self.mail:
                return "confirm a mail address of yours first"
            case Channel.SMS if not self.carrier:
                return "no plugin sends text messages here"
            case Channel.SMS if not self.phone:
                return "confirm a number of yours first"
            case Channel.WEBHOOK if not self.webhook:
                return "name a webhook of yours and enable it first"
        return None
