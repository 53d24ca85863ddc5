"""What a carrier reports of a company's mails takes effect."""

from collections.abc import Sequence

from core.ports.incoming import MailReport
from core.ports.storage import UnitOfWork


async def mail_reports(uow: UnitOfWork, reports: Sequence[MailReport]) -> None:
    """Records the reports in this unit of work, that of the company whose plugin read them. Repeats and disorder do no harm; reports of
    mails that are not the company's are passed over."""
    if reports:
        await uow.mail_reports.record(reports, uow.now)
