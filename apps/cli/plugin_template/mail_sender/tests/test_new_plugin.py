"""The plugin keeps the contracts of Pirwa, with a carrier that answers as the real one does."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.ports.failures import Ambiguous, AuthFailed, PermanentlyRejected, PortFailure, RateLimited, Transient
from core.ports.mail import Mail, MailFile, MailSender
from core.testing.contracts.mail_sender import MailSenderContract, PostOffice
from core.testing.contracts.plugin import PluginContract
from core.testing.plugin_context import Answering, plugin_context
from new_plugin.carrier import PostCarrier
from new_plugin.settings import PostSettings

from .fake_post import TOKEN, FakePost

SETTINGS: Mapping[str, Any] = {"sender": "bodega@andina.example", "token": TOKEN}
STATUSES: Mapping[type[PortFailure] | None, int] = {
    None: 0,
    Ambiguous: 0,
    AuthFailed: 401,
    PermanentlyRejected: 422,
    RateLimited: 429,
    Transient: 503,
}


class PostAtHand:
    """A carrier, and the sender that speaks to it."""

    refusals = (AuthFailed, PermanentlyRejected, RateLimited, Transient)
    secrets = (TOKEN,)

    def __init__(self) -> None:
        self._post = FakePost()

    @property
    def sender(self) -> MailSender:
        return PostCarrier(plugin_context(PostSettings(**SETTINGS), Answering(self._post.answer)))

    def took(self) -> Sequence[tuple[str, Mail]]:
        return [(mail["name"], _mail(mail)) for mail in self._post.mails]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._post.trouble, self._post.answer_lost = STATUSES[failure], failure is Ambiguous


def _mail(given: Mapping[str, Any]) -> Mail:
    files = [MailFile(one["name"], one["type"], base64.b64decode(one["content"])) for one in given["files"]]
    return Mail(given["to"], given["subject"], given["text"], given["reply_to"], tuple(files))


class TestSender(MailSenderContract):
    @pytest.fixture
    def office(self) -> PostOffice:
        return PostAtHand()


class TestPlugin(PluginContract):
    settings = SETTINGS
