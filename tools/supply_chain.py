"""What the product is made of, and what is known against it, by the two lock files.

`python tools/supply_chain.py sbom` writes lists of all components in CycloneDX: dist/sbom-python.json and dist/sbom-web.json.
`python tools/supply_chain.py audit` asks the advisory databases of PyPI and npm about every locked version. It ends with 1 where
something is known; where a database cannot be reached, it says so in one line.
"""

import json
import os
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
UV = ROOT / ".tools" / "bin" / "uv"
WEB = ROOT / "apps" / "web"
OUT = ROOT / "dist"
SHIPPED = ("--frozen", "--quiet", "--all-packages", "--no-dev", "--all-extras")


def main(arguments: list[str]) -> None:
    """Does what the arguments name."""
    deeds: dict[tuple[str, ...], Callable[[], None]] = {("sbom",): sbom, ("audit",): audit}
    if tuple(arguments) not in deeds:
        sys.exit(__doc__)
    deeds[tuple(arguments)]()


def sbom() -> None:
    """Both lists, of what is shipped and not of what tests it."""
    OUT.mkdir(exist_ok=True)
    python, web = OUT / "sbom-python.json", OUT / "sbom-web.json"
    _must(_run(UV, "export", *SHIPPED, "--preview-features", "sbom-export", "--format", "cyclonedx1.5", "-o", python))
    locked = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    components = [
        _component(path, package) for path, package in sorted(locked.items()) if path and not package.get("dev")
    ]
    listed = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}
    web.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    for path in (python, web):
        components = json.loads(path.read_text(encoding="utf-8"))["components"]
        print(f"{path.relative_to(ROOT)}: {len(components)} components")


def _component(path: str, package: Mapping[str, Any]) -> dict[str, Any]:
    """As npm's lock file has it, which knows licences too."""
    name, version = path.rpartition("node_modules/")[2], package["version"]
    kind, _, digest = package.get("integrity", "").partition("-")
    hashes = [{"alg": kind.upper().replace("SHA", "SHA-"), "content": b64decode(digest).hex()}] if digest else []
    licences = [{"license": {"name": package["license"]}}] if "license" in package else []
    purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
    named = {"type": "library", "bom-ref": f"{purl}#{path}", "name": name, "version": version, "purl": purl}
    return {**named, "hashes": hashes, "licenses": licences}


def audit() -> None:
    """Both databases, of all that is locked, tests and tools included."""
    known = [*_known_of_python(), *_known_of_web()]
    if known:
        print("\n".join(known))
        sys.exit(f"{len(known)} known vulnerabilities: see above.")


def _known_of_python() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder) / "requirements.txt"
        _must(
            _run(
                UV,
                "export",
                "--frozen",
                "--quiet",
                "--all-packages",
                "--all-extras",
                "--no-emit-workspace",
                "-o",
                locked,
            )
        )
        options = ("--disable-pip", "--progress-spinner", "off", "--format", "json", "--requirement", locked)
        said = _read("PyPI", _run(BIN / "pip-audit", *options))
    return [
        f"{one['name']} {one['version']}: {fault['id']} (mended in {', '.join(fault['fix_versions']) or 'no version'})"
        for one in said.get("dependencies", ())
        for fault in one.get("vulns", ())
    ]


def _known_of_web() -> list[str]:
    said = _read("npm", _npm("audit", "--json"))
    if "error" in said:
        _unreachable("npm")
    return [
        f"{name}: {fault['severity']} ({fault['range']})" for name, fault in said.get("vulnerabilities", {}).items()
    ]


def _read(database: str, finished: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What it said in JSON; nothing where it could not be asked."""
    try:
        said = json.loads(finished.stdout)
    except ValueError:
        _unreachable(database)
        return {}
    return said if isinstance(said, dict) else {}


def _unreachable(database: str) -> None:
    print(f"The advisory database of {database} cannot be reached: nothing was asked there.", flush=True)


def _npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(BIN / "npm", *arguments, "--package-lock-only", folder=WEB)


def _run(program: Path, *arguments: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(program), *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def _must(finished: subprocess.CompletedProcess[str]) -> str:
    """What it printed. Ends the program with its words where it failed."""
    if finished.returncode != 0:
        sys.exit(finished.stderr or finished.stdout)
    return finished.stdout


if __name__ == "__main__":
    main(sys.argv[1:])
