"""The signature of the event webhook: ECDSA on P-256 with SHA-256, over the time and every byte of the body."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key


def public_key(text: str) -> EllipticCurvePublicKey:
    """The key in this text (base64 of DER). Raises ValueError for what is none of that curve."""
    try:
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except binascii.Error:
        raise ValueError("the key is not base64") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("the key is not one of P-256")
    return key


def is_signed(body: bytes, timestamp: str, signature: str, key: EllipticCurvePublicKey) -> bool:
    """Whether the owner of the key has signed this body at this time."""
    try:
        key.verify(base64.b64decode(signature, validate=True), timestamp.encode() + body, ECDSA(SHA256()))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True
