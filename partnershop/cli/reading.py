"""The commands that only read: `books`, `show`, `explain`, `documents export` and `audit`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from partnershop.cli.output import NOT_FINE, document, note, say, table
from partnershop.cli.place import DataOption, JsonOption, connect

OrderArgument = Annotated[str, typer.Argument(help="The order's number.")]
ItemArgument = Annotated[str, typer.Argument(help="The item's key in its order.")]
ShopOption = Annotated[str, typer.Option("--shop", help="The shop's code.")]

documents = typer.Typer(help="The papers that were issued.", no_args_is_help=True)


class Language(StrEnum):
    """The languages that decisions are explained in."""

    IT = "it"
    DE = "de"
    EN = "en"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("books")(books)
    app.command("show")(show)
    app.command("explain")(explain)
    app.command("audit")(audit)
    app.add_typer(documents, name="documents")


def books(
    shop: ShopOption,
    per_order: Annotated[bool, typer.Option("--per-order", help="The figures of each order by its number.")] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Print the books of a shop, read from papers and rows: what was invoiced, is owed, was paid and is to be refunded.

    Amounts are in the shop's currency. invoiced_…_first: the first invoices. live_…: what customers owe, that is the
    papers less the reversals or, while nothing is invoiced, one invoice over the live items and charges. refunds: the
    requests that have not failed. in_house, unitedprint: live routing decisions. parked: events that wait.

    Exit codes: 0 printed; 2 no such shop; 3 no connection.
    """
    connect(data)
    from partnershop import books as figures  # noqa: PLC0415  (SQLAlchemy is slow to load, and --help needs none)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.cli.reading_session import snapshot  # noqa: PLC0415

    with snapshot() as session:
        found = known_shop(session, shop)
        if per_order:
            orders = [order.figures() for order in figures.per_order(session, found.id)]
        else:
            totals = figures.shop_books(session, found).figures()
            currency = found.currency
    if not per_order:
        if as_json:
            document(totals)
        else:
            table(f"books of {shop} ({currency})", ["Figure", "Value"], totals.items(), as_json=False)
    elif as_json:
        document({order.pop("order"): order for order in orders})
    else:
        columns = [name.replace("_", " ") for name in orders[0]] if orders else ["order"]
        table(f"books of {shop}, order by order", columns, [tuple(order.values()) for order in orders], as_json=False)


def show(order: OrderArgument, shop: ShopOption, as_json: JsonOption = False, data: DataOption = None) -> None:
    """Show the whole case of an order on one screen.

    Items (and what each waits for before it is handed over), history, hand-overs to producers, papers, payments, cases,
    complaints, refund requests, commission, events parked for it, and money.

    Money: owed for the order now; paid; entitled, what its cases took off; requested, the refund requests that have not
    failed; open, what is still to be paid (below zero: overpaid, and without a case not refunded).

    Exit codes: 0 shown; 2 no such shop or order; 3 no connection.
    """
    connect(data)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.cli.reading_session import known_order, snapshot  # noqa: PLC0415
    from partnershop.cli.reading_show import case_file  # noqa: PLC0415
    from partnershop.cli.reading_show_words import print_case_file  # noqa: PLC0415

    with snapshot() as session:
        found = known_shop(session, shop)
        file = case_file(session, found, known_order(session, found, order))
    if as_json:
        document(file)
    else:
        print_case_file(file)


def explain(
    order: OrderArgument,
    item: ItemArgument,
    shop: ShopOption,
    language: Annotated[Language, typer.Option("--language", help="Of sentences and names.")] = Language.EN,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Explain why an item went where it went, attribute by attribute, or why it is held and what to do.

    A routed item that is not handed over yet: also what it waits for.

    Each decision is made again with the versions of settings and catalogue that it names.

    Exit codes: 0 explained; 1 a stored trace does not reproduce its decision; 2 no such shop, order or item;
    3 no connection.
    """
    connect(data)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.cli.reading_explain import explanation  # noqa: PLC0415
    from partnershop.cli.reading_explain_words import print_explanation  # noqa: PLC0415
    from partnershop.cli.reading_session import known_item, known_order, snapshot  # noqa: PLC0415

    with snapshot() as session:
        found = known_shop(session, shop)
        of = known_order(session, found, order)
        why = explanation(session, found, of, known_item(session, of, item), language)
    if as_json:
        document(why)
    else:
        print_explanation(why, language)
    if any(decision["recheck"] for decision in why["decisions"]):
        raise typer.Exit(NOT_FINE)


@documents.command("export")
def export(
    shop: ShopOption,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder; made where it is missing.")],
    data: DataOption = None,
) -> None:
    """Write every paper into a folder: NUMBER.pdf, its e-invoice NUMBER.xml, its FatturaPA, and index.jsonl.

    The XMLs are those inside the PDF: CII (EN 16931) as NUMBER.xml, and of Italian sellers FatturaPA under the name
    that SdI wants (IT98765430214_0000A.xml). index.jsonl has one JSON object a paper, in the order of issue: kind,
    number, date, refers_to, order, currency, lines, taxes, totals, and the files' names pdf, cii and fatturapa (null
    where there is none, and while the paper is not rendered). Amounts are strings in major units. A line's item is the
    item's key, or with "charge": true the charge's. Characters of a number that a file name cannot carry are written as
    in URLs (FT/1 is FT%2F1.pdf). Files appear whole or not at all; what is there is replaced.

    A paper that is not rendered yet is in the index and has no PDF; how many those are is said on stderr.

    Exit codes: 0 exported, also when papers are not rendered yet; 1 the folder cannot be written, the bytes of a paper
    are missing or not those that were stored first, or the object store is away; 2 no such shop; 3 no connection.
    """
    connect(data)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.cli.reading_export import export_documents  # noqa: PLC0415
    from partnershop.cli.reading_session import snapshot  # noqa: PLC0415

    try:
        with snapshot() as session:
            exported = export_documents(session, known_shop(session, shop), to)
    except OSError as problem:
        note(f"{to} cannot be written: {problem.strerror or problem}")
        raise typer.Exit(NOT_FINE) from None
    beside = f"{exported.pdfs} PDFs, {exported.ciis} CII and {exported.fatture} FatturaPA beside it"
    say(f"{exported.papers} papers are in {to / 'index.jsonl'}, {beside}")
    if exported.papers > exported.pdfs:
        note(f"{exported.papers - exported.pdfs} papers are not rendered yet and have no PDF")


def audit(
    shop: Annotated[str | None, typer.Option("--shop", help="Only this shop; all of them otherwise.")] = None,
    documents: Annotated[
        str, typer.Option("--documents", metavar="N|all", help="So many papers are printed and judged again.")
    ] = "20",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Check the twelve things that must always hold on the real database, worked out again from its rows.

    Work that is still due is pending and no breach. It reads one snapshot and changes nothing, so that it may run
    while everything works. The papers that are printed and judged again are the newest and others by chance.

    Exit codes: 0 all hold; 1 a breach; 2 no such shop, or a number that is none; 3 no connection.
    """
    if documents != "all" and not (documents.isascii() and documents.isdecimal()):
        raise typer.BadParameter("say how many papers, or all", param_hint="--documents")
    connect(data)
    from partnershop.cli.reading_audit import run_audit  # noqa: PLC0415

    if not run_audit(shop, as_json, None if documents == "all" else int(documents)):
        raise typer.Exit(NOT_FINE)
