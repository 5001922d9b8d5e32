"""All checks, in the order in which a run makes them."""

from partnershop.reconciliation.checks import money, work
from partnershop.reconciliation.looking import Check

CHECKS: tuple[Check, ...] = (*work.CHECKS, *money.CHECKS)
