"""What an administrator gives."""

from typing import Annotated, Literal

from msgspec import Meta

from core.plugin.settings import PluginSettings, Secret


class TwilioSettings(PluginSettings, frozen=True, kw_only=True):
    """`auth_token` is the account's; an API key can send in its place, but Twilio signs what it reports with the token alone, so without it
    nothing is reported. `previous_auth_token` is still good for signatures while the token is changed.

    Messages come from a number or name of ours (`sender`) or from a messaging service, one of the two. `validity_seconds` is how long Twilio
    may try. `when_unsure` is what happens to a message of which nothing is known after a lost answer, not even in Twilio's list: it goes
    once more, or never.
    """

    account_sid: Annotated[str, Meta(pattern="^AC[0-9a-fA-F]{32}$", title="Account SID")]
    auth_token: Annotated[Secret | None, Meta(title="Auth token")] = None
    previous_auth_token: Annotated[Secret | None, Meta(title="Auth token before this one")] = None
    key_sid: Annotated[
        Annotated[str, Meta(pattern="^SK[0-9a-fA-F]{32}$")] | None,
        Meta(title="API key SID, in place of the auth token"),
    ] = None
    key_secret: Annotated[Secret | None, Meta(title="API key secret")] = None
    sender: Annotated[
        Annotated[str, Meta(pattern=r"^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$")] | None,
        Meta(title="Sender: a number of the account, a short code or a name"),
    ] = None
    messaging_service_sid: Annotated[
        Annotated[str, Meta(pattern="^MG[0-9a-fA-F]{32}$")] | None,
        Meta(title="Messaging service SID, in place of a sender"),
    ] = None
    validity_seconds: Annotated[
        Annotated[int, Meta(ge=1, le=36_000)] | None, Meta(title="Give a message up after (seconds)")
    ] = None
    when_unsure: Annotated[
        Literal["repeat", "give_up"], Meta(title="When nobody can tell whether a message was taken")
    ] = "repeat"

    def __post_init__(self) -> None:
        if (self.sender is None) == (self.messaging_service_sid is None):
            raise ValueError("give either `sender` or `messaging_service_sid`")
        if (self.key_sid is None) != (self.key_secret is None):
            raise ValueError("`key_sid` and `key_secret` go together")
        if self.auth_token is None and self.key_sid is None:
            raise ValueError("give `auth_token`, or an API key by `key_sid` and `key_secret`")
        if self.previous_auth_token is not None and self.auth_token is None:
            raise ValueError("`previous_auth_token` goes with `auth_token`")

    @property
    def login(self) -> tuple[str, str]:
        """Name and password for the API: those of the key, where there is one."""
        if self.key_sid is not None and self.key_secret is not None:
            return self.key_sid, self.key_secret
        return self.account_sid, self.auth_token or ""

    @property
    def signing_tokens(self) -> tuple[str, ...]:
        """Every token that may have signed what comes."""
        return tuple(token for token in (self.auth_token, self.previous_auth_token) if token)
