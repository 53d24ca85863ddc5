"""Makes the private environment in `.venv` from `uv.lock`, with nothing but Python and its standard library.

uv comes into `.tools` by pip, or where Python has neither pip nor ensurepip straight from the package index. An index
named by UV_DEFAULT_INDEX, UV_INDEX_URL or PIP_INDEX_URL replaces the one in `uv.lock`; versions and hashes stay those of
the lock. Arguments go to uv, such as `--group bench`.
"""

import hashlib
import os
import platform
import re
import subprocess
import sys
import tomllib
import urllib.parse
import urllib.request
import zipfile
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV = TOOLS / "bin" / "uv"
UV_VERSION = "0.13.8"
INDEX_SETTINGS = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")


def main(groups: list[str]) -> None:
    """Installs uv if needed and brings `.venv` to the state of the lock."""
    locked = locked_index()
    index = next(filter(None, map(os.environ.get, INDEX_SETTINGS)), locked).rstrip("/")
    if not has_uv():
        install_uv(index)
    if index == locked:
        uv("sync", "--locked", "--all-packages", "--python", sys.executable, *groups)
    else:
        sync_from_mirror(index, groups)


def locked_index() -> str:
    """The package index that the lock was made from."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    registries = (package["source"].get("registry") for package in packages)
    return str(next(filter(None, registries))).rstrip("/")


def has_uv() -> bool:
    """Whether the wanted version is in place."""
    if not UV.exists():
        return False
    answer = subprocess.run([UV, "--version"], capture_output=True, text=True, check=False)
    return answer.stdout.split()[1:2] == [UV_VERSION]


def install_uv(index: str) -> None:
    """Puts uv into `.tools`."""
    print(f"Installing uv {UV_VERSION} into .tools", flush=True)
    environment = subprocess.run([sys.executable, "-m", "venv", TOOLS], capture_output=True, check=False)
    if environment.returncode != 0:
        unpack_uv(*find_wheel(index))
        return
    pip = [str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    settings = os.environ | {"PIP_INDEX_URL": index}
    if subprocess.run([*pip, f"uv=={UV_VERSION}"], env=settings, check=False).returncode != 0:
        sys.exit("pip cannot install uv: see above.")


def find_wheel(index: str) -> tuple[str, str]:
    """Address and SHA-256 of the wheel of uv for this machine."""
    page = f"{index}/uv/"
    with urllib.request.urlopen(page) as answer:  # noqa: S310 - the user's own index
        links = re.findall(r'href="([^"#]+\.whl)#sha256=([0-9a-f]{64})"', answer.read().decode())
    if sys.platform == "darwin":
        flavour = "macosx"
    else:
        flavour = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    wanted = re.compile(rf"/uv-{re.escape(UV_VERSION)}-.*{flavour}.*_{platform.machine()}\.whl$")
    for link, sha256 in links:
        if wanted.search(link):
            return urllib.parse.urljoin(page, link), sha256
    sys.exit(f"There is no uv {UV_VERSION} for this machine at {page}: install the python3-venv package and try again.")


def unpack_uv(link: str, sha256: str) -> None:
    """Takes the program out of the wheel, if that is the one that the index promised."""
    with urllib.request.urlopen(link) as answer:  # noqa: S310 - a link of that index
        wheel = answer.read()
    if hashlib.sha256(wheel).hexdigest() != sha256:
        sys.exit(f"{link} was damaged on its way: try again.")
    UV.parent.mkdir(parents=True, exist_ok=True)
    UV.write_bytes(zipfile.ZipFile(BytesIO(wheel)).read(f"uv-{UV_VERSION}.data/scripts/uv"))
    UV.chmod(0o755)


def sync_from_mirror(index: str, groups: list[str]) -> None:
    """Installs the locked versions from another index, which `uv sync --locked` would take for a changed lock."""
    requirements = TOOLS / "requirements.txt"
    uv("export", "--quiet", "--frozen", "--all-packages", "--no-emit-workspace", "--output-file", requirements, *groups)
    uv("venv", "--quiet", "--allow-existing", "--python", sys.executable, ".venv")
    uv("pip", "sync", "--python", ".venv", "--require-hashes", requirements, index=index)
    members = [ROOT, *(project.parent for project in ROOT.glob("plugins/*/pyproject.toml"))]
    editable = [word for member in members for word in ("--editable", member)]
    uv("pip", "install", "--quiet", "--python", ".venv", "--no-deps", *editable, index=index)


def uv(*arguments: str | Path, index: str | None = None) -> None:
    """Runs uv on this project alone, with this Python; ends the program if it fails, after uv said why."""
    foreign = {*INDEX_SETTINGS, "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"}
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "PIRWA_SKIP_WEB": "1"}
    if index is not None:
        environment["UV_DEFAULT_INDEX"] = index
    if subprocess.run([UV, *arguments], cwd=ROOT, env=environment, check=False).returncode != 0:
        sys.exit(f"uv {arguments[0]} failed: see above.")


if __name__ == "__main__":
    main(sys.argv[1:])
