"""`partnershop reconcile payments FILE`: what the payment provider lists, compared with what is held here."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnershop.cli.ending import UnknownThing
from partnershop.cli.operators import AsOption, ShopOption, known_shop, operator_source
from partnershop.cli.output import NOT_FINE, document, note, say, table
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.rules.words import counted

if TYPE_CHECKING:
    from models import Finding
    from partnershop.reconciliation.payments_file import BrokenRows, Layout
    from partnershop.reconciliation.payments_list import Comparison


class Encoding(StrEnum):
    """How the bytes of the list are to be read. A byte order mark is taken off."""

    UTF_8 = "utf-8"
    LATIN_1 = "latin-1"
    CP1252 = "cp1252"


class DecimalSign(StrEnum):
    """What separates the decimals of an amount."""

    POINT = "."
    COMMA = ","


DayOption = datetime | None
_DAY = ["%Y-%m-%d"]


def register(group: typer.Typer) -> None:
    """Add the command to the group `reconcile`."""
    group.command("payments")(payments)


def payments(
    file: Annotated[Path, typer.Argument(help="The list as CSV; its first line names the columns.")],
    shop: ShopOption,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="NAME=HEADING",
            help="The heading of order, payment, amount, currency, method or date, where it differs; several times.",
        ),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="What separates the columns, or tab; else it is found.")
    ] = None,
    decimal: Annotated[DecimalSign, typer.Option("--decimal", help="The decimal sign.")] = DecimalSign.POINT,
    encoding: Annotated[Encoding, typer.Option("--encoding", help="The encoding.")] = Encoding.UTF_8,
    date_format: Annotated[
        str | None, typer.Option("--date-format", help='How dates are written, such as "%d.%m.%Y"; else ISO 8601.')
    ] = None,
    first: Annotated[
        DayOption, typer.Option("--from", formats=_DAY, help="The first day that the list covers; else its earliest.")
    ] = None,
    last: Annotated[
        DayOption, typer.Option("--to", formats=_DAY, help="The last day that the list covers; else its latest.")
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option("--method", help="A payment method that the list covers; several times. Else every method."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, max=100_000, help="How many differences to print.")] = 50,
    name: AsOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Compare the payment provider's list with the payments that came in, by the payment's id.

    What is missing here, missing there (only on the days that the list covers) or differs in amount, currency or order
    is kept as a finding; a later list closes what it says is right. One row that cannot be read, and nothing is done.

    Exit codes: 0 all matched, or what differs is accepted; 1 something differs, or rows cannot be read; 2 wrong use, no
    such shop or file; 3 no connection.
    """
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415  (SQLAlchemy is slow to load)
    from partnershop.reconciliation.payments_file import BrokenRows, CannotRead, PaymentsFile  # noqa: PLC0415
    from partnershop.reconciliation.payments_list import Scope, compare, differences, timezone_of  # noqa: PLC0415

    with unit_of_work() as session:
        known_shop(session, shop)
    layout = _layout(column or [], delimiter, decimal, encoding, date_format, timezone_of(shop))
    scope = Scope(first.date() if first else None, last.date() if last else None, tuple(method or ()))
    try:
        done = compare(shop, PaymentsFile(file, layout), operator_source(name), scope)
    except CannotRead as problem:
        raise UnknownThing(str(problem)) from None
    except BrokenRows as broken:
        _print_broken(broken, as_json)
        raise typer.Exit(NOT_FINE) from None
    with unit_of_work() as session:
        found = differences(session, done.run_id, limit)
    _print(done, found, as_json)
    if done.open:
        raise typer.Exit(NOT_FINE)


def _layout(
    given: Sequence[str],
    delimiter: str | None,
    decimal: DecimalSign,
    encoding: Encoding,
    date_format: str | None,
    timezone: str,
) -> "Layout":
    from partnershop.reconciliation.payments_file import COLUMNS, Layout  # noqa: PLC0415

    headings = {}
    for one in given:
        column, sign, heading = one.partition("=")
        if not sign or column not in COLUMNS or not heading.strip():
            raise UnknownThing(f"--column {one}: write NAME=HEADING, NAME one of {', '.join(COLUMNS)}")
        headings[column] = heading
    separator = "\t" if delimiter in ("\\t", "tab") else delimiter
    if separator is not None and (len(separator) != 1 or separator in '"\r\n'):
        raise UnknownThing("--delimiter must be one character, or tab")
    try:
        datetime.strptime("", date_format or "")  # noqa: DTZ007  (only the format is looked at)
    except re.error:  # what a wrong format makes of itself
        raise UnknownThing(f"--date-format {date_format} is no format: each part once, such as %d/%m/%Y") from None
    except ValueError:
        pass  # no date, as was to be expected
    return Layout(headings, separator, decimal.value, encoding.value, date_format, timezone)


def _print_broken(broken: "BrokenRows", as_json: bool) -> None:
    if as_json:
        rows = [{"line": row.line, "reason": row.reason} for row in broken.rows]
        document({"compared": False, "broken": rows, "left_out": broken.others})
    else:
        note(str(broken))


def _print(done: "Comparison", found: Sequence["Finding"], as_json: bool) -> None:
    left_out = done.different + done.missing_here + done.missing_there - len(found)
    if as_json:
        rows = [_as_document(finding) for finding in found]
        document({"compared": True, **vars(done), "differences": rows, "left_out": left_out})
        return
    counts = {
        "Listed": done.listed, "Matched": done.matched, "Missing here": done.missing_here,
        "Missing there": done.missing_there, "Different": done.different, "Not accepted": done.open,
    }  # fmt: skip
    table(f"payments from {done.first} to {done.last}", list(counts), [list(counts.values())], as_json=False)
    for finding in found:
        number, state, what, what_to_do = _row(finding)
        say(f"{number}. {what}" if state == "open" else f"{number}. {what} ({state})")
        say(f"   {what_to_do}")
    if left_out:
        say(f"and {counted(left_out, 'difference')} more; --limit prints them")
    say(f"{done.new} new, {done.closed} closed")


def _row(finding: "Finding") -> list[object]:
    from partnershop.reconciliation.sentences import sentence, what_to_do  # noqa: PLC0415

    return [finding.id, finding.state.value, sentence(finding, "en"), what_to_do(finding, "en")]


def _as_document(finding: "Finding") -> dict[str, Any]:
    row = dict(zip(("finding", "state", "what", "what_to_do"), _row(finding), strict=True))
    return {"kind": finding.kind.value, **finding.about, "amount": finding.amount, "currency": finding.currency, **row}
