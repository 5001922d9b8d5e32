"""The reading commands as people and machines call them, on orders that went through the real flows."""

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from audit_scenario import Driver, play
from reading_place import own_database, run_command
from sqlalchemy import text

from partnershop.cli import demo_report
from partnershop.cli.reading_export import file_name
from partnershop.cli.reading_session import snapshot
from partnershop.db import unit_of_work


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[None]:
    """A database of this module's own, with a shop in which everything has happened; its tests leave that as it is."""
    with own_database(database_url, "reading"):
        play(Driver())
        yield


@pytest.fixture
def run(database: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "180")
    return partial(run_command, capsys)


def test_books_are_the_figures_of_the_shop(run: Any) -> None:
    ran = run("books", "--shop", "aurora", "--json")
    assert ran.code == 0 and ran.err == ""
    # By hand, with 7.90 for shipping each, at 22 %. First invoices: A-1 287.06 + 63.15, A-2 77.91 + 17.14,
    # A-3 19.90 + 4.38, A-5 17.90 + 3.94. Left: of A-1 57.50 + 85.00 + 7.90 and 33.09, of A-2 nothing.
    assert ran.json == {
        "orders": 5, "items": 10, "in_house": 6, "unitedprint": 3, "items_cancelled": 4,
        "complaints_accepted": 2, "invoiced_net_first": "402.77", "invoiced_gross_first": "491.38",
        "live_net": "188.20", "live_gross": "229.61", "paid": "400.00", "refunds": "216.51",
        "orders_with_refund": 2, "parked": 1,
    }  # fmt: skip


def test_books_per_order_add_up_to_those_of_the_shop(run: Any) -> None:
    each = run("books", "--shop", "aurora", "--per-order", "--json").json
    whole = run("books", "--shop", "aurora", "--json").json
    assert list(each) == ["A-1", "A-2", "A-3", "A-4", "A-5"]
    assert "parked" not in each["A-1"] and "orders" not in each["A-1"]
    assert sum(int(books["live_gross"].replace(".", "")) for books in each.values()) == int(
        whole["live_gross"].replace(".", "")
    )
    assert each["A-2"]["refunds"] == "50.00", "no more than was paid"
    assert each["A-4"]["live_gross"] == "0.00", "an internal order costs nothing"
    assert each["A-5"]["items"] == 2 and each["A-5"]["in_house"] == 1


def test_books_are_a_table_for_people(run: Any) -> None:
    assert "229.61" in run("books", "--shop", "aurora").out
    assert "A-5" in run("books", "--shop", "aurora", "--per-order").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("books", "--shop", "nobody"), "there is no shop nobody"),
        (("show", "X-1", "--shop", "aurora"), "shop aurora has no order X-1"),
        (("show", "A-1", "--shop", "nobody"), "there is no shop nobody"),
        (("explain", "A-1", "9", "--shop", "aurora"), "order A-1 has no item 9; it has: 1, 2, 3, 4"),
        (("audit", "--shop", "nobody"), "there is no shop nobody"),
        (("documents", "export", "--shop", "nobody", "--to", "/nowhere"), "there is no shop nobody"),
    ],
)
def test_an_unknown_thing_is_one_line_on_stderr_and_exit_code_2(run: Any, arguments: Any, words: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2 and ran.out == ""
    assert words in ran.err and ran.err.count("\n") == 1


def test_show_has_the_whole_case(run: Any) -> None:
    file = run("show", "A-1", "--shop", "aurora", "--json").json
    assert file["customer"] == "Chiara Conti" and "street" not in json.dumps(file)
    assert [item["state"] for item in file["items"]] == ["cancelled", "cancelled", "handed_over", "handed_over"]
    assert [paper["kind"] for paper in file["papers"]] == [
        "invoice", "reversal", "reversal", "reduced_invoice", "reversal", "reduced_invoice", "reversal",
    ]  # fmt: skip
    assert file["papers"][1]["refers_to"] == file["papers"][0]["number"] and file["papers"][0]["pdf"] == "stored"
    assert [case["state"] for case in file["cases"]] == ["done", "done", "done", "refused", "done"]
    assert [c["state"] for c in file["complaints"]] == ["accepted", "accepted", "open", "rejected"]
    # 142.50 + 7.90 at 22 % is owed; 350.21 was; 350.00 was paid.
    assert file["money"] == {
        "owed": "183.49", "paid": "350.00", "entitled": "166.72", "requested": "166.51", "open": "0.00",
    }  # fmt: skip
    assert file["history"][0]["to"] == "received" and file["history"][-1]["why"] == "no longer wanted"


def test_show_is_one_screen_for_people(run: Any) -> None:
    out = run("show", "A-1", "--shop", "aurora").out
    for words in ("Chiara Conti", "papers", "cases", "complaints", "refund requests", "R-1", "owed", "183.49"):
        assert words in out


def test_show_makes_control_characters_of_customers_visible(run: Any) -> None:
    Driver(code="boreal").place("B-1", [("gloss", "1.00", 1)])
    with unit_of_work() as session:
        session.execute(
            text("UPDATE orders SET customer = customer || CAST(:changed AS jsonb) WHERE number = 'B-1'"),
            {"changed": json.dumps({"name": "\x1b[31m[red]Eve"})},
        )
    out = run("show", "B-1", "--shop", "boreal").out
    assert "[red]Eve" in out and "\x1b[31m" not in out


def test_explain_says_attribute_by_attribute_why(run: Any) -> None:
    why = run("explain", "A-1", "3", "--shop", "aurora", "--language", "de", "--json").json
    (decision,) = why["decisions"]
    assert why["route"] == "unitedprint" and decision["sentence"].startswith("an Unitedprint: nicht angehakt")
    assert decision["checks"] == [
        {"attribute": "paper", "attribute_name": "Papier", "option": "matt", "option_name": "matt", "ticked": False,
         "from_default": False},
        {"attribute": "check", "attribute_name": "Prüfung", "option": "basic", "option_name": "einfach", "ticked": True,
         "from_default": True},
    ]  # fmt: skip
    assert (decision["settings_version"], decision["catalogue"], decision["recheck"]) == (1, "2026", "")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", ("lucida", "✓ sì", "valore predefinito", "la traccia salvata riproduce la decisione")),
        ("de", ("glänzend", "✓ ja", "Vorgabe", "ergibt dieselbe Entscheidung")),
        ("en", ("gloss", "✓ yes", "the default", "the stored trace reproduces the decision")),
    ],
)
def test_explain_speaks_three_languages(run: Any, language: str, words: tuple[str, ...]) -> None:
    out = run("explain", "A-1", "1", "--shop", "aurora", "--language", language).out
    for word in words:
        assert word in out


def test_explain_shows_superseded_decisions(run: Any) -> None:
    why = run("explain", "A-3", "1", "--shop", "aurora", "--json").json
    assert [decision["live"] for decision in why["decisions"]] == [True, False]
    assert why["decisions"][0]["decided_by"] == "/operators/anna" and "out of paper" in why["decisions"][0]["sentence"]
    assert "superseded: in house" in run("explain", "A-3", "1", "--shop", "aurora").out


def test_explain_says_why_an_item_is_held_and_what_to_do(run: Any) -> None:
    out = run("explain", "A-5", "1", "--shop", "aurora").out
    assert "held: the catalogue does not know the option paper=chalk" in out
    assert "what to do: load a catalogue that knows it" in out


def test_explain_is_not_fine_with_a_trace_that_does_not_reproduce(run: Any) -> None:
    Driver(code="cirrus").place("C-1", [("gloss", "1.00", 1)])
    unguarded = text("SET LOCAL session_replication_role = replica")  # the database itself refuses it otherwise
    flip = text("""
        UPDATE routing_decision
           SET checks = jsonb_set(checks, '{0,2}', to_jsonb(NOT CAST(checks #>> '{0,2}' AS boolean)))
          FROM item JOIN orders ON orders.id = order_id WHERE item.id = item_id AND number = 'C-1'
    """)
    with unit_of_work() as session:
        session.execute(unguarded)
        session.execute(flip)
    ran = run("explain", "C-1", "1", "--shop", "cirrus")
    with unit_of_work() as session:
        session.execute(unguarded)
        session.execute(flip)
    assert ran.code == 1 and "does NOT reproduce" in ran.out
    assert run("explain", "C-1", "1", "--shop", "cirrus").code == 0


def test_the_reports_of_the_demo_break_no_word_on_eighty_columns(
    database: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    capsys.readouterr()
    with snapshot() as session:
        demo_report.print_items(session)
        demo_report.print_papers(session, Path("papers"))
        demo_report.print_refunds(session)
        demo_report.print_unusual(session)
        of_items = session.execute(text("SELECT product, item.state, route, hold_reason FROM item")).all()
        of_papers = session.execute(text("SELECT number, order_number FROM document")).all()
    out = capsys.readouterr().out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80
    words = set(out.replace("│", " ").split())
    expected = {word for row in (*of_items, *of_papers) for cell in row if cell for word in cell.split()}
    expected |= {"matches", "place", "production", "requested", "reversal", "reduced", "replaces", "Concerns:", "PDF:"}
    assert expected - words == set()


_HASHES = text("""
    SELECT document.number, rendering.sha256
      FROM document JOIN shop ON shop.id = document.shop_id JOIN rendering ON document_id = document.id
     WHERE shop.code = 'aurora' ORDER BY document.id
""")


def test_export_writes_the_stored_bytes_and_an_index(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "a new folder"
    ran = run("documents", "export", "--shop", "aurora", "--to", str(folder))
    assert ran.code == 0 and ran.err == ""
    with unit_of_work() as session:
        stored = {row.number: row.sha256 for row in session.execute(_HASHES)}
    names = {entry["number"]: entry["pdf"] for entry in index(folder)}
    assert list(names) == list(stored), "in the order of issue"
    for number, name in names.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == stored[number]
    assert {path.name for path in folder.iterdir()} == {"index.jsonl", *names.values()}


def test_export_says_which_papers_are_not_rendered_yet(run: Any, tmp_path: Path) -> None:
    Driver(code="dorado").place("D-1", [("gloss", "1.00", 1)])
    ran = run("documents", "export", "--shop", "dorado", "--to", str(tmp_path))
    assert ran.code == 0 and "1 papers are not rendered yet" in ran.err
    assert [entry["pdf"] for entry in index(tmp_path)] == [None]
    assert [path.name for path in tmp_path.iterdir()] == ["index.jsonl"]


def index(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_index_says_what_the_papers_say(run: Any, tmp_path: Path) -> None:
    run("documents", "export", "--shop", "aurora", "--to", str(tmp_path))
    entries = index(tmp_path)
    invoice, reversal = entries[0], entries[1]
    assert (invoice["kind"], invoice["order"], invoice["refers_to"]) == ("invoice", "A-1", None)
    assert invoice["lines"][-1] == {
        "item": "shipping", "charge": True, "description": "Spedizione", "quantity": 1, "unit_price": "7.90",
        "price": "7.90", "allowance": "0.00", "net": "7.90", "vat_rate": "22", "vat_category": "S",
    }  # fmt: skip
    assert invoice["taxes"] == [{"category": "S", "rate": "22", "base": "287.06", "tax": "63.15"}]
    assert invoice["totals"] == {"net": "287.06", "tax": "63.15", "gross": "350.21"}
    assert (reversal["kind"], reversal["refers_to"]) == ("reversal", invoice["number"])
    assert [line["item"] for line in reversal["lines"]] == ["2"]
    reduced = [entry for entry in entries if entry["kind"] == "reduced_invoice"][-1]
    assert (reduced["lines"][0]["price"], reduced["lines"][0]["allowance"]) == ("68.33", "16.83")


def test_export_into_something_that_is_no_folder_is_not_fine(run: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    ran = run("documents", "export", "--shop", "aurora", "--to", str(tmp_path / "file"))
    assert ran.code == 1 and "cannot be written" in ran.err


def test_a_number_makes_a_file_name_of_its_own() -> None:
    assert file_name("FT/2026/1") == "FT%2F2026%2F1.pdf"
    assert file_name("FT-2026-000012") == "FT-2026-000012.pdf"
    assert len({file_name(number) for number in ("a/1", "a_1", "a%2F1", "a 1", "a\\1")}) == 5


def test_the_audit_prints_twelve_invariants_and_says_whether_they_hold(run: Any) -> None:
    ran = run("audit", "--documents", "0")
    assert ran.code == 0 and "all 12 invariants hold" in ran.out
    found = run("audit", "--documents", "0", "--shop", "aurora", "--json").json
    assert found["holds"] is True
    assert [invariant["number"] for invariant in found["invariants"]] == list(range(1, 13))


def test_the_audit_ends_with_1_on_a_breach_and_names_it(run: Any) -> None:
    change = text("UPDATE orders SET paid = paid + :change WHERE number = 'A-1'")
    with unit_of_work() as session:
        session.execute(change, {"change": 1})
    try:
        ran = run("audit", "--documents", "0")
        found = run("audit", "--documents", "0", "--json")
    finally:
        with unit_of_work() as session:
            session.execute(change, {"change": -1})
    assert ran.code == 1 and "1 of 12 invariants do not hold" in ran.out
    assert "9. aurora: order A-1 remembers EUR 350.01 as paid, its payments come to EUR 350.00\n" in ran.out
    assert found.code == 1 and found.json["holds"] is False
    assert found.json["invariants"][8]["first"][0]["about"] == "order A-1"
