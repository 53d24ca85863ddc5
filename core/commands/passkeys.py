"""Signing in with a key in one's device instead of a password."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.second_factor_changes import SecondFactorChanges
from core.commands.sign_in import CompanyReference, SessionDesk, SignedIn
from core.domain.access import Actor, Origin
from core.domain.errors import Conflict, Invalid, NotFound, Unauthenticated, refuse_if
from core.domain.ids import new_id
from core.domain.text import text_fault, tidy
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.identity import IdentityStore
from core.ports.passkeys import (
    Claim,
    NewCredential,
    PasskeyCeremonies,
    PasskeyStore,
    SignedCredential,
    UnsoundCredential,
    Use,
)

CHALLENGE_BYTES = 32
ANSWERED_WITHIN = timedelta(minutes=5)
MOST_PASSKEYS = 20
LONGEST_NAME = 60
OPTIONS_PER_PEER = 100
ANSWERS_PER_PEER = 20


class RegisterPasskey(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A key that a device has made, and what its owner calls it."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME, examples=["Phone"])]
    credential: NewCredential


class LogInWithPasskey(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A signed challenge; `company` and `cookie` as when signing in with a password."""

    credential: SignedCredential
    company: CompanyReference | None = None
    cookie: bool = False


class SavedPasskey(msgspec.Struct, frozen=True):
    """A passkey that was added."""

    id: UUID
    name: str


class Passkeys:
    """What people do about their own passkeys. Each change needs a recent proof and ends their other sessions."""

    def __init__(
        self,
        ceremonies: PasskeyCeremonies,
        store: PasskeyStore,
        identities: IdentityStore,
        changes: SecondFactorChanges,
        clock: Clock,
    ) -> None:
        self._ceremonies = ceremonies
        self._store = store
        self._identities = identities
        self._changes = changes
        self._clock = clock

    async def options(self, actor: Actor) -> Mapping[str, object]:
        """What the person's device needs to make a key, within five minutes. Raises `Conflict` where they have enough."""
        self._changes.require_proof(actor)
        identity = await self._identities.identity(actor.user_id)
        if identity is None:
            raise Unauthenticated("access_ended", "the account is gone")
        known = await self._known(actor.user_id)
        challenge = await issue_challenge(self._store, actor.user_id, self._clock)
        return self._ceremonies.creation_options(identity, challenge, known)

    async def register(self, actor: Actor, command: RegisterPasskey) -> SavedPasskey:
        """Adds the key. Raises `Invalid` for what no device of the person answered to `options`."""
        self._changes.require_proof(actor)
        name = tidy(command.name)
        refuse_if([fault] if (fault := text_fault("/name", name, LONGEST_NAME)) else [])
        await self._known(actor.user_id)
        now = self._clock.now()
        try:
            challenge = self._ceremonies.challenge_of(command.credential)
            if not await self._store.redeem(digest_of(challenge), actor.user_id, now):
                raise UnsoundCredential("the challenge was not issued, was used, or is too old")
            key = self._ceremonies.created(command.credential, challenge)
        except UnsoundCredential as reason:
            raise Invalid("unsound_passkey", f"the device's answer is not sound: {reason}") from reason
        saved = SavedPasskey(new_id(), name)
        await self._store.add(actor.user_id, saved.id, name, key, now)
        await self._changes.made(actor, AuditAction.PASSKEY_ADDED)
        return saved

    async def remove(self, actor: Actor, passkey_id: UUID) -> None:
        """Nobody signs in with it any more. Raises `NotFound`, also for other people's."""
        self._changes.require_proof(actor)
        if not await self._store.remove(actor.user_id, passkey_id):
            raise NotFound("passkey_not_found", "you have no passkey of this id")
        await self._changes.made(actor, AuditAction.PASSKEY_REMOVED)

    async def _known(self, user_id: UUID) -> Sequence[bytes]:
        known = await self._store.credential_ids(user_id)
        if len(known) >= MOST_PASSKEYS:
            raise Conflict("too_many_passkeys", f"nobody needs more than {MOST_PASSKEYS} passkeys: delete one first")
        return known


class PasskeySignIn:
    """Signs in whoever holds a passkey. Nobody is asked for a name, so nobody's existence can be asked about."""

    def __init__(
        self,
        ceremonies: PasskeyCeremonies,
        store: PasskeyStore,
        desk: SessionDesk,
        attempts: Attempts,
        record: SignInRecord,
        clock: Clock,
    ) -> None:
        self._ceremonies = ceremonies
        self._store = store
        self._desk = desk
        self._attempts = attempts
        self._record = record
        self._clock = clock

    async def options(self, origin: Origin) -> Mapping[str, object]:
        """What a device needs to sign in, within five minutes."""
        await self._attempts.admit([Allowance(f"passkey options {network_of(origin.address)}", OPTIONS_PER_PEER)])
        return self._ceremonies.request_options(await issue_challenge(self._store, None, self._clock))

    async def log_in(self, command: LogInWithPasskey, origin: Origin) -> SignedIn:
        """A session. Raises `Unauthenticated`, the same for whatever is wrong, `TooManyAttempts`, and `NotFound` for a company
        that is not the caller's."""
        allowances = [Allowance(f"passkey peer {network_of(origin.address)}", ANSWERS_PER_PEER)]
        await self._attempts.admit(allowances)
        try:
            claim, use = await self._proven(command, origin)
        except UnsoundCredential as reason:
            raise Unauthenticated("invalid_credentials", "this passkey does not open anything") from reason
        await self._attempts.forgive(allowances)
        methods = ("swk" if use.is_synced else "hwk", "mfa")
        return await self._desk.open(claim.user_id, methods, command.company, origin, cookie=command.cookie)

    async def _proven(self, command: LogInWithPasskey, origin: Origin) -> tuple[Claim, Use]:
        claim, now = self._ceremonies.claim_of(command.credential), self._clock.now()
        if not await self._store.redeem(digest_of(claim.challenge), None, now):
            raise UnsoundCredential("the challenge was not issued, was used, or is too old")
        key = await self._store.key(claim.user_id, claim.credential_id)
        if key is None:
            raise UnsoundCredential("this person has no such key")
        try:
            use = self._ceremonies.used(command.credential, claim.challenge, key)
            if not await self._store.note_use(claim.user_id, key, use.sign_count, now):
                raise UnsoundCredential("the key was removed or used meanwhile")
        except UnsoundCredential:
            self._record.failed(claim.user_id, command.company, origin)
            raise
        return claim, use


async def issue_challenge(store: PasskeyStore, user_id: UUID | None, clock: Clock) -> bytes:
    """A challenge to be answered once and soon, by this person or, to sign in, by anybody."""
    challenge, now = secrets.token_bytes(CHALLENGE_BYTES), clock.now()
    await store.issue(digest_of(challenge), user_id, now + ANSWERED_WITHIN, now)
    return challenge


def digest_of(challenge: bytes) -> bytes:
    """By what a challenge is found."""
    return sha256(challenge).digest()
