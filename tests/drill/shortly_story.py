"""The story of the short drills: it brings every stage to work, and is kept act by act, to be told again."""

import pytest
from factories import AT_UNITEDPRINT, item, shipping
from shortly import Act, Short


def tell(short: Short) -> None:
    """Two orders, one made in house and at Unitedprint, with all that can happen to them; each stage has work."""
    scene = short.scene
    scene.place(
        "A-1", [item("1", "50.00"), item("2", "30.00", options=AT_UNITEDPRINT), item("3", "20.00")],
        charges=[shipping()], payment_method="card",
    )  # fmt: skip
    scene.place("A-2", [item("1", "40.00"), item("2", "15.00", options=AT_UNITEDPRINT)])
    scene.pay("A-1", "131.64")
    short.go()
    scene.cancel("A-2", "1")
    short.go()
    scene.pay("A-2", "67.10", payment="P-2")
    scene.ship("A-1", "1", "2", "3")
    scene.complain("A-1", "1", "C-1")
    scene.complain("A-1", "2", "C-2")
    short.go()
    scene.cancel("A-1", "3")
    scene.accept("A-1", "C-1", net="10.00")
    scene.reject("A-1", "C-2")
    scene.ship("A-2", "2")
    short.go()


_TOLD: list[Act] = []


@pytest.fixture
def told(short: Short) -> list[Act]:
    """The tasks of the story, in the order in which they were done. Played once in a test process."""
    if not _TOLD:
        short.acts = []
        tell(short)
        _TOLD.extend(short.acts)
        short.acts = None
        short.town.fetch()
        verdict = short.verdict()
        assert verdict.clean, verdict.told()
    return _TOLD
