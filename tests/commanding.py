"""Commands run in this process against the run's database: their output, and the exit code they end with."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from partnershop.cli import main
from partnershop.config import config
from partnershop.db import engine
from partnershop.paths import SAMPLES


@dataclass(frozen=True)
class Result:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


def _forget_settings() -> None:
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    config.cache_clear()


@pytest.fixture
def no_place(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    """The environment names no database and no running product."""
    _forget_settings()
    for name in ("DATABASE_URL", "BROKER_URL", "PARTNERSHOP_DATA", "PARTNERSHOP_SECRET"):
        monkeypatch.setenv(name, "")  # so that what a command sets itself is undone at the end, too
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("home")))
    yield monkeypatch
    for name in ("DATABASE_URL", "BROKER_URL", "PARTNERSHOP_DATA"):
        os.environ.pop(name, None)
    _forget_settings()


@pytest.fixture
def database(clean_database: str, no_place: pytest.MonkeyPatch) -> str:
    """The environment names the clean database; its URL."""
    no_place.setenv("DATABASE_URL", clean_database)
    return clean_database


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line, as `run("shop", "add", "FILE")`."""

    def run_it(*arguments: object) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Result(code or 0, printed.out, printed.err)

    return run_it


@pytest.fixture
def shops(database: str, run: Run) -> list[str]:
    """The sample catalogue and shops are loaded; the shops' codes."""
    assert run("catalogue", "load", SAMPLES / "catalogue.yaml").code == 0
    for file in sorted((SAMPLES / "shops").glob("*.yaml")):
        assert run("shop", "add", file).code == 0
    return ["aurora", "gutendruck", "retail"]
