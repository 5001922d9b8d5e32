"""Papers that were refused because they would not conform: an operator must correct what they depend on."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Shop, ShopSettings
from partnershop.documents.words.remedies import remedy
from partnershop.flows.refused_papers import told
from partnershop.flows.refused_papers_reading import RefusedRow, listed
from partnershop.reconciliation.checks.asking import count
from partnershop.reconciliation.looking import Check, Found, Looked
from partnershop.rules.reconciliation import FindingKind, Job

_ALL = text("SELECT count(*) FROM refused_paper WHERE shop_id = ANY(:shops)")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.PAPER_REFUSED
    in_force = select(Shop.id, ShopSettings.language).join(ShopSettings, ShopSettings.id == Shop.settings_id)
    languages = dict(session.execute(in_force.where(Shop.id.in_(shops))).all())
    found = [_found(row, languages[row.shop_id]) for row in listed(session, shops)]
    return Looked({kind: count(session, _ALL, shops)}, found)


def _found(row: RefusedRow, language: str) -> Found:
    """The same one as long as its paper breaks the same rules, however often it was tried again in between."""
    about = {"shop": row.shop, "order": row.order, "why": told(row.breaches, language)}
    chosen = remedy(row.breaches, is_correction=row.case is not None)
    details = {"rules": ", ".join(sorted({breach.rule for breach in row.breaches})), "case": chosen.value}
    if row.case is not None:
        about["case_id"] = str(row.case)
    key = f"order-{row.order_id}" if row.case is None else f"case-{row.case}"
    return Found(FindingKind.PAPER_REFUSED, row.shop_id, key, about, details)


CHECK = Check("refused papers", (FindingKind.PAPER_REFUSED,), frozenset({Job.MONEY}), _look)
