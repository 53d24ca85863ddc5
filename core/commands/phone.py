"""A person's number for text messages: it counts once they have shown that they read what comes there."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.carriers import Carriers
from core.domain.access import Actor
from core.domain.errors import Conflict, DomainError, Fault, Forbidden, Invalid, Unauthenticated, refuse_if
from core.domain.ids import new_id
from core.domain.notification_words import words_for
from core.domain.text_message import one_message, phone_fault, phone_number
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.calling import answer_of
from core.ports.clock import Clock
from core.ports.consents import TextConsents
from core.ports.failures import OptedOut, PortFailure
from core.ports.identity import IdentityStore
from core.ports.phones import PhoneCode, Phones
from core.ports.sealing import Sealing, Unsealable
from core.ports.text_messages import TextBudget

GOOD_FOR = timedelta(minutes=10)
CODES = 5  # in an hour, for a person and for a number
TRIES = 5  # in the time that a code is good for
SEND_SECONDS = 15.0
_HOUR = timedelta(hours=1)


class AskForPhone(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The number that one wants to be reached at, with its country."""

    number: Annotated[str, Meta(min_length=1, max_length=40, examples=["+593 99 123 4567"])]


class ConfirmPhone(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The code that came to the number."""

    code: Annotated[str, Meta(pattern="^[0-9]{6}$")]

    def __repr__(self) -> str:
        return "ConfirmPhone()"


class PhoneView(msgspec.Struct, frozen=True):
    """One's number for text messages; null: none is confirmed. `blocked`: whoever has it has told the company's carrier that they want no
    more of them."""

    number: str | None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class OwnPhone:
    """The caller's own number. Its codes go out at once, by the company's plugin, and count as messages of its day."""

    phones: Phones
    carriers: Carriers
    budget: TextBudget
    consents: TextConsents
    identities: IdentityStore
    attempts: Attempts
    sealing: Sealing
    record: SignInRecord
    clock: Clock

    async def shown(self, actor: Actor) -> PhoneView:
        number = await self.phones.number(actor.user_id)
        blocked = number is not None and actor.company_id is not None and await self._is_blocked(actor, number)
        return PhoneView(number, blocked)

    async def ask(self, actor: Actor, command: AskForPhone) -> None:
        """Sends a code to the number. Raises `Invalid`, `TooManyAttempts`, and `Conflict` `sms_unavailable`, `sms_limit_reached`,
        `sms_unwanted` or `sms_not_sent`."""
        _require_person(actor)
        number = phone_number(command.number)
        fault = phone_fault("/number", number)
        refuse_if([fault] if fault else [])
        names = (f"phone of {actor.user_id}", f"phone {number}")
        await self.attempts.admit([Allowance(name, CODES, _HOUR) for name in names])
        code, code_id, now = f"{secrets.randbelow(10**6):06}", new_id(), self.clock.now()
        sealed = self.sealing.seal(code.encode(), _place(code_id, actor.user_id))
        await self.phones.expect(actor.user_id, PhoneCode(code_id, number, sealed, now + GOOD_FOR))
        await self._send(actor, number, code, code_id)

    async def confirm(self, actor: Actor, command: ConfirmPhone) -> PhoneView:
        """Makes the number that of the account. A code is good once. Raises `Invalid` `wrong_code` and `TooManyAttempts`."""
        _require_person(actor)
        tries = [Allowance(f"phone code of {actor.user_id}", TRIES, GOOD_FOR)]
        await self.attempts.admit(tries)
        expected = await self.phones.expected(actor.user_id)
        if expected is None or not self._is(expected, command.code, actor.user_id):
            raise _wrong_code()
        if not await self.phones.confirm(actor.user_id, expected.id):
            raise _wrong_code()
        await self.attempts.forgive(tries)
        self.record.personal(actor.user_id, AuditAction.PHONE_CHANGED, actor.origin)
        return PhoneView(expected.number)

    async def remove(self, actor: Actor) -> None:
        """Takes the number away; what was to be told there is not told there any more. It serves all companies of the person, so no
        provider of one of them may do this in their name."""
        _require_person(actor)
        actor.require_own_proof()
        await self.phones.remove(actor.user_id)
        self.record.personal(actor.user_id, AuditAction.PHONE_CHANGED, actor.origin)

    async def unblock(self, actor: Actor) -> None:
        """Says that one's number is to get text messages of the company again. Its carrier may want to hear it from the telephone too."""
        _require_person(actor)
        if number := await self.phones.number(actor.user_id):
            await self.consents.note(actor.company, number, wanted=True, at=self.clock.now())

    async def _is_blocked(self, actor: Actor, number: str) -> bool:
        return not await self.consents.wanted(actor.company, number)

    async def _send(self, actor: Actor, number: str, code: str, code_id: UUID) -> None:
        person = await self.identities.identity(actor.user_id)
        if person is None:
            raise Unauthenticated("invalid_token", "the account is gone")
        text = one_message(words_for(person.locale).phone_code.replace("{code}", code))
        try:
            sender = await self.carriers.of(actor.company)
        except (DomainError, PortFailure) as failure:
            raise Conflict("sms_unavailable", "no plugin sends text messages here") from failure
        if await self._is_blocked(actor, number):
            raise _unwanted()
        if not await self.budget.spend(actor.company, self.clock.now()):
            raise Conflict("sms_limit_reached", "the company's text messages of the day were sent")
        try:
            await answer_of(sender.send(number, text, str(code_id)), SEND_SECONDS)
        except OptedOut as failure:
            await self.consents.note(actor.company, number, wanted=False, at=self.clock.now())
            raise _unwanted() from failure
        except Exception as failure:  # foreign code may raise anything
            kind = type(failure).__name__
            raise Conflict("sms_not_sent", "the code could not be sent", details={"failure": kind}) from failure

    def _is(self, expected: PhoneCode, code: str, user_id: UUID) -> bool:
        if self.clock.now() >= expected.ends_at:
            return False
        try:
            right = self.sealing.open(expected.sealed, _place(expected.id, user_id))
        except Unsealable:
            return False
        return hmac.compare_digest(right, code.encode())


def _require_person(actor: Actor) -> None:
    actor.require("profile:write")
    if actor.agent is not None:
        raise Forbidden("for_people_only", "a program has no number")


def _unwanted() -> Conflict:
    return Conflict(
        "sms_unwanted", "whoever has this number wants no text messages of this company: answer START there"
    )


def _wrong_code() -> Invalid:
    detail = "is not the code that was sent last, or not any more"
    return Invalid("wrong_code", detail, [Fault("/code", "wrong_code", detail)])


def _place(code_id: UUID, user_id: UUID) -> str:
    return f"phone_code|sealed|{code_id}|{user_id}"
