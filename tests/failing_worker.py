"""The product's worker, whose cases fail as their numbers say: what a test of real failures starts (see seeing.py)."""

import os
import signal
import time
from collections.abc import Callable
from typing import NoReturn

from seeing import BUYER, CASES
from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.errors import Transient
from partnershop.flows import corrections
from partnershop.logging import log
from workers.app import app


def _defect(_: Session) -> NoReturn:
    raise KeyError(f"{BUYER['name']} <{BUYER['email']}>")


def _killed(_: Session) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _slow(_: Session) -> NoReturn:
    time.sleep(60)
    raise AssertionError


def _away(_: Session) -> NoReturn:
    raise Transient("the bank is closed")


def _row(session: Session) -> NoReturn:
    values = f"('{BUYER['name']}', 'EUR', now())"
    session.execute(text(f"INSERT INTO shop (code, currency, created_at) VALUES {values}, {values}"))
    raise AssertionError


_FAIL: dict[str, Callable[[Session], NoReturn]] = {
    "defect": _defect, "killed": _killed, "slow": _slow, "away": _away, "row": _row,
}  # fmt: skip


def _settle(session: Session, case: int) -> str:
    how = CASES[case]
    return f"case {case} is settled" if how == "fine" else _FAIL[how](session)


def _note(session: Session, case: int, error: str) -> str:
    """Fails as well, but where it is the worker's main process that counts for one that was killed."""
    if CASES[case] in ("killed", "slow"):
        log.info("counted", of=case, why=error)
        return ""
    return _settle(session, case)


vars(corrections).update(settle=_settle, note_failure=_note)
app.conf.task_annotations = {
    "corrections.reverse_items": {"soft_time_limit": None, "time_limit": 3, "max_retries": 1, "default_retry_delay": 0},
    # A process that was killed is missed after ten seconds.
    "corrections.issue_reduced_invoice": {"soft_time_limit": None, "time_limit": 60, "max_retries": 0},
}
