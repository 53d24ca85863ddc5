"""What the operator may set, and how they learn what is wrong with it."""

from pathlib import Path

import pytest

from apps.http.main import application
from apps.settings import Settings, SettingsError, is_loopback, load_settings


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    assert settings == Settings()
    assert (settings.data, settings.host, settings.port, settings.on_loopback) == (Path("var"), "127.0.0.1", 8000, True)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "pirwa.toml").write_text('port = 9000\nlog = "text"\nplugins = ["ecommerce_fake"]\n')
    settings = load_settings(
        {
            "PIRWA_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
            "PIRWA_PORT": "9001",
            "HOME": "/root",
            "PIRWA_HOST": "",
            "PIRWA_TEST_DATABASE_URL": "x",
        },
        tmp_path,
    )
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    assert (settings.port, settings.log, settings.plugins, settings.host) == (
        9001,
        "text",
        ("ecommerce_fake",),
        "127.0.0.1",
    )


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "pirwa.toml").write_text('prot = 1\nport = true\nlog = "xml"\n')
    environment = {
        "PIRWA_HOST": "no host!",
        "PIRWA_DATABASE_URL": "mysql://localhost/pirwa",
        "PIRWA_REDIS_URL": "localhost:6379",
        "PIRWA_REPLICA_URL": "replica",
        "PIRWA_FILES_URL": "s3://name:secret@bucket",
        "PIRWA_PLUGINS": "ecommerce_fake, ../x",
        "PIRWA_SECRET_KEYS": "1:c2hvcnQ=",
        "PIRWA_PUBLIC_URL": "https://",
        "PIRWA_SMTP_URL": "http://mail",
        "PIRWA_MAIL_FROM": "nobody",
        "PIRWA_REGISTRATION": "perhaps",
        "PIRWA_DATABSE_URL": "x",
        "PIRWA_TRUSTED_PROXIES": "10.0.0.0/8, proxy.example",
    }
    with pytest.raises(SettingsError) as refused:
        load_settings(environment, tmp_path)
    assert sorted(refused.value.problems) == [
        "PIRWA_DATABASE_URL: must be a URL that begins with postgresql:// or postgres://",
        "PIRWA_DATABSE_URL is no setting; did you mean PIRWA_DATABASE_URL?",
        "PIRWA_FILES_URL: must be a bucket, such as s3://name/folder; its service and credentials are set by AWS_* variables",
        "PIRWA_HOST: must be an IP address or a host name",
        "PIRWA_LOG: must be json or text",
        "PIRWA_MAIL_FROM: must be a mail address",
        "PIRWA_PLUGINS: must be plugin ids, separated by commas",
        "PIRWA_PORT: must be a port number from 0 to 65535",
        "PIRWA_PUBLIC_URL: must be the address at which people reach Pirwa, such as https://stock.example.org",
        "PIRWA_REDIS_URL: must be a URL that begins with redis:// or rediss:// or unix://",
        "PIRWA_REGISTRATION: must be on or off",
        "PIRWA_REPLICA_URL: must be a URL that begins with postgresql:// or postgres://",
        "PIRWA_SECRET_KEYS: must be keys of 32 bytes in base64, each as id:key, separated by commas",
        "PIRWA_SMTP_URL: must be a URL that begins with smtp:// or smtps://",
        "PIRWA_TRUSTED_PROXIES: must be IP addresses or networks such as 10.0.0.0/8, separated by commas",
        "pirwa.toml: prot is no setting; did you mean port?",
    ]


@pytest.mark.parametrize("content", [b"port = ", b"\xff"])
def test_an_unreadable_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pirwa.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"pirwa\.toml"):
        load_settings({}, tmp_path)


@pytest.mark.parametrize("port", ["-1", "65536", "80a", "٨٠", "1" * 5_000])
def test_a_port_is_a_port(tmp_path: Path, port: str) -> None:
    with pytest.raises(SettingsError, match="PIRWA_PORT"):
        load_settings({"PIRWA_PORT": port}, tmp_path)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("pirwa.example", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, own: bool) -> None:
    assert is_loopback(host) == own


def test_the_server_does_not_start_with_unsound_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIRWA_PORT", "http")
    monkeypatch.setenv("PIRWA_LOG", "xml")
    with pytest.raises(SystemExit, match=r"cannot start:\nPIRWA_PORT: .*\nPIRWA_LOG: "):
        application()


def test_secrets_do_not_show() -> None:
    settings = Settings(
        database_url="postgresql://pirwa:secret@db/pirwa", secret_keys="1:secret", smtp_url="smtp://pirwa:secret@mail"
    )
    assert "secret" not in repr(settings)
