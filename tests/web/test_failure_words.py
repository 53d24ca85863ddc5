"""Why something that was sent did not work is said in the languages of the application: each sentence of ours has a code, and each code
its words. What others said is quoted as it is.

The sentences are those of the sources that send orders, mails, text messages and webhooks. Seen to fail without the
code of a sentence, and without the words of a code.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.commands import mail_senders, notification_turn
from core.ports import failure_texts, failures
from core.ports.failure_texts import CODES, Failure, explained

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "apps" / "web" / "src" / "locales"
LANGUAGES = ("en", "es")
# Who hands over what is sent. What a plugin or a file of an import says reaches people in other ways.
SENDING = (
    "adapters/outgoing/plugin_http.py",
    "adapters/smtp",
    "adapters/supplier_orders",
    "core/commands/carriers.py",
    "core/commands/mail_senders.py",
    "core/commands/plugin_work.py",
    "core/ports/calling.py",
    "core/ports/calling_aside.py",
    "core/ports/http_answers.py",
    "apps/worker/calling.py",
    "apps/worker/mailing.py",
    "apps/worker/news_channels.py",
    "apps/worker/ordering.py",
    "apps/worker/supplier_channels.py",
    "apps/worker/texting.py",
)
KINDS = frozenset(name for name, one in vars(failures).items() if isinstance(one, type) and issubclass(one, Exception))
# Functions that hand sentences on without an exception.
_GIVEN_BACK = "_given_back"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    words = json.loads((LOCALES / language / "errors.json").read_text("utf-8"))["failure"]
    assert sorted(CODES - words.keys()) == []
    assert sorted(words.keys() - CODES - {"said"}) == []


def test_every_sentence_of_ours_has_a_code() -> None:
    sentences = {*_sentences(), mail_senders.NOT_ARRIVED, *_of_news()}
    assert len(sentences) > 30
    unknown = {text for text in sentences if (found := explained(text)) is None or found.code == "unexpected"}
    assert sorted(unknown) == []


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        (None, None),
        ("answered 503", Failure("answered", status=503)),
        ("PermanentlyRejected: answered 404", Failure("answered", status=404)),
        ("AuthFailed: the shop does not know us", Failure("auth_failed", said="the shop does not know us")),
        ("OptedOut: no more", Failure("opted_out", said="no more")),
        ("Note: call us", Failure("unexpected", said="Note: call us")),
        ("RuntimeError: no no", Failure("unexpected", said="RuntimeError: no no")),
        ("Transient: ", Failure("transient")),
        (
            "RateLimited: it rests because too much failed: Transient: no",
            Failure("plugin_rests", said="Transient: no"),
        ),
    ],
)
def test_a_text_is_taken_apart(text: str | None, failure: Failure | None) -> None:
    assert explained(text) == failure


def test_every_pattern_is_met_by_a_sentence_or_stands_for_what_a_statement_writes() -> None:
    """No code is left behind when its sentence goes."""
    met = {found.code for text in _all_texts() if (found := explained(text))}
    assert sorted(failure_texts.CODES - met - set(failure_texts._KINDS.values()) - {"unexpected"}) == []


def _of_news() -> set[str]:
    """Why somebody is sent no news: what the module of their turns says in constants."""
    constants = {
        text
        for name, text in vars(notification_turn).items()
        if name.isupper() and isinstance(text, str) and " " in text
    }
    return constants | set(notification_turn._LACKING.values())


def _sentences() -> Iterator[str]:
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in KINDS | {_GIVEN_BACK}:
                yield from (text for argument in node.args for text in _texts(argument))


def _all_texts() -> Iterator[str]:
    """Every sentence of the product, wherever it stands."""
    for folder in ("adapters", "core", "apps"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != "failure_texts.py" and "node_modules" not in path.parts:
                for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                    yield from _texts(node)


def _sources() -> Iterator[Path]:
    for name in SENDING:
        path = ROOT / name
        assert path.exists()
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _texts(node: ast.AST) -> Iterator[str]:
    """A sentence; where something is put into it, a number stands for that."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "503" for part in parts)
