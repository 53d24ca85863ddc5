"""`OneTimeCodes` by PyOTP."""

from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError

ISSUER = "Pirwa"
_TOLERANCE = 1  # steps by which the clocks of the two sides may differ


class TimeBasedCodes:
    """SHA-1, six digits, thirty seconds: what every app understands."""

    def new_secret(self) -> str:
        return pyotp.random_base32()

    def uri(self, secret: str, login: str) -> str:
        return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)

    def step(self, secret: str, code: str, at: datetime) -> int | None:
        try:
            return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=_TOLERANCE)
        except OTPVerificationError:
            return None
