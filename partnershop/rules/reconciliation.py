"""What reconciliation looks for, and when: pure names; how each is found is in partnershop/reconciliation/."""

from enum import StrEnum


class Job(StrEnum):
    """A periodic job: stuck work and unknown outcomes, the money, everything with the audit, and the operators' digest.

    `sweep` is the sweeper's.
    """

    SWEEP = "sweep"
    STUCK_WORK = "stuck_work"
    MONEY = "money"
    EVERYTHING = "everything"
    DIGEST = "digest"


class FindingKind(StrEnum):
    """The kinds of finding."""

    # Work and unknown outcomes
    WORK_STANDING_STILL = "work_standing_still"
    EVENT_PARKED = "event_parked"
    EVENT_QUARANTINED = "event_quarantined"
    ITEM_HELD = "item_held"
    DISPATCH_UNKNOWN = "dispatch_unknown"
    DISPATCH_UNACKNOWLEDGED = "dispatch_unacknowledged"
    DOCUMENT_WITHOUT_BYTES = "document_without_bytes"
    DOCUMENT_BYTES_DIFFER = "document_bytes_differ"
    DOCUMENT_NOT_MAILED = "document_not_mailed"
    MAIL_NOT_SENT = "mail_not_sent"
    # Papers and money
    PAPER_REFUSED = "paper_refused"
    INVOICE_NOT_ISSUED = "invoice_not_issued"
    CANCELLED_NOT_REVERSED = "cancelled_not_reversed"
    COMPLAINT_WITHOUT_PAIR = "complaint_without_pair"
    ENTITLEMENT_NOT_REQUESTED = "entitlement_not_requested"
    REFUND_NOT_SETTLED = "refund_not_settled"
    PAYMENT_MISSING = "payment_missing"
    PAYMENT_TOO_LITTLE = "payment_too_little"
    PAYMENT_TOO_MUCH = "payment_too_much"
    PAYMENT_OTHER_CURRENCY = "payment_other_currency"
    PAYMENT_FOR_CANCELLED_ORDER = "payment_for_cancelled_order"
    PAYMENT_FOR_UNKNOWN_ORDER = "payment_for_unknown_order"
    NUMBER_GAP = "number_gap"
    NUMBER_DOUBLE = "number_double"
    NUMBER_BACKWARD_DATE = "number_backward_date"
    COMMISSION_WITHOUT_BASE = "commission_without_base"
    # The payment provider's list
    PROVIDER_MISSING_HERE = "provider_missing_here"
    PROVIDER_MISSING_THERE = "provider_missing_there"
    PROVIDER_DIFFERS = "provider_differs"
    # The audit
    AUDIT_BREACH = "audit_breach"
