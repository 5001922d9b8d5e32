"""What commands print: tables for people, JSON for machines, errors on stderr."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import typer

from partnershop.cli.output import document, fail, note, pairs, say, table


def test_json_rows_are_objects_with_keys_made_from_the_headings(capsys: pytest.CaptureFixture[str]) -> None:
    table("orders", ["Order", "Paid in full"], [("A-1", True), ("A-2", None)], as_json=True)
    printed = capsys.readouterr()
    assert json.loads(printed.out) == [
        {"order": "A-1", "paid_in_full": True}, {"order": "A-2", "paid_in_full": None},
    ]  # fmt: skip
    assert printed.err == ""


def test_json_keys_can_be_given_with_their_headings(capsys: pytest.CaptureFixture[str]) -> None:
    table("orders", {"id": "Order"}, [("A-1",)], as_json=True)
    assert json.loads(capsys.readouterr().out) == [{"id": "A-1"}]
    table("orders", {"id": "Order"}, [("A-1",)], as_json=False)
    assert "Order" in capsys.readouterr().out


def test_a_row_with_too_few_cells_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        table("orders", ["Order", "Paid"], [("A-1",)], as_json=True)


def test_decimals_and_dates_are_strings_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    document([Decimal("1E+2"), date(2026, 3, 2), datetime(2026, 3, 2, 9, 14, tzinfo=UTC)])
    assert json.loads(capsys.readouterr().out) == ["100", "2026-03-02", "2026-03-02T09:14:00+00:00"]
    with pytest.raises(TypeError, match="object has no JSON form"):
        document(object())


def test_markup_and_control_characters_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    table("[b]", ["Name"], [("[red]Eve\x1b[2J",)], as_json=False)
    say("[red]\x07")
    pairs("", {"name": "[blink]"})
    printed = capsys.readouterr().out
    for words in ("[b]", "[red]Eve\N{REPLACEMENT CHARACTER}[2J", "[red]\N{REPLACEMENT CHARACTER}", "[blink]"):
        assert words in printed


def test_remarks_go_to_stderr_in_one_line_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    note("much " * 100)
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1


def test_failing_says_why_and_ends_with_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        fail("there is no such shop")
    assert ended.value.exit_code == 2 and capsys.readouterr().err == "there is no such shop\n"
