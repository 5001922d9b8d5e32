"""What the tests of the money side share: plant, run reconciliation as it is run at night, and read what was found."""

from collections.abc import Iterable

from factories import STAGES, Scene
from sqlalchemy import select, text

from models import Finding, FindingState
from partnershop.db import unit_of_work
from partnershop.flows import documents
from partnershop.reconciliation.running import Report, run
from partnershop.reconciliation.sentences import LANGUAGES, sentence, what_to_do
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage

OVER = (FindingState.CLOSED, FindingState.REPAIRED)


def settle(scene: Scene, without: Iterable[Stage] = ()) -> None:
    """Let every stage do what is due, and give each paper bytes: the real printer takes long."""
    scene.go(STAGES - set(without))
    while True:
        with unit_of_work() as session:
            jobs = documents.claim(session)
        if not jobs:
            return
        for job in jobs:
            with unit_of_work() as session:
                documents.store(session, job, b"%PDF-1.7 " + job.paper.number.encode(), "test")


def tamper(*statements: str) -> None:
    """Change rows past the guards of the database: as a replica's, they are seen by no trigger and no key."""
    with unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            changed = session.connection().exec_driver_sql(statement)
            assert changed.rowcount != 0, f"nothing to change: {statement}"


def reconcile() -> Report:
    """Run all checks, as every night."""
    report = run(Job.EVERYTHING, "tests")
    assert report.failed == {}
    return report


def known() -> list[Finding]:
    """Every finding, whatever became of it, but for the audit's."""
    with unit_of_work() as session:
        query = select(Finding).where(Finding.kind != FindingKind.AUDIT_BREACH).order_by(Finding.id)
        return list(session.scalars(query))


def breached() -> set[int]:
    """The numbers of the invariants that the audit found broken."""
    with unit_of_work() as session:
        query = select(Finding.key).where(Finding.kind == FindingKind.AUDIT_BREACH, Finding.state == FindingState.OPEN)
        return {int(key.rpartition("-")[2]) for key in session.scalars(query)}


def only(kind: FindingKind, breaches: Iterable[int] = ()) -> Finding:
    """Run, and return the one finding there is: of this kind, found once, beside invariants that are broken with it."""
    report = reconcile()
    [found] = known()
    assert (found.kind, found.times_seen) == (kind, 1), (found.kind, found.times_seen)
    assert breached() == set(breaches), breached()
    assert report.checked[kind.value] > 0
    return found


def english(finding: Finding) -> str:
    """Its English sentence; nothing is left open in it, or in any other language."""
    for language in LANGUAGES:
        for words in (sentence(finding, language), what_to_do(finding, language)):
            assert words and "?" not in words and "{" not in words, words
    return sentence(finding, "en")


def is_found_again(finding: Finding) -> None:
    """A run right after finds nothing new: it is the same finding."""
    report = reconcile()
    assert report.new == 0
    [again] = known()
    assert (again.id, again.state, again.times_seen) == (finding.id, FindingState.OPEN, finding.times_seen + 1)
    assert (again.about, again.details, again.amount) == (finding.about, finding.details, finding.amount)


def is_over(finding: Finding) -> None:
    """A run finds it no longer, and nothing else in its place: it closes itself."""
    reconcile()
    [closed] = known()
    assert (closed.id, closed.state, closed.why) == (finding.id, FindingState.CLOSED, "it no longer holds")


def is_repaired(finding: Finding, why: str) -> None:
    """The run that found it has repaired it, and the next one finds nothing."""
    assert (finding.state, finding.why) == (FindingState.REPAIRED, why)
    report = reconcile()
    assert (report.new, report.found) == (0, 0)
    assert [one.state for one in known()] == [FindingState.REPAIRED]
