"""How the mail sink behaves: normally, or in one of the ways in which a mail server goes wrong.

It reads `FOLDER/sink-control.json` before each command, so that it can be changed while it runs:
`{"mode": "slow", "share": 3, "delay_seconds": 2.0}`. The mode goes for the first of every `share` mails.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_LONGEST_SECONDS = 600.0


class Mode(StrEnum):
    """What happens to a mail."""

    NORMAL = "normal"
    LOST_AFTER_DATA = "lost_after_data"
    """It is kept, and the connection is lost before anybody hears of it."""
    BUSY_421 = "busy_421"
    """The server says that it closes, and closes."""
    SLOW = "slow"
    """The answer to the whole mail takes `delay_seconds`."""


@dataclass(frozen=True)
class Control:
    """The file's content."""

    mode: Mode = Mode.NORMAL
    share: int = 1
    delay_seconds: float = 5.0


class Behaviour:
    """Decides, mail by mail, what the file asks for."""

    def __init__(self, file: Path) -> None:
        """`file` may come and go; one that cannot be read is as good as none."""
        self._file = file
        self._mails = 0

    def now(self) -> Control:
        """What the file says now."""
        try:
            read = json.loads(self._file.read_text(encoding="utf-8"))
            control = Control(Mode(read["mode"]), int(read.get("share", 1)), float(read.get("delay_seconds", 5.0)))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return Control()
        is_fine = control.share >= 1 and 0 <= control.delay_seconds <= _LONGEST_SECONDS
        return control if is_fine else Control()

    def next(self) -> Control:
        """What to do with the mail that begins now."""
        control = self.now()
        if control.mode is Mode.NORMAL:
            return control
        self._mails += 1
        return control if (self._mails - 1) % control.share == 0 else Control()
