"""`partnershop attention`: the one list of what needs an operator."""

from typing import Annotated, Any

import typer

from partnershop.cli.output import document, note, say, table
from partnershop.cli.place import DataOption, JsonOption, connect

_DAYS = 7
_LIMIT = 500
# Title and columns of each list, in the order in which an operator should look at them.
_SECTIONS = {
    "unknown_hand_overs": ("hand-overs with an unknown outcome", "order item producer our_order_name since last_error"),
    "held": ("held items", "order item code reason"),
    "refused_papers": ("refused papers, without a number", "order case paper rule where reason to_do since"),
    "given_up": ("given up after their attempts", "order what which reason"),
    "incomplete_settings": ("incomplete settings", "product attributes then"),
    "overpayments": ("overpaid without a case", "order owed paid overpaid"),
    "refused": ("refused", "at order what by reason"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("attention")(attention)


def attention(
    shop: Annotated[str, typer.Option("--shop", help="The shop's code.")],
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Refusals of the last so many days.")] = _DAYS,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many of each at most.")] = _LIMIT,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List what needs an operator in a shop.

    Hand-overs of which nobody knows whether they arrived (since: when the call began); held items; papers that
    were refused because they would not conform, with each rule in the shop's language and what to do; cases, invoices
    and papers that were given up after their attempts; products whose settings leave an attribute without a ticked
    option; orders that were paid beyond what is owed and what a case entitles to; events and cases that were refused
    lately; and how many events are parked and in quarantine. Amounts are in the shop's currency. docs/runbook.md says
    what to do about each.

    Exit codes: 0 listed, also when there is something; 2 no such shop; 3 no connection.
    """
    connect(data)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415  (SQLAlchemy is slow to load)
    from partnershop.cli.reading_session import snapshot  # noqa: PLC0415
    from partnershop.worklist import worklist  # noqa: PLC0415

    with snapshot() as session:
        found = worklist(session, known_shop(session, shop), days, limit)
    for name in found["more"]:
        note(f"{_SECTIONS[name][0]}: only the first {limit} are listed")
    if as_json:
        document(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    for name, (title, columns) in _SECTIONS.items():
        if found[name]:
            headings = {column: column.replace("_", " ") for column in columns.split()}
            table(title, headings, [[row[column] for column in headings] for row in found[name]], as_json=False)
    for name, words in (("parked", "event park list"), ("quarantined", "event quarantine list")):
        if found[name]:
            say(f"{found[name]} {name}: see `partnershop {words} --shop {found['shop']}`")
    if not any(found[name] for name in (*_SECTIONS, "parked", "quarantined")):
        say(f"nothing of {found['shop']} needs an operator")
