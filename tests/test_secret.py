"""Secrets come from variables or from files; a wrong one is named, and its content is not."""

import os
from pathlib import Path

import pytest

from partnershop.cli.place import connect
from partnershop.config import Config, config
from partnershop.errors import Refused
from partnershop.gateways.unitedprint_order import account_from
from partnershop.programs import flower_password
from partnershop.secret import SECRETS, environment, replace_secrets, secret


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def lies_in(monkeypatch: pytest.MonkeyPatch, path: Path, name: str, content: str) -> Path:
    """A secret in a file that its variable names."""
    path.write_text(content, encoding="utf-8")
    monkeypatch.setenv(f"{name}_FILE", str(path))
    return path


def settings() -> Config:
    """What a fresh process would read."""
    return config.__wrapped__()


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_what_its_variable_says_or_its_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert secret(name) == ""
    assert secret(name, "else") == "else"
    monkeypatch.setenv(name, "from the variable")
    assert secret(name) == "from the variable"
    monkeypatch.delenv(name)
    lies_in(monkeypatch, tmp_path / "file", name, "  from the file \n")
    assert secret(name) == "from the file"
    assert environment()[name] == "from the file"


def test_an_empty_file_or_variable_is_as_good_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lies_in(monkeypatch, tmp_path / "file", "PARTNERSHOP_SMTP_URL", "\n")
    assert secret("PARTNERSHOP_SMTP_URL", "else") == "else"
    lies_in(monkeypatch, tmp_path / "file", "BROKER_URL", "redis://here")
    monkeypatch.setenv("BROKER_URL", "")
    assert secret("BROKER_URL") == "redis://here"
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(KeyError, match="DATABASE_URL"):
        settings()


def test_a_secret_that_is_set_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lies_in(monkeypatch, tmp_path / "file", "DATABASE_URL", "postgresql://one-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://other-secret")
    with pytest.raises(Refused) as refusal:
        settings()
    assert str(refusal.value) == "DATABASE_URL and DATABASE_URL_FILE are both set: unset one of them"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        ("folder", "cannot be read: Is a directory"),
        (b"s3cret\nsecond line", "must hold one line of plain text"),
        (b"s3cret\x00", "must hold one line of plain text"),
        (b"s3cret\xff", "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_good_is_named_and_not_shown(
    made: bytes | str | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "broker"
    if isinstance(made, bytes):
        path.write_bytes(made)
    elif made:
        path.mkdir()
    monkeypatch.setenv("BROKER_URL_FILE", str(path))
    with pytest.raises(Refused) as refusal:
        secret("BROKER_URL")
    assert str(refusal.value).startswith(f"BROKER_URL_FILE names {path}, which ")
    assert why in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


def test_the_settings_of_a_process_come_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        lies_in(monkeypatch, tmp_path / name, name, f"postgresql://s3cret-{name}")
    read = settings()
    assert read.sqlalchemy_url == "postgresql+psycopg://s3cret-DATABASE_URL"
    assert read.broker_url.endswith("BROKER_URL")
    assert read.smtp_url.endswith("PARTNERSHOP_SMTP_URL")
    assert read.objects_url.endswith("PARTNERSHOP_OBJECTS_URL")
    assert read.metrics_token.endswith("PARTNERSHOP_METRICS_TOKEN")
    assert "s3cret" not in repr(read)
    assert flower_password(tmp_path).endswith("PARTNERSHOP_FLOWER_PASSWORD")
    monkeypatch.setenv("UNITEDPRINT_CUSTOMER_NUMBER", "4711")
    account = account_from(environment())
    assert account.password.endswith("UNITEDPRINT_PASSWORD")
    assert account.data_source_password.endswith("UNITEDPRINT_DATA_SOURCE_PASSWORD")


def test_a_process_with_any_wrong_secret_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://here")
    monkeypatch.setenv("UNITEDPRINT_PASSWORD_FILE", str(tmp_path / "forgotten"))
    with pytest.raises(Refused, match="UNITEDPRINT_PASSWORD_FILE"):
        settings()


def test_a_command_finds_its_database_by_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARTNERSHOP_DATA", raising=False)
    lies_in(monkeypatch, tmp_path / "file", "DATABASE_URL", "postgresql://here")
    assert connect() == {"database": "postgresql://here"}


def test_a_replaced_secret_is_not_set_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    lies_in(monkeypatch, tmp_path / "file", "DATABASE_URL", "postgresql://before")
    replace_secrets(DATABASE_URL="postgresql://now")
    assert secret("DATABASE_URL") == "postgresql://now"
    assert "DATABASE_URL_FILE" not in os.environ
