"""The case of one order, printed on one screen."""

from collections.abc import Mapping, Sequence
from typing import Any

from partnershop.cli.output import pairs, say, table

_ITEM = "item product description net reduced_by state sentence route hand_over hold_reason carrier tracking"
_HAND_OVER = "item producer our_order_name sentence reference last_error at finished_at"


def print_case_file(file: Mapping[str, Any]) -> None:
    """Print what `case_file` gathered for people; sections with nothing in them are left out."""
    head = {
        "customer": file["customer"],
        "placed": file["placed_at"],
        "payment": file["payment_method"],
        "currency": file["currency"],
    }
    if file["internal"]:
        head["internal"] = "yes: it gets no papers"
    if file["invoice_given_up"]:
        head["invoice"] = f"given up after its attempts: {file['invoice_given_up']}"
    pairs(f"order {file['order']} of {file['shop']}", head)
    _section("items", file["items"], _ITEM)
    _section("charges", file["charges"], "charge description net")
    _section("history", file["history"], "at item from to by why")
    _section("hand-overs", file["hand_overs"], _HAND_OVER)
    _section("papers", file["papers"], "number kind date net tax gross refers_to pdf problem")
    _section("refused papers", file["refused_papers"], "case paper rule where reason to_do since")
    _section("mails", file["mails"], "mail kind papers state sent_at problem")
    _section("payments", file["payments"], "payment amount method received_at")
    cases = [case | {"items": ", ".join(case["items"])} for case in file["cases"]]
    _section("cases", cases, "case kind items reason by state owed_before owed_after outcome")
    _section("complaints", file["complaints"], "complaint item reason state reduction decided_by")
    _section("refund requests", file["refund_requests"], "refund amount state reason created_at")
    _section("commission", file["commission"], "item base percent amount voided_at void_reason")
    _section("parked events", file["parked_events"], "event type waits_for which since why")
    pairs(f"money ({file['currency']})", file["money"])
    if file["overpaid"]:
        say(file["overpaid"])


def _section(title: str, rows: Sequence[Mapping[str, Any]], names: str) -> None:
    """A table of these columns; those that are empty in every row are left out, as is a table without rows."""
    if not rows:
        return
    filled = [name for name in names.split() if any(row[name] is not None for row in rows)]
    headings = {name: name.replace("_", " ") for name in filled}
    table(title, headings, [[row[name] for name in filled] for row in rows], as_json=False)
