"""What we remember: columns, constraints, relationships. No decisions."""

from models.base import Base
from models.catalogue import CatalogueVersion
from models.commissions import CommissionEntry
from models.corrections import Case, CaseItem, CaseKind, CaseState, Complaint, ComplaintState
from models.dispatch import Dispatch, DispatchState
from models.documents import (
    Document,
    DocumentLine,
    DocumentTax,
    NumberSeries,
    Printed,
    RefusedPaper,
    Rendering,
    RenderingState,
)
from models.inbox import Event, EventState, Quarantine
from models.mail import Mail, MailDocument, MailItem, MailKind, MailState
from models.orders import Charge, Item, ItemHistory, Order, Payment
from models.reconciliation import Finding, FindingState, PeriodClaim, ReconciliationRun
from models.refunds import RefundRequest, RefundState
from models.routing import RoutingDecision
from models.shops import Logo, Shop, ShopSettings, WebhookSecret

__all__ = [
    "Base",
    "Case",
    "CaseItem",
    "CaseKind",
    "CaseState",
    "CatalogueVersion",
    "Charge",
    "CommissionEntry",
    "Complaint",
    "ComplaintState",
    "Dispatch",
    "DispatchState",
    "Document",
    "DocumentLine",
    "DocumentTax",
    "Event",
    "EventState",
    "Finding",
    "FindingState",
    "Item",
    "ItemHistory",
    "Logo",
    "Mail",
    "MailDocument",
    "MailItem",
    "MailKind",
    "MailState",
    "NumberSeries",
    "Order",
    "Payment",
    "PeriodClaim",
    "Printed",
    "Quarantine",
    "ReconciliationRun",
    "RefundRequest",
    "RefundState",
    "RefusedPaper",
    "Rendering",
    "RenderingState",
    "RoutingDecision",
    "Shop",
    "ShopSettings",
    "WebhookSecret",
]
