"""Logs: one JSON object a line, ids only. No names, addresses or amounts of people ever go in, and no secrets.

What libraries say (Celery, uvicorn, Tornado) takes the same way as what we say. An error is told as partnershop/failure
tells it: its text is in the row it happened to (`last_error`), where operators find it.
"""

import logging
import os
import re
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from structlog.contextvars import bound_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from partnershop.errors import Refused
from partnershop.failure import describe_chain, places
from partnershop.secret import SECRETS, secret

log: structlog.stdlib.BoundLogger = structlog.get_logger()

# They tell each step of what they do.
_TALKATIVE = ("fontTools", "weasyprint", "httpcore", "httpx", "httpx2", "kombu.pidbox")
_USER_IN_URL = re.compile(r"(?<=://)[^\s/@\"']*:[^\s/@\"']*@")
_WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]+")
_MAIL_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_SHORTEST_SECRET = 4


def configure() -> None:
    """Set the logs of this process up: UTC time, level, bound ids; JSON, or readable lines on a terminal.

    `PARTNERSHOP_LOG_LEVEL` (default INFO) says from which level on. What would end the process or a thread is logged
    like any other error. Call it again after somebody else has set handlers of his own.
    """
    named = logging.getLevelName(os.environ.get("PARTNERSHOP_LOG_LEVEL", "INFO").upper())
    level = named if isinstance(named, int) else logging.INFO
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in list(logging.root.manager.loggerDict):
        # Everything goes through the one handler: uvicorn and Celery bring some of their own.
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    # Who asked for what: paths with names of orders, and nothing that the door does not say itself.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("tornado.access").disabled = True
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _note_end
    threading.excepthook = lambda ended: _note_end(ended.exc_type, ended.exc_value, ended.exc_traceback)


def bound(**ids: object) -> AbstractContextManager[object]:
    """Bind ids: every line that is logged inside the block bears them, too."""
    return bound_contextvars(**{name: value for name, value in ids.items() if value is not None})


def _note_end(
    kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None
) -> None:
    if not issubclass(kind, Exception):
        sys.__excepthook__(kind, error or kind(), traceback)  # Ctrl-C and the like say nothing of anybody
        return
    log.critical("ended by an error", exc_info=(kind, error, traceback))


def _tell_error(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Instead of a traceback with its texts: what it was, and where."""
    given = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if not given:
        return line
    error = given if isinstance(given, BaseException) else (given if isinstance(given, tuple) else sys.exc_info())[1]
    # Whoever logs an error often quotes it, after a first line of his own.
    line["event"] = str(line["event"]).partition("\n")[0]
    if error is not None:
        line["error"], line["at"] = describe_chain(error), places(error)
    return line


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _tell_error,
]


class _Masked(structlog.stdlib.ProcessorFormatter):
    """Renders a line, and as the last thing takes out what must not be in it, whoever wrote it."""

    def __init__(self, hide: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return self._hide(super().format(record))


def _formatter() -> logging.Formatter:
    terminal = sys.stderr.isatty()
    # Without its own way to print exceptions, which shows the values of variables; there are none left to print.
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    return _Masked(
        _masker(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name],
    )


def _masker() -> Callable[[str], str]:
    """What replaces the secrets of this process, passwords in addresses, webhook secrets and mail addresses."""
    secrets = sorted(_secrets(), key=len, reverse=True)
    known = re.compile("|".join(re.escape(value) for value in secrets)) if secrets else None

    def hide(line: str) -> str:
        line = _USER_IN_URL.sub("***@", line) if "://" in line else line
        line = known.sub("***", line) if known else line
        line = _WEBHOOK_SECRET.sub("whsec_***", line) if "whsec_" in line else line
        return _MAIL_ADDRESS.sub(_hide_address, line) if "@" in line else line

    return hide


def _hide_address(found: re.Match[str]) -> str:
    """A worker is called NAME@HOST; everything else that looks like an address is one."""
    return found.group() if found.group().partition("@")[2].rstrip(".") == _HOST else "***@***"


_HOST = os.uname().nodename


def _secrets() -> set[str]:
    """The values of all secrets of this process, and the passwords in those that are addresses."""
    found: set[str] = set()
    for name in SECRETS:
        try:
            value = secret(name)
        except Refused:
            continue  # whoever needs it says so
        try:
            password = urlsplit(value).password or ""
        except ValueError:
            password = ""
        found |= {value, password, unquote(password)}
    return {value for value in found if len(value) >= _SHORTEST_SECRET}
