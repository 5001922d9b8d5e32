"""What tests of logs and Flower share: unmistakable data of people, and a real worker that fails on purpose."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent

# Each is in no other text than that of this person, this seller or this secret.
BUYER = {
    "number": "K-90210", "name": "Zenobia Quastenflosser", "company": "Quastenflosser Kartonagen KG",
    "street": "Hinterm Mondteich 77", "postcode": "39999", "city": "Wolkenkuckucksheim", "country": "IT",
    "email": "zenobia@quasten.example", "vat_id": "IT12345670017", "tax_code": "QSTZNB80A41F205B", "language": "de",
}  # fmt: skip
SELLER = {
    "legal_name": "Tipografia Xanadu S.r.l.", "street": "Via degli Unicorni 9", "postcode": "40126", "city": "Bologna",
    "province": "BO", "country": "IT", "vat_id": "IT98765430214", "tax_code": "98765430214", "tax_regime": "RF01",
    "iban": "IT60X0542811101000000123456", "email": "fatture@xanadu.example",
}  # fmt: skip
SMTP_PASSWORD = "smtp-Zauberspruch-4711"
METRICS_TOKEN = "metrics-token-Zauberlehrling"
SECRETS = {
    "PARTNERSHOP_SMTP_URL": f"smtp://post:{SMTP_PASSWORD}@127.0.0.1:1",
    "PARTNERSHOP_METRICS_TOKEN": METRICS_TOKEN,
}
PERSONAL = (
    "Zenobia", "Quastenflosser", "Mondteich", "Wolkenkuckucksheim", "quasten.example", "12345670017",
    "QSTZNB80A41F205B", "Xanadu", "Unicorni", "xanadu.example", "IT60X0542811101000000123456", SMTP_PASSWORD,
    METRICS_TOKEN,
)  # fmt: skip

# How the cases of the failing worker fail, by their numbers.
CASES = {11: "fine", 12: "defect", 13: "row", 14: "away", 15: "slow", 16: "killed"}


def found_in(text: str, *more: str) -> list[str]:
    """The personal data and secrets that a text has, though it must have none; `more` are further ones."""
    return [one for one in (*PERSONAL, *more) if one in text]


def until(holds: Callable[[], Any], seconds: float = 60, told: Callable[[], str] = str) -> Any:
    """Wait until it holds, and return it; fail with what `told` says where it does not."""
    deadline = time.monotonic() + seconds
    while not (held := holds()):
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)
    return held


@contextmanager
def program(log: Path, environment: dict[str, str], *argv: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run Python with these arguments until the block ends; all that it prints is in `log`."""
    with open(log, "wb") as file:
        process = subprocess.Popen(
            [sys.executable, *argv], cwd=TESTS, env={**os.environ, **environment},
            stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@dataclass
class Seen:
    """What Flower is told, task by task: the events of each, the last ones on top of the first."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)

    def note(self, event: dict[str, Any]) -> None:
        """An event came in."""
        if event["type"].startswith("task-"):
            self.told.append(event)
            self.rows.setdefault(event["uuid"], {}).update(event)

    def of(self, case: int) -> dict[str, Any] | None:
        """The row of a case, once it has ended for good."""
        ends = {"task-failed", "task-succeeded"}
        rows = [row for row in self.rows.values() if f"case {case}" in row.get("kwargs", "") and row["type"] in ends]
        return rows[0] if rows else None


@contextmanager
def watching(app: Any) -> Iterator[Seen]:
    """Listen, until the block ends, to what the workers tell Flower."""
    seen, ready = Seen(), threading.Event()
    with app.connection() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": seen.note})
        receiver.on_consume_ready = lambda *_, **__: ready.set()
        thread = threading.Thread(target=receiver.capture, daemon=True)
        thread.start()
        assert ready.wait(10)
        yield seen
        receiver.should_stop = True
        thread.join(10)
