"""The one clock: it can be moved, and held before a day, for a process and those it starts."""

from datetime import UTC, datetime, timedelta

import pytest

from partnershop import clock

_OFFSET = "PARTNERSHOP_CLOCK_OFFSET_SECONDS"


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test does to the clock ends with it."""
    monkeypatch.setenv(_OFFSET, "0")


def test_a_clock_that_is_late_is_turned_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_OFFSET, str(10 * 365 * 86_400))
    latest = datetime.now(UTC) + timedelta(days=30)
    clock.stay_before(latest)
    assert latest - timedelta(seconds=10) < clock.now() <= latest + timedelta(seconds=1)


def test_a_clock_that_is_not_late_is_left_alone() -> None:
    before = clock.now()
    clock.stay_before(before + timedelta(days=1))
    assert timedelta() <= clock.now() - before < timedelta(seconds=10)
