"""The hours that suit a person, as they are written in requests and answers."""

from datetime import time
from typing import Annotated

import msgspec
from msgspec import Meta

from core.domain.notification import Hours, QuietHours

Hour = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]


class QuietHoursBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename={"start": "from", "end": "to"}):
    """No mail comes between these hours of the person's own clock. They may go over midnight."""

    start: Hour
    end: Hour

    @property
    def hours(self) -> QuietHours:
        return QuietHours(time.fromisoformat(self.start), time.fromisoformat(self.end))


class DigestHours(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When digests come: at this full hour of the person's own clock; weekly ones on this weekday (1 is Monday)."""

    hour: Annotated[int, Meta(ge=0, le=23)]
    weekday: Annotated[int, Meta(ge=1, le=7)]


class HoursBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When mail suits a person. Without quiet hours it comes at any time."""

    digest: DigestHours
    quiet: QuietHoursBody | None = None

    @property
    def hours(self) -> Hours:
        return Hours(self.quiet.hours if self.quiet else None, self.digest.hour, self.digest.weekday)


def shown_hours(hours: Hours) -> HoursBody:
    """Hours as they are written in requests and answers."""
    quiet = QuietHoursBody(_written(hours.quiet.start), _written(hours.quiet.end)) if hours.quiet else None
    return HoursBody(DigestHours(hours.digest_hour, hours.digest_weekday), quiet)


def _written(at: time) -> str:
    return at.isoformat("minutes")
