"""The samples, with two beats that both send everything, downtime, and a clock that jumps: the books stay the same."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pipeline
import pytest
from factories import Clock
from sqlalchemy import func, select

import tasks.dispatch
from models import PeriodClaim, ReconciliationRun
from partnershop import clock
from partnershop.cli import demo_report
from partnershop.cli.playing import Player, load_shops
from partnershop.db import unit_of_work
from partnershop.gateways.fakes import FakeProducer
from partnershop.paths import SAMPLES
from tasks import reconciliation, sweeper

HOUR = 3600
# Between the steps of the samples: on, three hours of nothing, back two, on, over midnight, back to where it was.
JUMPS = (0, 3 * HOUR, -2 * HOUR, 600, 13 * HOUR, -14 * HOUR)


def both_beats(patch: pytest.MonkeyPatch) -> None:
    """Everything that beat sends, by two beats at once."""
    sent: list[Callable[[], str]] = [
        sweeper.look_for_due_work,
        reconciliation.look_for_stuck_work,
        reconciliation.check_the_money,
        reconciliation.check_everything,
        reconciliation.tell_operators,
    ]
    moment = clock.now()
    with patch.context() as still, ThreadPoolExecutor(4) as beats:
        # A period that begins between the two would be another one, rightly done.
        still.setattr(clock, "now", lambda: moment)
        said = list(beats.map(lambda task: str(task()), [task for task in sent for _ in range(2)]))
    # Of the two of each, one at most has done the period.
    assert all("already" in first or "already" in second for first, second in zip(said[::2], said[1::2], strict=True))


def test_two_beats_downtime_and_a_jumping_clock_change_nothing_in_the_books(
    product: pytest.MonkeyPatch, time: Clock
) -> None:
    producers = {"workshop": FakeProducer("workshop"), "unitedprint": FakeProducer("unitedprint", idempotent=False)}
    for name, producer in producers.items():
        product.setattr(tasks.dispatch, name, lambda *_, made=producer: made)
    load_shops(SAMPLES)
    steps = iter(range(1000))

    def emit(shop: str, events: list[bytes]) -> None:
        pipeline.knock(shop, [json.loads(event) for event in events])

    def settle() -> None:
        both_beats(product)
        pipeline.run()
        time.advance(JUMPS[next(steps) % len(JUMPS)])
        both_beats(product)
        pipeline.run()

    Player(SAMPLES, emit, settle, lambda _: None).play()

    with unit_of_work() as session:
        books = demo_report.books_of(session)
        runs = select(func.count()).select_from(ReconciliationRun)
        periods = select(func.count()).select_from(PeriodClaim).where(PeriodClaim.job.in_(["stuck_work", "money"]))
        # None is left half done. Those that lay ahead of a clock that was set back came again.
        assert session.scalars(runs).one() >= session.scalars(periods).one() > len(JUMPS)
        assert session.scalars(select(PeriodClaim).where(PeriodClaim.ended_at.is_(None))).all() == []
    expected = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
    assert list(demo_report.differences(expected, books)) == []
