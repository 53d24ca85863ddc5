"""The plugin against Prism, which serves SendGrid's own specification: what it sends is accepted, what is wrong is refused."""

from collections.abc import Iterator

import pytest

from core.domain.ids import new_id
from core.domain.mail import Mail
from core.ports.failures import PermanentlyRejected
from core.testing.contracts.mail_sender import ADDRESS, FILE, MAIL
from core.testing.plugin_context import plugin_context
from core.testing.prism import Redirected, prism
from email_sendgrid.carrier import SendGridSender

from .connected import connected, settings_of
from .fake_sendgrid import DATA, FakeSendGrid

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with prism(DATA / "tsg_mail_v3.json") as address:
        yield address


async def test_it_takes_every_sort_of_mail(address: str) -> None:
    """Seen to fail with categories given as numbers."""
    way = Redirected(address)
    for sandbox in (False, True):
        sender = SendGridSender(plugin_context(settings_of(sandbox=sandbox), way))
        for mail in (MAIL, Mail(ADDRESS, "s", "t"), Mail(ADDRESS, "s", "t", files=(FILE,))):
            await sender.send(new_id(), mail)
    assert [answer.status for _, answer in way.exchanges] == [202] * 6


async def test_what_it_refuses_the_fake_refuses_too(address: str) -> None:
    """A mail to nobody, and one to what is no address: both hold it against the same document."""
    way = Redirected(address)
    for address_of_reader in ("", "nobody"):
        mail = Mail(address_of_reader, "s", "t")
        for context in (plugin_context(settings_of(), way), connected(FakeSendGrid())):
            with pytest.raises(PermanentlyRejected):
                await SendGridSender(context).send(new_id(), mail)
    assert [answer.status for _, answer in way.exchanges] == [400, 400]
