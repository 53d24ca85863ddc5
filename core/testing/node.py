"""Node and its tools, for suites that start programs of that world: those of this Python environment first, else those of the machine."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

_FAILURE = re.compile(r"^npm (?:error|ERR!) code (\S+)", re.MULTILINE)
_ITSELF_AT_FAULT = frozenset({"E404", "ETARGET", "ENOVERSIONS", "EINTEGRITY"})
"""The registry answered, and what was asked of it is wrong."""
_NPM = {"fetch_retries": "1", "fetch_retry_mintimeout": "1000", "fetch_timeout": "60000", "update_notifier": "false"}


def node_program(name: str) -> str | None:
    """Where `node`, `npm` or `npx` is; None where there is none."""
    return shutil.which(name, path=_places())


def node_environment() -> Mapping[str, str]:
    """This process's environment for a program of Node, in which others are found as `node_program` finds them. Npm, where it has to fetch
    something and cannot, says so within two minutes or so."""
    return {**{f"npm_config_{name}": value for name, value in _NPM.items()}, **os.environ, "PATH": _places()}


def unreachable(said: str) -> str | None:
    """What npm calls the trouble of not getting at its registry, in what it said; None where there is none, or another."""
    code = next(iter(_FAILURE.findall(said)), None)
    return code if code and code not in _ITSELF_AT_FAULT else None


def _places() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
