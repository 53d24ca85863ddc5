"""The mail that brings a report."""

from dataclasses import replace
from uuid import UUID

from core.domain.errors import Forbidden
from core.domain.job import KEPT
from core.domain.letters import Letter, letter
from core.domain.mail import Mail, MailFile
from core.ports.jobs import Sending
from core.ports.reports import Heading

JOB_PAGE = "/reports/jobs/"
SCHEDULES_PAGE = "/reports/schedules"


def require_address(sending: Sending) -> str:
    """Where to send it. Raises Forbidden `no_address` and `address_blocked`."""
    if sending.address is None:
        raise Forbidden("no_address", "no mail address that is proven to be theirs")
    if sending.is_blocked:
        raise Forbidden("address_blocked", "mail to this address is blocked")
    return sending.address


def report_letter(sending: Sending, heading: Heading, home: str, file: MailFile | None, job_id: UUID) -> Mail:
    """With the file, or, without one, where to fetch it: the page of the job, which its reader sees once they have signed in."""
    facts: dict[str, str | int] = {
        "name": sending.reader,
        "company": sending.company,
        "report": heading.title,
        "about": heading.about,
        "schedule": sending.name,
        "person": sending.owner,
    }
    to = require_address(sending)
    if file is not None:
        mail = letter(Letter.REPORT, sending.language, to, link=f"{home}{SCHEDULES_PAGE}", reply_to=None, **facts)
        return replace(mail, files=(file,))
    link = f"{home}{JOB_PAGE}{job_id}"
    return letter(Letter.REPORT_LINK, sending.language, to, link=link, days=KEPT.days, reply_to=None, **facts)
