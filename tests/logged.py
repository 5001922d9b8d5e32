"""The logs of a test process as the product's programs have them: a fixture, and what was logged."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from seeing import SECRETS

from partnershop.logging import configure


class Logged(io.StringIO):
    """What was logged."""

    def clear(self) -> None:
        """Forget it."""
        self.truncate(0)
        self.seek(0)

    @property
    def text(self) -> str:
        """All of it."""
        return self.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Line by line; each must be JSON."""
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Logged]:
    """The logs of this process, which knows all the secrets of tests/seeing.py; undone at the end."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = root.handlers[:], root.level
    told = Logged()
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", told)
    root.handlers.clear()  # pytest's own are not to be closed
    with warnings.catch_warnings():
        configure()
        yield told
        logging.captureWarnings(capture=False)
    root.handlers[:], (sys.excepthook, threading.excepthook) = handlers, hooks
    root.setLevel(level)
    structlog.reset_defaults()
    for name in ("uvicorn.access", "tornado.access"):
        logging.getLogger(name).disabled = False
