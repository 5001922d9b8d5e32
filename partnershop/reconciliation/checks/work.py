"""The checks of work and unknown outcomes."""

from partnershop.reconciliation.checks import (
    audit,
    bytes_of_papers,
    dispatches,
    documents,
    events,
    items,
    mails,
    stages,
)
from partnershop.reconciliation.looking import Check

CHECKS: tuple[Check, ...] = (
    stages.CHECK,
    *events.CHECKS,
    items.CHECK,
    *dispatches.CHECKS,
    documents.CHECK,
    *mails.CHECKS,
    bytes_of_papers.CHECK,
    audit.CHECK,
)
