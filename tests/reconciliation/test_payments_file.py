"""Reading a payment provider's list: what is a row, what is broken and why, and what cannot be read at all."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from partnershop.reconciliation.payments_file import (
    MOST_NAMED,
    BrokenRow,
    CannotRead,
    Layout,
    Listed,
    PaymentsFile,
)

HEADING = "order,payment,amount,currency,method,date\n"
ROW = "A-1,P-1,12.30,EUR,card,2026-03-02\n"


def read(folder: Path, content: str | bytes, layout: Layout | None = None) -> tuple[list[Listed], list[BrokenRow]]:
    """The rows of a file with this content, and the broken ones."""
    path = folder / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    file = PaymentsFile(path, layout or Layout())
    return list(file.rows()), file.broken


def first(folder: Path, content: str | bytes, layout: Layout | None = None) -> Listed:
    """The one row of a file that can be read."""
    rows, broken = read(folder, content, layout)
    assert broken == []
    [row] = rows
    return row


def reasons(folder: Path, rows: Sequence[str], layout: Layout | None = None) -> list[tuple[int, str]]:
    """Line and reason of the broken ones among these rows."""
    return [(row.line, row.reason) for row in read(folder, HEADING + "".join(rows), layout)[1]]


AS_DECIMALS = "amount must be written as 1234.56"
OTHER_SIGN = 'where the decimals follow another sign, say --decimal ","'
PLAIN = Listed(2, "A-1", "P-1", 1_230, "EUR", "card", date(2026, 3, 2))


def test_a_row(tmp_path: Path) -> None:
    assert first(tmp_path, HEADING + ROW) == PLAIN


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_separates_the_heading(tmp_path: Path, delimiter: str) -> None:
    assert first(tmp_path, (HEADING + ROW).replace(",", delimiter)) == PLAIN


def test_columns_go_by_their_headings_in_any_order_and_others_do_not_matter(tmp_path: Path) -> None:
    content = "Datum;Betrag;Kunde;Währung;Auftrag;Transaktion\n02.03.2026;1.012,30;\"Conti; Chiara\";eur;A-1;P-1\n"
    headings = {"order": "auftrag", "payment": "Transaktion", "amount": "Betrag"}
    headings |= {"currency": "Währung", "date": "Datum"}
    layout = Layout(headings, decimal=",", encoding="latin-1", date_format="%d.%m.%Y")
    row = first(tmp_path, content.encode("latin-1"), layout)
    assert row == Listed(2, "A-1", "P-1", 101_230, "EUR", "", date(2026, 3, 2))


def test_a_byte_order_mark_crlf_blank_lines_and_quotes_are_taken_as_they_are_meant(tmp_path: Path) -> None:
    content = HEADING + '\n"A ""1""",P-1,"12.30",EUR,"a, card",2026-03-02\n,,,,,\n' + ROW
    rows, broken = read(tmp_path, b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode())
    assert broken == []
    assert [(row.line, row.order, row.method) for row in rows] == [(3, 'A "1"', "a, card"), (5, "A-1", "card")]


def test_the_line_of_a_row_is_the_one_it_begins_on(tmp_path: Path) -> None:
    content = HEADING + '"A\n1",P-1,12.30,EUR,card,2026-03-02\n' + ROW.replace("12.30", "twelve")
    assert [row.line for row in read(tmp_path, content)[1]] == [2, 4]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-02T23:30:00Z", date(2026, 3, 3)),
        ("2026-03-02 23:30:00+01:00", date(2026, 3, 2)),
        ("2026-03-02 23:30:00", date(2026, 3, 2)),
        ("20260302", date(2026, 3, 2)),
    ],
)
def test_a_moment_falls_on_the_shops_day(tmp_path: Path, moment: str, day: date) -> None:
    content = HEADING + ROW.replace("2026-03-02", moment)
    assert first(tmp_path, content, Layout(timezone="Europe/Rome")).day == day


@pytest.mark.parametrize(
    ("written", "currency", "decimal", "minor"),
    [
        ("12", "EUR", ".", 1_200), ("12.3", "EUR", ".", 1_230), ("1,234.50", "EUR", ".", 123_450),
        ("1.234,50", "EUR", ",", 123_450), ("0,01", "EUR", ",", 1), ("1234", "JPY", ".", 1_234),
        ("1.234", "KWD", ".", 1_234), ("0.00", "EUR", ".", 0),
    ],
)  # fmt: skip
def test_amounts(tmp_path: Path, written: str, currency: str, decimal: str, minor: int) -> None:
    content = HEADING + f'A-1,P-1,"{written}",{currency},card,2026-03-02\n'
    assert first(tmp_path, content, Layout(decimal=decimal)).amount == minor


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A-1,P-1,12.30,EUR,card\n", "it has 5 fields, the heading has 6"),
        (",P-1,12.30,EUR,card,2026-03-02\n", "order is empty"),
        ("A-1, ,12.30,EUR,card,2026-03-02\n", "payment is empty"),
        ("A-1,=HYPERLINK(),12.30,EUR,card,2026-03-02\n",
         'payment looks like a spreadsheet\'s formula ("=HYPERLINK()"): export the list as plain text'),
        ("@SUM(A1),P-1,12.30,EUR,card,2026-03-02\n",
         'order looks like a spreadsheet\'s formula ("@SUM(A1)"): export the list as plain text'),
        ("A\0-1,P-1,12.30,EUR,card,2026-03-02\n", "order has a control character (U+0000): remove it"),
        (f"A-1,{'P' * 101},12.30,EUR,card,2026-03-02\n", f'payment is longer than 100 characters ("{"P" * 40}…")'),
        ("A-1,P-1,-12.30,EUR,card,2026-03-02\n",
         'amount is below zero ("-12.30"): leave refunds and fees out of the list'),
        ('A-1,P-1,"12,30",EUR,card,2026-03-02\n',
         f'{AS_DECIMALS} (it is "12,30"); {OTHER_SIGN}'),
        ('A-1,P-1,"1,234",EUR,card,2026-03-02\n',
         f'{AS_DECIMALS} (it is "1,234"); {OTHER_SIGN}'),
        ("A-1,P-1,12.345,EUR,card,2026-03-02\n", "12.345 has more decimals than EUR allows (2)"),
        ("A-1,P-1,1e5,EUR,card,2026-03-02\n",
         f'{AS_DECIMALS} (it is "1e5"); {OTHER_SIGN}'),
        ("A-1,P-1,12.30,€,card,2026-03-02\n", 'currency must be three letters such as "EUR" (it is "€")'),
        ("A-1,P-1,12.30,EUR,card,02.03.2026\n",
         'date must be a date such as 2026-03-02; say --date-format (it is "02.03.2026")'),
        ("A-1,P-1,12.30,EUR,card,2026-02-30\n",
         'date must be a date such as 2026-03-02; say --date-format (it is "2026-02-30")'),
        ("A-1,P-1,12.30,EUR,card,0001-01-01T00:00:00+14:00\n",
         'date must be a date such as 2026-03-02; say --date-format (it is "0001-01-01T00:00:00+14:00")'),
        ("A-1,P-1,१२,EUR,card,2026-03-02\n",
         f'{AS_DECIMALS} (it is "१२"); {OTHER_SIGN}'),
    ],
)  # fmt: skip
def test_a_broken_row_is_named_with_its_line_and_the_others_are_read(tmp_path: Path, row: str, reason: str) -> None:
    rows, broken = read(tmp_path, HEADING + ROW + row + ROW)
    assert broken == [BrokenRow(3, reason)]
    assert [listed.line for listed in rows] == [2, 4]


def test_the_first_broken_rows_are_named_and_the_others_counted(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEADING + "x\n" * (MOST_NAMED + 20))
    file = PaymentsFile(path, Layout())
    assert list(file.rows()) == []
    assert (len(file.broken), file.others) == (MOST_NAMED, 20)


def test_a_quotation_mark_that_is_not_closed_ends_the_reading(tmp_path: Path) -> None:
    rows, [broken] = read(tmp_path, HEADING + ROW + '"A-2,P-2,1.00,EUR,card,2026-03-02\n' + ROW)
    assert len(rows) == 1
    assert broken == BrokenRow(3, "unexpected end of data; the lines after it were not read")


@pytest.mark.parametrize("size", [200_000, 3_000_000])
def test_a_huge_field_ends_the_reading(tmp_path: Path, size: int) -> None:
    rows, [broken] = read(tmp_path, HEADING + ROW + f'"{"x" * size}",P-2,1.00,EUR,card,2026-03-02\n' + ROW)
    assert len(rows) == 1
    assert broken.line == 3
    assert "the lines after it were not read" in broken.reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n" + HEADING.encode(), "is empty, or its first line is: it must name the columns"),
        ((HEADING + ROW).encode("utf-16"), "it is UTF-16: save it as UTF-8"),
        (b"x" * 2_000_000, "a line is longer than"),
        ("Bestellung,Währung\n".encode("latin-1"), "line 1 is not utf-8 (byte 13 of it): say --encoding latin-1"),
        (b"order,payment,date\n", 'has no column for amount ("amount"), currency ("currency"); its heading is "order"'),
        (b"order,payment,amount,currency,date,order\n", "has more than one column for order"),
        (b'"order,payment\n', "the quotation marks of the heading (line 1) are not closed"),
    ],
)
def test_what_cannot_be_read_at_all_says_what_to_change(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(CannotRead) as refused:
        read(tmp_path, content)
    assert words in str(refused.value)


def test_a_heading_that_was_named_must_be_there_also_that_of_the_method(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r'has no column for method \("Zahlart"\)'):
        read(tmp_path, HEADING + ROW, Layout({"method": "Zahlart"}))
    assert first(tmp_path, "order,payment,amount,currency,date\nA-1,P-1,1.00,EUR,2026-03-02\n").method == ""


def test_a_line_in_another_encoding_is_named(tmp_path: Path) -> None:
    _, [broken] = read(tmp_path, HEADING.encode() + "A-é,P-1,1.00,EUR,card,2026-03-02\n".encode("latin-1"))
    assert broken == BrokenRow(
        2,
        "line 2 is not utf-8 (byte 3 of it): say --encoding latin-1, if that is what it is; the lines after it were"
        " not read",
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="cannot be read: No such file"):
        list(PaymentsFile(tmp_path / "none.csv", Layout()).rows())
