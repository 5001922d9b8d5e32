"""The samples, played through every stage: reconciliation finds what they leave open on purpose, and nothing else."""

import json

import pipeline
import pytest
from factories import Clock
from planting import findings, reconcile

from partnershop.cli.playing import Player, load_shops
from partnershop.paths import SAMPLES
from partnershop.reconciliation.checks import CHECKS
from partnershop.rules.reconciliation import FindingKind, Job

# What the samples want an operator to see: an amount with a comma, an order number used twice, and GBP 10.00 too much.
LEFT_OPEN = [
    (FindingKind.EVENT_QUARANTINED, "retail", "E-38"),
    (FindingKind.EVENT_QUARANTINED, "retail", "Q-1"),
    (FindingKind.PAYMENT_TOO_MUCH, "retail", "R-3004"),
]


def _emit(shop: str, lines: list[bytes]) -> None:
    pipeline.knock(shop, [json.loads(line) for line in lines])


def _settle() -> None:
    pipeline.run()


def _open() -> list[tuple[FindingKind, str, str]]:
    return sorted((one.kind, one.about["shop"], one.about.get("order", one.key)) for one in findings())


@pytest.mark.usefixtures("scene")
def test_the_samples_leave_open_what_they_should_and_nothing_else(time: Clock) -> None:
    load_shops(SAMPLES)
    Player(SAMPLES, _emit, _settle, lambda _: None).play()
    report = reconcile()
    assert (_open(), report.repaired) == (LEFT_OPEN, 0)
    assert all(report.checked[kind.value] for kind in (FindingKind.AUDIT_BREACH, FindingKind.DOCUMENT_BYTES_DIFFER))
    for job in (Job.STUCK_WORK, Job.MONEY, Job.EVERYTHING):
        again = reconcile(job)
        assert (again.new, again.closed, again.repaired, again.found) == (0, 0, 0, again.open)
    assert _open() == LEFT_OPEN
    # What has its time is not found before it has passed.
    time.advance(9 * 60)
    assert reconcile().new == 0


def test_no_kind_belongs_to_two_checks_and_each_check_to_a_job() -> None:
    kinds = [kind for check in CHECKS for kind in check.kinds]
    assert len(kinds) == len(set(kinds))
    # The provider's list is compared when somebody brings it.
    assert set(FindingKind) - set(kinds) == {kind for kind in FindingKind if kind.value.startswith("provider_")}
    assert all(check.jobs for check in CHECKS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)
