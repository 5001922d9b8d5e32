"""The sample shop of tests/factories.py, and the house of the stateful machine."""

import sys
from collections.abc import Callable, Iterator

import pytest
from factories import product, scene, time
from machine_house import House
from recorded_product import Books, play

__all__ = ["product", "scene", "time"]


@pytest.fixture(scope="session")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """What is left of the recorded stream when it goes in as it was recorded.

    One product for the tests of its books and those of its papers, which are therefore one xdist group.
    """
    return play(tmp_path_factory.mktemp("in order") / "data", with_papers=True)


@pytest.fixture
def house(product: pytest.MonkeyPatch) -> Iterator[House]:
    """The product at work for the machine."""
    made = House(product)
    yield made
    made.reader.close()


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says something on the terminal while the test goes on."""

    def said(words: str) -> None:
        with capfd.disabled():
            sys.stdout.write(f"{words}\n")
            sys.stdout.flush()

    return said
