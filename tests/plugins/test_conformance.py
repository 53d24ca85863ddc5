"""What is wrong with a plugin is found, and said in plain lines."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from apps.cli.main import main
from apps.cli.plugin_making import make_plugin
from core.testing.conformance.checks import CHECKS, examine
from core.testing.conformance.project import NoPlugin, read_project

SETTINGS = {"room": "warehouse", "token": "let-me-in-please"}
MANIFEST, CODE, FIELDS, TESTS = (
    "src/sad/manifest.toml",
    "src/sad/reaction.py",
    "src/sad/settings.py",
    "tests/test_sad.py",
)


@pytest.fixture
def sad(tmp_path: Path) -> Path:
    """A plugin that is fit, until a test makes it sad."""
    make_plugin("sad", "subscriber", tmp_path / "sad")
    return tmp_path / "sad"


def change(folder: Path, file: str, **words: str) -> None:
    """Replaces words in a file; `before` stands for its head."""
    path = folder / file
    text = words.pop("before", "") + path.read_text("utf-8")
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def found(folder: Path, settings: Mapping[str, object] | None = SETTINGS) -> dict[str, list[str]]:
    """What each check finds, without those that find nothing."""
    examined = examine(read_project(folder), settings)
    return {check: faults for check in CHECKS if (faults := examined.faults(check))}


def test_each_fault_is_a_line_of_its_own(sad: Path) -> None:
    """Seen to fail with each of the checks taken out of the list."""
    change(
        sad,
        CODE,
        before="import httpx2\nfrom core.commands import stock\nimport apps.settings\nimport urllib.request\n",
    )
    change(sad, CODE, **{"api.chat.example": "elsewhere.example"})
    change(
        sad,
        CODE,
        **{"class TellTheChat": 'open("/proc/version").close()\nopen("left-behind", "w").close()\nclass TellTheChat'},
    )
    change(sad, CODE, **{"self._http, self._room": "import os; os.mkdir('made'); self._http, self._room"})
    change(
        sad,
        FIELDS,
        **{
            'Annotated[Secret, Meta(title="Access token")]': "str",
            'Annotated[str, Meta(title="Room", ': "Annotated[str, Meta(",
        },
    )
    change(
        sad, "quality.toml", **{'webhooks = "todo"\n': "", 'live = "todo"': 'live = { exempt = " " }\nspeed = "done"'}
    )
    change(sad, TESTS, **{"(PluginContract)": "", "(ReactionContract)": ""})
    for file in ("README.md", "CHANGELOG.md", "src/sad/py.typed"):
        (sad / file).unlink()
    surface = "of Pirwa, plugins import core.ports, core.plugin, core.domain"
    assert found(sad) == {
        "settings": [
            "the setting room has no title (one that may be missing: Annotated[… | None, Meta(title=…)])",
            "the setting token has no title (one that may be missing: Annotated[… | None, Meta(title=…)])",
            "the setting token looks like a secret and is no `Secret`",
        ],
        "imports": [
            f"{CODE}, line 1: it imports httpx2; a plugin speaks to the world by `context.http`",
            f"{CODE}, line 2: it imports core.commands; {surface}",
            f"{CODE}, line 3: it imports apps.settings; {surface}",
            f"{CODE}, line 4: it imports urllib.request; a plugin speaks to the world by `context.http`",
        ],
        "hosts": [f"{CODE}, line 18: its manifest does not name the host elsewhere.example"],
        "quiet": [
            "while it is imported: reads /proc/version",
            "while it is imported: writes left-behind",
            "while it is set to work: os.mkdir",
        ],
        "quality": [
            "quality.toml names speed, which is no rule",
            "quality.toml says nothing of webhooks: Webhooks are verified over the bytes that came, in constant time,"
            " with the secret before, and an age.",
            'quality.toml: live must be "done", "todo" or { exempt = "the reason" }',
        ],
        "files": ["there is no CHANGELOG.md", "there is no README.md", "there is no src/sad/py.typed"],
        "suites": [
            "no class of its tests subclasses PluginContract",
            "no class of its tests subclasses ReactionContract",
        ],
    }


def test_a_plugin_that_does_not_load_says_why(sad: Path) -> None:
    change(sad, MANIFEST, **{">=0.1,<0.4": ">=7"})
    assert found(sad)["loads"][0].startswith("it works with Pirwa >=7, this is ")
    change(sad, MANIFEST, **{">=7": ">=0"})
    change(sad, "src/sad/plugin.py", **{"register_reactions": "register_reaction"})
    assert "unknown hook 'register_reaction'" in found(sad)["loads"][0]
    change(sad, "src/sad/plugin.py", before="import os; os._exit(3)\n")
    assert found(sad)["loads"] == ["the process that loaded it ended with 3: no word"]


def test_an_object_that_shows_a_secret_is_found(sad: Path) -> None:
    """Seen to fail with settings that show all of themselves."""
    change(sad, CODE, **{"self._http, self._room =": "self._settings = context.settings; self._http, self._room ="})
    assert not [text for text in examine(read_project(sad), SETTINGS).seen.shown.values() if SETTINGS["token"] in text]
    change(sad, CODE, **{'f"TellTheChat({self._room!r})"': 'f"TellTheChat({self._authorization!r})"'})
    shown = examine(read_project(sad), SETTINGS).seen.shown
    assert [name for name, text in shown.items() if SETTINGS["token"] in text] == ["tell_the_chat"]


def test_the_command_says_every_fault_and_fails(sad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(sad, "tests/fake_chat.py", **{"HttpAnswer(401)": "HttpAnswer(500)", "{TOKEN}": "{TOKEN}!"})
    (sad / "CHANGELOG.md").unlink()
    assert main(["plugin", "check", str(sad)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "files: there is no CHANGELOG.md"
    assert "tests: tests.test_sad.TestReaction.test_events_are_told_in_their_order" in lines[1]
    assert "Transient: the chat failed (500)" in lines[1]
    assert lines[-1].startswith("sad 0.1.0: not fit (")
    assert main(["plugin", "check", str(sad), "--json"]) == 1
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["faults"][0] == {"check": "files", "fault": "there is no CHANGELOG.md"}
    assert verdict["failed"] == len(lines) - 1  # the fault above fails a test too, and is said once


def test_what_is_no_plugin_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "check", str(tmp_path)]) == 1
    assert "holds no pyproject.toml" in capsys.readouterr().err
    assert main(["plugin", "check", "no_such_plugin"]) == 1
    assert "neither a folder with a pyproject.toml nor the name of an installed plugin" in capsys.readouterr().err
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    with pytest.raises(NoPlugin, match="names no plugin"):
        read_project(tmp_path)


@pytest.mark.parametrize("name", ["Andes", "7andes", "an-des", "core", "json", "a__b", "../up", ""])
def test_a_name_that_cannot_be_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "new", name, "--folder", str(tmp_path / "new")]) == 1
    assert capsys.readouterr().err.startswith("pirwa: ")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(sad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "new", "sad", "--folder", str(sad)]) == 1
    assert "exists already" in capsys.readouterr().err


def test_the_kind_is_guessed_from_the_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, kind in (("sms_x", "message_sender"), ("email_x", "mail_sender"), ("supplier_x", "supplier_ordering")):
        assert main(["plugin", "new", name, "--folder", str(tmp_path / name)]) == 0
        assert read_project(tmp_path / name).manifest["kind"] == kind
    assert main(["plugin", "new", "sms_y", "--kind", "subscriber", "--folder", str(tmp_path / "sms_y")]) == 0
    assert read_project(tmp_path / "sms_y").manifest["kind"] == "subscriber"
    assert "is a subscriber that works" in capsys.readouterr().out


def test_the_list_says_what_became_of_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIRWA_PLUGINS", "sms_twilio,no_such_plugin")
    assert main(["plugin", "list", "--json"]) == 0
    known = {one["id"]: (one["state"], one["reason"]) for one in json.loads(capsys.readouterr().out)}
    assert known["sms_twilio"] == ("loaded", None)
    assert known["no_such_plugin"] == ("quarantined", "it is not installed")
    assert known["email_sendgrid"] == ("installed", None)
    assert main(["plugin", "list"]) == 0
    assert "no_such_plugin           -          quarantined: it is not installed" in capsys.readouterr().out
