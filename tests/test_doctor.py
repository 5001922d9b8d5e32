"""The doctor: all is well on a machine that runs these tests, and each thing taken away is named with its remedy."""

import platform
import pwd
import zoneinfo
from pathlib import Path

import pytest

from partnershop import doctor
from partnershop.doctor import Check, diagnose
from partnershop.errors import Refused
from partnershop.machine import postgres, valkey


def _named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


def test_a_machine_that_runs_the_tests_is_well(tmp_path: Path) -> None:
    checks = diagnose(tmp_path / "data")
    assert {check.name for check in checks} == {
        *("Python", "own packages", "Pango", "PostgreSQL", "Valkey", "shared memory", "data folder", "free disk"),
        *("time zones", "fonts"),
    }
    assert [check for check in checks if not check.ok] == []
    assert all(check.detail and not check.remedy for check in checks)
    assert not (tmp_path / "data").exists(), "looking makes nothing"


def test_missing_pango_is_named_by_library_with_the_command_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PANGO_LIBRARIES", ("libpango-of-another-planet.so.0",))
    check = _named(diagnose(), "Pango")
    assert not check.ok
    assert "libpango-of-another-planet.so.0" in check.detail
    assert check.remedy == "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def test_an_unsuitable_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_OLDEST", (3, 99))
    monkeypatch.setattr(doctor, "_NEWEST", (3, 99))
    check = _named(diagnose(), "Python")
    assert (check.ok, check.detail) == (False, platform.python_version())
    assert "3.11" in check.remedy


def test_missing_servers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise Refused("the package is not installed")

    monkeypatch.setattr(postgres, "wheel_folder", missing)
    monkeypatch.setattr(valkey, "program", missing)
    checks = diagnose()
    for name in ("PostgreSQL", "Valkey"):
        check = _named(checks, name)
        assert (check.ok, check.detail, check.remedy) == (False, "the package is not installed", "make setup")


def test_a_server_that_does_not_run_is_told_from_one_that_only_the_servers_user_cannot_reach(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres, "wheel_folder", lambda: tmp_path)
    assert not _named(diagnose(), "PostgreSQL").ok
    monkeypatch.setattr(doctor, "can_run", lambda program, user: user is None)
    monkeypatch.setattr(doctor, "server_user", lambda: pwd.getpwnam("nobody"))
    check = _named(diagnose(), "PostgreSQL")
    assert check.ok
    assert 'as "nobody" out of a copy' in check.detail


def test_a_data_folder_that_cannot_be_made_is_named() -> None:
    check = _named(diagnose(Path("/proc/no/such/folder")), "data folder")
    assert not check.ok
    assert "--data" in check.remedy


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "_FREE_BYTES", 2**70)
    check = _named(diagnose(tmp_path), "free disk")
    assert not check.ok
    assert str(tmp_path) in check.detail


def test_missing_time_zones_and_fonts_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unknown(key: str) -> zoneinfo.ZoneInfo:
        raise zoneinfo.ZoneInfoNotFoundError(key)

    monkeypatch.setattr(doctor, "ZoneInfo", unknown)
    monkeypatch.setattr(doctor, "TEMPLATES", tmp_path)
    checks = diagnose()
    assert "tzdata" in _named(checks, "time zones").remedy
    assert not _named(checks, "fonts").ok


def test_a_stranger_under_one_of_our_names_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_OWN_PACKAGES", ("partnershop", "json"))
    check = _named(diagnose(), "own packages")
    assert not check.ok
    assert "json is " in check.detail
    assert "partnershop is " not in check.detail


def test_a_question_that_fails_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Check:
        raise OSError("no such luck")

    monkeypatch.setattr(doctor, "_python", broken)
    assert _named(diagnose(), "Python") == Check("Python", False, "OSError: no such luck", "make setup")
