"""What the stored text of a failure means: a code for each sentence of ours, so that everybody reads it in their own language, and
apart from it what somebody else said."""

import re
from functools import lru_cache

import msgspec

from core.ports import failures

# The sentences that we write ourselves; a test finds each of them here. What is named becomes a member of the failure.
_SENTENCES = {
    "answered": r"answered (?P<status>\d+)",
    "signature_refused": r"answered (?P<status>\d+): it does not accept our signature",
    "no_answer_in_time": r"no answer within (?P<seconds>[\d.]+) seconds|timeout|it was not reached \(timeout\)",
    "unreachable": r"unreachable|no answer|it was not reached \(.+\)",
    "answer_lost": r"no answer that counts \(.+\)",
    "address_refused": r"address_refused|its address is none that may be called \(.+\)|the address is no URL",
    "host_not_named": r"the host '?(?P<name>.+?)'? is none of those that the plugin's manifest names",
    "too_many_requests": "too many requests",
    "worker_died": "the worker ended during every try",
    "key_missing": r"the key that .+ is (missing|gone)|there is no key to (open|seal) secrets with",
    "no_mail_server": "no mail server is set",
    "mail_server_unreachable": r"the mail server cannot be reached \(.+\)",
    "mail_server_gone": "the mail server was gone before it had taken the mail, or said so",
    "mail_server_certificate": "the mail server has no certificate that we trust",
    "mail_server_encryption": "the mail server does not offer encryption or sign-in as they are set",
    "mail_credentials_refused": r"the mail server does not accept our credentials \((?P<status>\d+)\)",
    "mail_later": r"the mail server asks to try again later \((?P<status>\d+)\)",
    "mail_refused": r"the mail server refuses this mail for good \((?P<status>\d+)\)",
    "mails_refused": r"the mail server refuses our mails \((?P<status>\d+)\)",
    "mail_address_unwritable": "an address cannot be written in a mail",
    "mail_address_blocked": r"mail to this address is blocked: .+",
    "not_arrived": "its carrier reported that it did not arrive",
    "no_longer_theirs": "no longer theirs to know",
    "no_proven_number": "no number that is proven to be theirs",
    "no_proven_mail_address": "no mail address that is proven to be theirs",
    "no_own_webhook": "no webhook of theirs",
    "wants_no_texts": "whoever has the number wants no more text messages",
    "texts_of_the_day_sent": "the company's text messages of the day were sent",
    "nobody_stands_behind_it": "nobody with the rights stands behind it",
    "no_text_sender": "no plugin that sends text messages is at work",
    "plugin_brings_no_channel": "(?P<name>.+) brings no channel",
    "plugin_off": "the plugin (?P<name>.+) is not switched on|the plugin was switched off",
    "plugin_paused": "the plugin (?P<name>.+) is paused",
    "plugin_busy": "(?P<name>.+) is still busy with earlier calls",
    "plugin_hands_no_orders_over": "the plugin (?P<name>.+) hands no orders over",
    "plugin_rests": "it rests because too much failed: (?P<said>.*)",
    "plugin_misbehaved": "the plugin tried to end the process.*|the plugin cancelled itself",
    "plugin_settings_unfit": "it cannot work with these settings: (?P<said>.*)",
    "process_lacks_means": "this process (has no way out|remembers nothing)",
    "way_of_ordering_gone": "the supplier does not take its orders this way any more",
    "no_orders_by_http": "nothing hands orders over by http here",
    "text_message_unknown": "no text message has this id yet",
}
_KNOWN = [(code, re.compile(pattern, re.DOTALL)) for code, pattern in _SENTENCES.items()]
_KINDS = {
    name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    for name, one in vars(failures).items()
    if isinstance(one, type) and issubclass(one, failures.PortFailure)
}
_NAMED = re.compile(r"(?:(?P<kind>[A-Za-z]+): ?)?(?P<rest>.*)", re.DOTALL)

CODES = frozenset({*_SENTENCES, *_KINDS.values(), "unexpected"})


class Failure(msgspec.Struct, frozen=True):
    """Why something did not work. Where we know no more than its kind, `code` is that, and `said` the words of the other side or of
    a plugin, in whatever language."""

    code: str
    status: int | None = None
    seconds: str | None = None
    name: str | None = None
    said: str | None = None


@lru_cache(maxsize=1_000)
def explained(text: str | None) -> Failure | None:
    """The failure that a stored text tells of, None for none."""
    if not text:
        return None
    named = _NAMED.fullmatch(text)
    kind = _KINDS.get((named["kind"] or "") if named else "")
    rest = named["rest"] if named and kind else text
    for code, pattern in _KNOWN:
        if found := pattern.fullmatch(rest):
            more = found.groupdict()
            status = more.pop("status", None)
            return Failure(code, int(status) if status else None, **more)
    return Failure(kind or "unexpected", said=rest or None)
