"""Findings as operators work with them: listing, accepting one with a reason, opening it again."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Finding, FindingState, ReconciliationRun, Shop
from partnershop import clock
from partnershop.errors import Refused
from partnershop.rules.reconciliation import FindingKind


class NoFinding(Refused):
    """There is no finding of this number."""


def listed(
    session: Session,
    *,
    shops: Collection[int] | None = None,
    states: Collection[FindingState] = (FindingState.OPEN,),
    kinds: Collection[FindingKind] | None = None,
    limit: int = 500,
) -> list[Finding]:
    """Findings in these states, by kind and then the oldest first; of these shops (ids) and kinds, or of all."""
    query = select(Finding).where(Finding.state.in_(states))
    if shops is not None:
        query = query.where(Finding.shop_id.in_(shops))
    if kinds is not None:
        query = query.where(Finding.kind.in_(kinds))
    return list(session.scalars(query.order_by(Finding.kind, Finding.id).limit(limit)))


def accept(session: Session, finding_id: int, by: str, why: str) -> Finding:
    """Say that an open finding is known and stays as it is, who says so and why. Until it changes, it is not shown.

    Raises `NoFinding`, or `Refused` when it is not open or no reason is given.
    """
    finding = _locked(session, finding_id)
    if finding.state is not FindingState.OPEN:
        raise Refused(f"finding {finding_id} is not open, it is {finding.state.value}{_by(finding)}")
    if not why.strip():
        raise Refused("say why it is accepted: others will read it")
    _change(finding, FindingState.ACCEPTED, by, why.strip())
    return finding


def reopen(session: Session, finding_id: int, by: str) -> Finding:
    """Take an acceptance back. Raises `NoFinding`, or `Refused` when the finding is not an accepted one."""
    finding = _locked(session, finding_id)
    if finding.state is not FindingState.ACCEPTED:
        raise Refused(f"finding {finding_id} is not accepted, it is {finding.state.value}{_by(finding)}")
    _change(finding, FindingState.OPEN, by, None)
    return finding


def runs(session: Session, limit: int = 20) -> Sequence[ReconciliationRun]:
    """The last runs, the newest first."""
    return session.scalars(select(ReconciliationRun).order_by(ReconciliationRun.id.desc()).limit(limit)).all()


def shop_codes(session: Session) -> dict[int, str]:
    """The shops' codes by id."""
    return dict(session.execute(select(Shop.id, Shop.code)).all())


def _locked(session: Session, finding_id: int) -> Finding:
    finding = session.get(Finding, finding_id, with_for_update=True)
    if finding is None:
        raise NoFinding(f"there is no finding {finding_id}; `partnershop finding list` has them")
    return finding


def _by(finding: Finding) -> str:
    return f" by {finding.changed_by}: {finding.why}" if finding.why else ""


def _change(finding: Finding, state: FindingState, by: str, why: str | None) -> None:
    finding.state, finding.changed_by, finding.changed_at, finding.why = state, by, clock.now(), why
