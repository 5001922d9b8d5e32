"""Planting what reconciliation is to find, running all of its checks, and reading what they found."""

from collections.abc import Collection
from string import Formatter

from factories import Scene
from sqlalchemy import select, text

from models import Finding, FindingState
from partnershop.db import unit_of_work
from partnershop.flows import documents
from partnershop.reconciliation.running import Report, run
from partnershop.reconciliation.sentences import SENTENCES, sentence
from partnershop.rules.reconciliation import FindingKind, Job


def reconcile(job: Job = Job.EVERYTHING) -> Report:
    """Run every check of a job."""
    report = run(job, "tests")
    assert not report.failed, report.failed
    return report


def findings(*states: FindingState) -> list[Finding]:
    """The findings in these states, or the open ones."""
    with unit_of_work() as session:
        query = select(Finding).where(Finding.state.in_(states or (FindingState.OPEN,)))
        return list(session.scalars(query.order_by(Finding.id)))


def only(kind: FindingKind, also: Collection[FindingKind] = ()) -> Finding:
    """Exactly this kind is found, once; `also` are those that the planted thing is besides. Found again is the same."""
    first = reconcile()
    found = {one.kind: one for one in findings()}
    assert set(found) == {kind, *also}, [(one.kind, sentence(one, "en")) for one in found.values()]
    assert first.open == first.new == len(findings()) == 1 + len(also)
    assert all(without_value(one) == set() for one in found.values())
    again = reconcile()
    assert (again.new, again.closed, again.open) == (0, 0, first.open)
    (same,) = [one for one in findings() if one.kind is kind]
    assert (same.id, same.first_seen_at, same.times_seen) == (found[kind].id, found[kind].first_seen_at, 2)
    return same


def without_value(finding: Finding) -> set[str]:
    """The fields of its sentences for which the finding has no value."""
    words = SENTENCES[finding.kind].of(finding.details)
    templates = [each.what + each.to_do for each in (words.en, words.de, words.it)]
    wanted = {name for template in templates for _, name, _, _ in Formatter().parse(template) if name is not None}
    amount = {"amount"} if finding.amount is not None else set()
    return wanted - {"finding", *finding.about, *finding.details} - amount


def gone(finding: Finding) -> None:
    """What was found does not hold any more: it closes itself, and nothing else is found."""
    reconcile()
    assert findings() == []
    closed = now(finding)
    assert (closed.state, closed.why) == (FindingState.CLOSED, "it no longer holds")


def now(finding: Finding) -> Finding:
    """The finding as it is now."""
    with unit_of_work() as session:
        return session.get_one(Finding, finding.id)


def change(*statements: str, **values: object) -> None:
    """Run statements that no trigger and no foreign key sees; each must change something."""
    with unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            assert session.execute(text(statement), values).rowcount, f"nothing to change: {statement}"  # type: ignore[attr-defined]


def print_papers(scene: Scene) -> None:
    """Give every paper bytes. The real printer is tested elsewhere."""
    scene.go()
    while True:
        with unit_of_work() as session:
            jobs = documents.claim(session)
        if not jobs:
            return
        for job in jobs:
            with unit_of_work() as session:
                documents.store(session, job, b"%PDF-1.7 " + job.paper.number.encode(), "test")
