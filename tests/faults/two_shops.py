"""Two shops on one product: one that floods, and one that must not wait for it."""

import pipeline
import pytest
from factories import Scene, item

from partnershop.stages import Stage

FLOODING, OTHER = "aurora", "boreale"
MANY = 12
BEFORE_CASES = pipeline.ALL - {
    Stage.CORRECTIONS, Stage.REFUNDS, Stage.DOCUMENTS, Stage.MAIL, Stage.COMMISSIONS, Stage.DISPATCH,
}  # fmt: skip


class Other(Scene):
    """A second shop like the first one."""

    def load_catalogue(self, products: object) -> None:
        """The first one's is there."""

    def __init__(self) -> None:
        super().__init__(shop=OTHER, series={"invoice": "B-{year}-{number:06d}", "reversal": "BN-{year}-{number:06d}"})


@pytest.fixture
def other(scene: Scene) -> Other:
    """The shop that must not wait; both invoice at once."""
    scene.change_settings(invoice_on="placed", mail={"enabled": True})
    other = Other()
    other.change_settings(invoice_on="placed", mail={"enabled": True})
    return other


def flood(scene: Scene, count: int = MANY) -> None:
    """So many paid orders."""
    for number in range(count):
        place(scene, f"A-{number}")


def place(scene: Scene, order: str) -> None:
    scene.place(order, [item("1", "50.00"), item("2", "5.00")])
    scene.pay(order, "67.10")
