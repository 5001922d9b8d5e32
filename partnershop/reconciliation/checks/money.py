"""The checks of papers and money."""

from partnershop.reconciliation.checks import (
    cases,
    commissions,
    entitlements,
    invoices,
    numbers,
    payments,
    payments_aside,
    refunds,
    refused,
)
from partnershop.reconciliation.looking import Check

CHECKS: tuple[Check, ...] = (
    refused.CHECK,
    invoices.CHECK,
    *cases.CHECKS,
    entitlements.CHECK,
    refunds.CHECK,
    payments.CHECK,
    payments_aside.CHECK,
    numbers.CHECK,
    commissions.CHECK,
)
