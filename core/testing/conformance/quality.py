"""What a plugin says of its own quality, in `quality.toml` beside its `pyproject.toml`: each rule is `"done"`, `"todo"`, or
`{ exempt = "the reason" }`."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

FILE_NAME = "quality.toml"

RULES: Mapping[str, str] = {
    "manifest": "The manifest names every host that it calls and every event that it wants.",
    "settings": "Every setting has a title; what is secret is of type `Secret`.",
    "contract": "The contract of its kind passes, against the real other side or a fake made after it.",
    "failures": "Every answer of the other side is mapped to a kind of failure, each shown by a test.",
    "ambiguity": "What was sent and not answered is repeated without harm, or the README says what may happen.",
    "limits": "Pages, batches and rates of the other side are kept.",
    "secrets": "No secret is in an error, a repr, a log or a tape.",
    "webhooks": "Webhooks are verified over the bytes that came, in constant time, with the secret before, and an age.",
    "check": "`check` finds wrong credentials and settings and changes nothing.",
    "recorded": "Answers of the real other side are replayed by a test.",
    "schema": "Requests are checked against the schema or the documents that the other side publishes.",
    "live": "It was run against the real other side.",
    "typing": "It bears `py.typed`, and mypy --strict finds nothing.",
    "documentation": "The README says what it does and does not, how to set it up and what may go wrong.",
    "changes": "The CHANGELOG says what is new in each version.",
}


def quality_faults(folder: Path) -> Iterator[str]:
    """What is wrong with the file, in plain lines."""
    try:
        told = tomllib.loads((folder / FILE_NAME).read_text("utf-8")).get("rules", {})
    except OSError:
        yield f"there is no {FILE_NAME}"
        return
    except tomllib.TOMLDecodeError as error:
        yield f"{FILE_NAME} is no TOML: {error}"
        return
    for rule in RULES.keys() - told.keys():
        yield f"{FILE_NAME} says nothing of {rule}: {RULES[rule]}"
    for rule, state in told.items():
        if rule not in RULES:
            yield f"{FILE_NAME} names {rule}, which is no rule"
        elif not _is_sound(state):
            yield f'{FILE_NAME}: {rule} must be "done", "todo" or {{ exempt = "the reason" }}'


def links(folder: Path) -> list[str]:
    """The hosts that stand in its code and are never called (`links = ["docs.example.com"]`)."""
    try:
        return [str(link) for link in tomllib.loads((folder / FILE_NAME).read_text("utf-8")).get("links", ())]
    except (OSError, tomllib.TOMLDecodeError):
        return []


def _is_sound(state: object) -> bool:
    match state:
        case "done" | "todo":
            return True
        case {"exempt": str(reason), **more}:
            return bool(reason.strip()) and not more
    return False
