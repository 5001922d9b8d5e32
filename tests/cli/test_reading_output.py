"""What commands print: tables for people, JSON for machines, errors on stderr."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
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


ROW = ("gutendruck", "GD-1001", "business-card", "in_production", "unitedprint", "an attribute is not ticked " * 3)
HEADINGS = ["Shop", "Order", "Product", "State", "Route", "Why"]


@pytest.mark.parametrize("width", ["60", "80", "100", "180"])
def test_no_word_is_broken_and_no_line_is_too_long_at_any_usual_width(
    width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    table("items", HEADINGS, [ROW], as_json=False)
    lines = capsys.readouterr().out.splitlines()
    words = {word.strip("│┃") for line in lines for word in line.split()}
    for cell in (*ROW, *HEADINGS):
        for word in cell.split():
            assert word in words or f"{word}:" in words, (word, lines)
    assert max(map(len, lines)) <= int(width)


def test_a_table_that_does_not_fit_has_its_long_cells_below_each_row(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    rows = [("A-1", "1", "x" * 30, "why it went there"), ("A-22", "10", "", None)]
    table("items", ["Order", "Item", "Name", "Why"], rows, as_json=False)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "items", "Order  Item  Why", "A-1       1  why it went there", "    Name: " + "x" * 30, "A-22     10",
    ]  # fmt: skip


def test_moments_and_amounts_stay_in_one_piece_and_moments_are_in_utc(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    rome = timezone(timedelta(hours=2))
    table("", ["At", "Amount", "Why"], [(datetime(2026, 6, 2, 1, 14, tzinfo=rome), "EUR 12.30", "a b " * 9)], False)
    out = capsys.readouterr().out
    assert "2026-06-01 23:14:00 UTC" in out and "EUR 12.30" in out
    document(datetime(2026, 6, 2, 1, 14, tzinfo=rome))
    assert json.loads(capsys.readouterr().out) == "2026-06-01T23:14:00+00:00"


def test_remarks_go_to_stderr_in_one_line_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    note("much " * 100)
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1


def test_failing_says_why_and_ends_with_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        fail("there is no such shop")
    assert ended.value.exit_code == 2 and capsys.readouterr().err == "there is no such shop\n"
