"""No secret lies in the repository: nothing that looks like a credential, and nothing random that is long enough to be one."""

import math
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}",
    "AWS": r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
    "GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}",
    "GitLab": r"\bglpat-[A-Za-z0-9_-]{20}\b",
    "Slack": r"\bxox[abprs]-[A-Za-z0-9-]{20,}",
    "Stripe": r"\b[sr]k_live_[A-Za-z0-9]{20,}",
    "SendGrid": r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b",
    "Twilio": r"\b(?:AC|SK)[0-9a-f]{32}\b",
    "Shopify": r"\bshp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{32}\b",
    "Google": r"\bAIza[A-Za-z0-9_-]{35}\b",
    "npm or PyPI": r"\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgEIcHlwaS[A-Za-z0-9_-]{50,}",
    "signed token": r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}",
    "webhook secret": r"\bwhsec_[A-Za-z0-9+/]{32,}={0,2}",
    "password in a URL": r"[a-z]{3,10}://[^/\s:@\"'{}<>]+:[^/\s:@\"'{}<>$]{8,}@[a-z0-9-]+(?:\.[a-z0-9-]+)*(?<!example)\.(?:com|net|org|io|ec)\b",
}
NAMED = re.compile(
    r"(?i)(?:secret|password|passwd|token|api_?key|private_?key|credential)[a-z_]*[\"']?\s*[:=]\s*[\"']([A-Za-z0-9+/=_-]{20,})[\"']"
)
_ANY = re.compile("|".join(f"(?:{form})" for form in KINDS.values()))
RANDOM = 4.2  # bits for each character, above what words and counted letters have
# What is published as an example, or made for these tests and good nowhere else: by the beginning of it.
EXAMPLES = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # of the specification
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",  # of the specification
    *("shpat_0123456789abcdef", "shpss_0123456789abcdef", "shpss_fedcba9876543210"),  # counted
)
NOT_READ = (
    ".woff2",
    ".ttf",
    ".png",
    ".webp",
    ".jpg",
    ".gz",
    ".xlsx",
    ".pdf",
    ".lock",
    "package-lock.json",
    ".wasm",
    ".ico",
)


def kept_files() -> list[Path]:
    """What the repository holds, or would hold with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    found = (ROOT / name for name in listed.stdout.decode().split("\0") if name and not name.endswith(NOT_READ))
    return [path for path in found if path.is_file()]


def secrets_in(text: str) -> list[str]:
    """What looks like a secret: its kind and its beginning."""
    kinds = KINDS.items() if _ANY.search(text) else ()
    found = [(kind, match) for kind, form in kinds for match in re.findall(form, text)]
    found += [("random", value) for value in NAMED.findall(text) if _bits(value) > RANDOM]
    return [f"{kind}: {value[:12]}…" for kind, value in found if not value.startswith(EXAMPLES)]


def _bits(text: str) -> float:
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())


def test_no_secret_lies_in_the_repository() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("there is no repository around these files")
    files = kept_files()
    assert len(files) > 500
    found = {}
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        if secrets := secrets_in(text):
            found[path.relative_to(ROOT).as_posix()] = secrets
    assert found == {}
    assert not [
        path
        for path in files
        if path.name in (".env", "pirwa.toml", "id_rsa") or path.suffix in (".pem", ".key", ".p12")
    ]


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN " + "PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+abc",
        "key = AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "SG." + "a" * 22 + "." + "b" * 43,
        "AC" + "0123456789abcdef" * 2,
        "shpat_" + "a1b2c3d4" * 4,
        "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 20,
        "postgresql://owner:" + "correct-horse@db.stock.com/pirwa",
        'client_secret = "' + "q7Zt0VwXk3Rj9LmN2sBf" + 'Yc8D"',
    ],
)
def test_one_would_be_found(planted: str) -> None:
    assert secrets_in(planted)
