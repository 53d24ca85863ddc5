"""`PasskeyCeremonies` by py_webauthn, for one site: that of the server's own address."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_client_data_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CollectedClientData,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.ports.identity import Identity
from core.ports.passkeys import Claim, KeyPair, NewCredential, SignedCredential, UnsoundCredential, Use

NAME = "Pirwa"
TIMEOUT = 300_000
"""Milliseconds for the person to find their device."""
_ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_DEFAULT_PORTS = {"http": 80, "https": 443}


class WebAuthnCeremonies:
    """Keys are bound to the host of the address; pages at its origin alone may use them, and none inside a frame of others."""

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        self._host = url.hostname or ""
        port = "" if url.port in (None, _DEFAULT_PORTS.get(url.scheme)) else f":{url.port}"
        host = f"[{self._host}]" if ":" in self._host else self._host
        self._origin = f"{url.scheme}://{host}{port}"

    def creation_options(self, person: Identity, challenge: bytes, known: Sequence[bytes]) -> Mapping[str, object]:
        options = generate_registration_options(
            rp_id=self._host,
            rp_name=NAME,
            user_id=person.user_id.bytes,
            user_name=person.login,
            user_display_name=person.name,
            challenge=challenge,
            timeout=TIMEOUT,
            supported_pub_key_algs=_ALGORITHMS,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return options_to_json_dict(options)

    def request_options(self, challenge: bytes) -> Mapping[str, object]:
        options = generate_authentication_options(
            rp_id=self._host,
            challenge=challenge,
            timeout=TIMEOUT,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    def challenge_of(self, credential: NewCredential) -> bytes:
        with _soundness():
            return _client_data(credential.response.client_data).challenge

    def created(self, credential: NewCredential, challenge: bytes) -> KeyPair:
        with _soundness():
            _refuse_frames(credential.response.client_data)
            verified = verify_registration_response(
                credential=msgspec.to_builtins(credential),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
                supported_pub_key_algs=_ALGORITHMS,
            )
            decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
            if verified.credential_id != base64url_to_bytes(credential.raw_id):
                raise ValueError("the device names two keys")
            return KeyPair(verified.credential_id, verified.credential_public_key, verified.sign_count)

    def claim_of(self, credential: SignedCredential) -> Claim:
        with _soundness():
            handle, raw_id = credential.response.user_handle or "", credential.raw_id
            client_data = _client_data(credential.response.client_data)
            return Claim(UUID(bytes=base64url_to_bytes(handle)), base64url_to_bytes(raw_id), client_data.challenge)

    def used(self, credential: SignedCredential, challenge: bytes, key: KeyPair) -> Use:
        with _soundness():
            _refuse_frames(credential.response.client_data)
            verified = verify_authentication_response(
                credential=msgspec.to_builtins(credential),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=key.public_key,
                credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )
            is_synced = verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE
            return Use(verified.new_sign_count, is_synced)


@contextmanager
def _soundness() -> Iterator[None]:
    """Parsers of hostile bytes fail in more ways than they name, and all of them mean the same."""
    try:
        yield
    except Exception as error:
        raise UnsoundCredential(str(error) or type(error).__name__) from error


def _client_data(encoded: str) -> CollectedClientData:
    return parse_client_data_json(base64url_to_bytes(encoded))


def _refuse_frames(encoded: str) -> None:
    if _client_data(encoded).cross_origin:
        raise ValueError("it was asked for inside a frame of another site")
