"""The audit's breaches as findings: one for each invariant that does not hold in a shop."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Shop
from partnershop.audit import findings
from partnershop.reconciliation.looking import Check, Found, Looked
from partnershop.rules.reconciliation import FindingKind, Job


def _look(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.AUDIT_BREACH
    looked = Looked({kind: 0})
    for shop_id, code in session.execute(select(Shop.id, Shop.code).where(Shop.id.in_(shops)).order_by(Shop.id)).all():
        for invariant in findings(session, code):
            looked.checked[kind] += invariant.checked
            if not invariant.holds:
                about = {"number": str(invariant.number), "count": str(invariant.breaches)}
                first = invariant.first[0]
                details = {"case": str(invariant.number), "first": f"{first.about} {first.problem}"}
                looked.found.append(Found(kind, shop_id, f"invariant-{invariant.number}", about, details))
    return looked


CHECK = Check("audit", (FindingKind.AUDIT_BREACH,), frozenset({Job.EVERYTHING}), _look)
