"""The audit's breaches as findings: one for each invariant and shop, with the first of them in its sentence."""

import pytest
from factories import Scene, item
from planting import change, findings, gone, only, reconcile

from partnershop.audit import INVARIANTS
from partnershop.db import unit_of_work
from partnershop.reconciliation import findings as kept
from partnershop.reconciliation import sentences_audit
from partnershop.reconciliation.sentences import sentence, what_to_do
from partnershop.rules.reconciliation import FindingKind, Job

BREACH = FindingKind.AUDIT_BREACH


@pytest.fixture
def broken(scene: Scene) -> Scene:
    """An event that was handled, and what became of it is not written down: invariant 1."""
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    change("UPDATE event SET outcome = NULL")
    return scene


def test_a_breach_is_found_with_its_invariant_and_its_first_sentence(broken: Scene) -> None:
    found = only(BREACH)
    event = found.details["first"].split()[1]
    assert sentence(found, "en") == (
        "It no longer holds that every accepted event is handled, parked or quarantined with the reason: 1 against it, "
        f"the first: event {event} (order.placed, /shops/aurora) is handled, but what became of it was not written "
        f"down."
    )
    assert sentence(found, "it").startswith("Non vale più che ogni evento accettato è elaborato, in attesa")
    assert what_to_do(found, "en") == (
        "Issue no papers for aurora until the cause is found; `partnershop audit --shop aurora` names the first of "
        "them."
    )
    change("UPDATE event SET outcome = 'placed'")
    gone(found)


def test_more_breaches_of_the_same_are_the_same_finding_and_other_invariants_others(broken: Scene) -> None:
    broken.place("A-2", [item("1", "50.00", product="calendar")])
    broken.go()
    change("UPDATE event SET outcome = NULL", "UPDATE item SET hold_reason = '' WHERE state = 'held'")
    reconcile()
    assert [(one.key, one.about["count"]) for one in findings()] == [("invariant-1", "2"), ("invariant-2", "1")]


def test_each_shop_has_its_own(broken: Scene) -> None:
    other = Scene(shop="boreal")
    other.place("B-1", [item("1", "50.00")])
    other.go()
    change("UPDATE event SET outcome = NULL WHERE order_number = 'B-1'")
    reconcile()
    assert [(one.key, one.about["shop"], one.about["count"]) for one in findings()] == [
        ("invariant-1", "aurora", "1"), ("invariant-1", "boreal", "1"),
    ]  # fmt: skip


def test_an_accepted_breach_is_open_again_when_its_first_is_another(broken: Scene) -> None:
    found = only(BREACH)
    with unit_of_work() as session:
        kept.accept(session, found.id, "/operators/anna", "an old one, looked into")
    assert reconcile().open == 0
    change("UPDATE event SET outcome = 'placed'")
    broken.place("A-2", [item("1", "50.00")])
    broken.go()
    change("UPDATE event SET outcome = NULL WHERE order_number = 'A-2'")
    assert (reconcile().new, findings()[0].id) == (1, found.id)


def test_only_the_nightly_run_makes_the_audit(broken: Scene) -> None:
    for job in (Job.STUCK_WORK, Job.MONEY):
        assert BREACH.value not in reconcile(job).checked


def test_each_invariant_has_its_words() -> None:
    assert list(sentences_audit.INVARIANTS) == [str(number) for number in range(1, len(INVARIANTS) + 1)]
