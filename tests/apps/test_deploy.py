"""What stands in deploy/ fits the application: nginx takes its configuration, and the compose file sets nothing that does not exist."""

import os
import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from apps.settings import load_settings
from deploy import nginx

HERE = Path(nginx.__file__).parent
# What the compose file cannot know.
OPERATORS = {
    "PIRWA_DATABASE_PASSWORD": "0123456789abcdef",
    "PIRWA_PUBLIC_URL": "https://stock.example.org",
    "PIRWA_SECRET_KEYS": f"1:{'A' * 43}=",
    "PIRWA_AUDIT_KEY": f"{'A' * 43}=",
    "PIRWA_FILES_URL": "s3://pirwa/files",
}


def services() -> dict[str, Any]:
    content = yaml.safe_load((HERE / "compose.yaml").read_text("utf-8"))
    return dict(content["services"])


def filled(value: str) -> str:
    """As compose puts in what the operator has set: `${NAME:-default}`, `${NAME:?}`."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?)?\}", lambda found: OPERATORS.get(found[1], found[2] or ""), value)


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    """Seen to fail with a semicolon left out of the template."""
    assert nginx.faults(tmp_path, "127.0.0.1:8999", ["127.0.0.1:8001", "127.0.0.1:8002"]) == ""


def test_the_compose_file_puts_in_all_that_nginx_is_to_be_told() -> None:
    wanted = set(re.findall(r"\$\{(PIRWA_\w+)\}", nginx.TEMPLATE.read_text("utf-8")))
    assert wanted == set(services()["nginx"]["environment"])
    assert "${PIRWA" not in nginx.rendered("80", ["127.0.0.1:1"])


def test_every_process_of_the_compose_file_is_set_soundly(tmp_path: Path) -> None:
    """Seen to fail with a setting that does not exist."""
    for name in ("serve", "worker", "migrate"):
        environment = {
            key: filled(value) for key, value in services()[name]["environment"].items() if value is not None
        }
        settings = load_settings(environment, tmp_path)
        assert settings.database_url
        assert settings.replica_url
        assert settings.redis_url == "redis://valkey:6379"
        assert settings.files_url == "s3://pirwa/files"
        assert services()[name]["command"][0] in (name, "serve")


def test_what_the_services_mount_is_there() -> None:
    mounted = [
        volume for service in services().values() for volume in service.get("volumes", []) if volume.startswith("./")
    ]
    assert len(mounted) == 3
    for volume in mounted:
        assert (HERE / volume.partition(":")[0]).is_file()
    assert os.access(HERE / "Dockerfile", os.R_OK)
