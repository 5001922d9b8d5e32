"""Runs the stages in this process, in the order the sweeper finds them due: the same tasks, without a broker."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from models import Shop
from partnershop.contract import SourceRule
from partnershop.db import unit_of_work
from partnershop.flows import sweeping
from partnershop.flows.intake import Receipt, accept
from partnershop.stages import Stage, Wake
from tasks import commissions, corrections, dispatch, documents, inbox, invoicing, mail, refunds, routing

# Reconciliation is told by the clock, not by rows: tests run it where they mean it.
ALL = frozenset(Stage) - {Stage.RECONCILIATION}
PAPERS_AND_MONEY = ALL - {Stage.DISPATCH, Stage.DOCUMENTS, Stage.MAIL}


def knock(shop: str, events: Iterable[Mapping[str, Any]], *, operator: bool = False) -> Receipt:
    """Put events in as the door does once the signature is verified."""
    with unit_of_work() as session:
        row = session.scalars(select(Shop).where(Shop.code == shop)).one()
        rule = SourceRule.OPERATORS if operator else SourceRule.SHOP
        return accept(session, row, list(events), sources=rule)


def run(stages: frozenset[Stage] = ALL, rounds: int = 200) -> list[str]:
    """Do all due work of these stages until nothing is due; returns what the tasks said."""
    said: list[str] = []
    for _ in range(rounds):
        with unit_of_work() as session:
            due = [hint for hint in sweeping.due(session) if hint.stage in stages]
        if not due:
            return said
        said += [do(hint) for hint in due]
    raise AssertionError(f"work is due for ever: {due}")


def do(hint: Wake) -> str:
    """Run the task that this hint wakes; returns what it said."""
    if hint.stage is Stage.CORRECTIONS:
        task = getattr(corrections, hint.verb or "")
        return str(task(shop=hint.shop, order=hint.order, case=hint.case))
    tasks = {
        Stage.INBOX: [inbox.apply_events], Stage.ROUTING: [routing.route_items],
        Stage.DISPATCH: [dispatch.hand_over_in_house, dispatch.hand_over_to_unitedprint],
        Stage.INVOICING: [invoicing.issue_invoices], Stage.REFUNDS: [refunds.send_requests],
        Stage.COMMISSIONS: [commissions.book_entries], Stage.DOCUMENTS: [documents.render_papers],
        Stage.MAIL: [mail.send_mails],
    }  # fmt: skip
    return "; ".join(str(task()) for task in tasks[hint.stage])


def event(kind: str, data: Mapping[str, Any], shop: str, source: str | None = None) -> dict[str, Any]:
    """A CloudEvent with an id of its own."""
    return {
        "specversion": "1.0", "id": f"evt-{uuid.uuid4()}", "source": source or f"/shops/{shop}",
        "type": f"partnershop.{kind}", "time": "2026-03-02T09:14:00Z", "subject": data.get("order"),
        "datacontenttype": "application/json", "data": dict(data),
    }  # fmt: skip
