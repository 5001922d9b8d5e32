"""The hint that wakes the task of a case: cancellations and complaints have one each, for people who read Flower."""

from models import CaseKind
from partnershop.stages import Stage, Wake

VERBS = {CaseKind.CANCELLATION: "reverse_items", CaseKind.COMPLAINT: "issue_reduced_invoice"}
"""Which task settles which kind of case."""


def hint(shop: str, order: str, case_id: int, kind: CaseKind) -> Wake:
    """The wake-up of a case of the order of this number, in the shop of this code."""
    return Wake(Stage.CORRECTIONS, shop, order, case_id, VERBS[kind])
