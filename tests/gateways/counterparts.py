"""What the gateway tests share: a ticket, and the simulated Unitedprint as a process."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx2

from partnershop.gateways.payments import RefundInstruction
from partnershop.gateways.ticket import Feature, Ticket

TICKET = Ticket(
    key="aurora-A-1001-1",
    shop="aurora",
    shop_name="Tipografia Aurora",
    language="it",
    order="A-1001",
    item="1",
    product="flyer",
    product_name="Volantini",
    description="Volantini A6 «più colori» für Müller",
    copies=2,
    features=(
        Feature("paper", "gloss-135", "Carta", "patinata lucida 135 g"),
        Feature("format", "a6", "Formato", "DIN A6"),
        Feature("quantity", "1000", "Tiratura", "1.000"),
    ),
    due_date=date(2026, 3, 9),
    address="http://127.0.0.1:8000/shops/aurora/orders/A-1001/items/1",
)

REFUND = RefundInstruction(
    refund="R-17", shop="aurora", order="A-1001", amount="60.88", currency="EUR", reason="Posizione 1 annullata"
)


def ticket(key: str) -> Ticket:
    """The sample ticket under another key."""
    return replace(TICKET, key=key)


def page(of: Ticket) -> bytes:
    """A page for people that is no PDF but says whose it is, long enough to be torn."""
    return b"%PDF " + of.key.encode() + b"." * 20_000


CLIENT = httpx2.Client(trust_env=False, timeout=20)
"""For calls to the simulator by hand; one, since making one takes longer than most tests."""


class SimulatorProcess:
    """The simulator, started as a user would start it. `port` 0 takes a free one; the same `data` remembers."""

    def __init__(self, data: Path, port: int = 0) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "partnershop.gateways.unitedprint_simulator",
                "--port",
                str(port),
                "--data",
                str(data),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError(f"the simulator did not start, it ended with {self._gone()}")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    def control(self, **members: object) -> dict[str, Any]:
        """Make it behave."""
        answer = CLIENT.post(f"{self.url}/control", json=members)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    def orders(self, order_name: str | None = None) -> list[dict[str, Any]]:
        """What it has accepted."""
        wanted = {} if order_name is None else {"order_name": order_name}
        answer = CLIENT.get(f"{self.url}/orders", params=wanted).json()
        orders: list[dict[str, Any]] = answer["orders"]
        assert answer["count"] == len(orders)
        return orders

    def kill(self) -> None:
        """As a power cut would; again, if it has ended already."""
        self._process.kill()
        self._gone()

    def stop(self) -> int:
        """As an operator would; returns the exit code."""
        self._process.terminate()
        return self._gone()

    def _gone(self) -> int:
        code = self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code
