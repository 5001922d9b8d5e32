"""`partnershop document show | render | verify`, and what `documents export` writes beside the PDFs."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from commanding import Run, run
from factories import Scene, item, product, scene, shipping
from sqlalchemy import text

import tasks.documents
from models import Rendering
from partnershop.cli.reading_export import cii_name, file_name
from partnershop.db import unit_of_work
from partnershop.documents.attachments import attached

__all__ = ["product", "run", "scene"]


@pytest.fixture
def papers(scene: Scene) -> Scene:
    """An invoice, and its correction for a complaint; all of them printed."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00", "10")], charges=[shipping()])
    scene.go()
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", percent="10")
    scene.go()
    tasks.documents.render_papers()
    return scene


def numbers(scene: Scene) -> list[str]:
    """Of the order's papers: invoice, reversal, reduced invoice."""
    by_kind = {paper.kind.value: paper.number for paper in scene.papers("A-1")}
    return [by_kind["invoice"], by_kind["reversal"], by_kind["reduced_invoice"]]


def stored(number: str) -> bytes:
    """The bytes of a paper in the database."""
    query = text("SELECT pdf FROM rendering JOIN document ON document.id = document_id WHERE number = :number")
    with unit_of_work() as session:
        return bytes(session.execute(query, {"number": number}).scalar_one())


# show


def test_show_says_everything_that_the_paper_says(papers: Scene, run: Run) -> None:
    invoice, reversal, reduced = numbers(papers)
    file = json.loads(run("document", "show", reduced, "--shop", "aurora", "--json").out)
    assert (file["number"], file["kind"], file["order"]) == (reduced, "reduced_invoice", "A-1")
    assert file["refers_to"]["number"] == invoice and file["reversed_by"]["number"] == reversal
    assert file["seller"]["name"] == "Tipografia di Prova S.r.l." and file["buyer"]["name"] == "Chiara Conti"
    assert file["totals"] == {"net": "82.90", "tax": "14.64", "gross": "97.54", "prepaid": "0.00"}
    assert [(tax["rate"], tax["base"], tax["tax"]) for tax in file["taxes"]] == [
        ("22", "52.90", "11.64"), ("10", "30.00", "3.00"),
    ]  # fmt: skip
    assert [(a["amount"], a["percent"]) for a in file["lines"][0]["allowances"]] == [("5.00", "10")]
    assert file["due_date"] and file["chain"]["chain"] and file["chain"]["digest"]
    assert f"prints end at {reduced} {file['chain']['printed']}" in run("audit", "--documents", "0", "--json").out
    first = json.loads(run("document", "show", invoice, "--shop", "aurora", "--json").out)
    assert set(first["corrected_by"]) == {reversal, reduced}
    back = json.loads(run("document", "show", reversal, "--shop", "aurora", "--json").out)
    assert [line["takes_back_line"] for line in back["lines"]] == [1, 2, 3]


def test_show_says_where_the_bytes_are_and_which_files_are_in_them(papers: Scene, run: Run) -> None:
    invoice, *_ = numbers(papers)
    file = json.loads(run("document", "show", invoice, "--shop", "aurora", "--json").out)["bytes"]
    pdf = stored(invoice)
    assert (file["state"], file["where"], file["size"]) == ("done", "in the database", len(pdf))
    assert file["sha256"] == hashlib.sha256(pdf).hexdigest() and file["flaw"] is None
    assert [inside["name"] for inside in file["files"]] == list(attached(pdf))
    assert "factur-x.xml" in attached(pdf)


def test_show_tells_no_more_of_the_buyer_than_the_paper(papers: Scene, run: Run) -> None:
    invoice, *_ = numbers(papers)
    assert "chiara@customers.example" not in run("document", "show", invoice, "--shop", "aurora", "--json").out


def test_show_is_for_people_too(papers: Scene, run: Run) -> None:
    _, reversal, _ = numbers(papers)
    shown = run("document", "show", reversal, "--shop", "aurora")
    assert shown.code == 0
    for words in (f"reversal invoice {reversal}", "Chiara Conti", "files inside", "factur-x.xml", "takes back line"):
        assert words in shown.out


def test_show_is_not_fine_with_bytes_that_are_not_the_first_ones(papers: Scene, run: Run) -> None:
    invoice, *_ = numbers(papers)
    spoil(invoice)
    shown = run("document", "show", invoice, "--shop", "aurora", "--json")
    assert shown.code == 1 and json.loads(shown.out)["bytes"]["flaw"] == "other than stored first"


def spoil(number: str) -> None:
    """Put other bytes in the place of a paper's, which the database itself refuses otherwise."""
    change = text("""
        UPDATE rendering SET pdf = pdf || '\\x00'
         WHERE document_id = (SELECT id FROM document WHERE number = :number)
    """)
    with unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(change, {"number": number})


@pytest.mark.parametrize("command", ["show", "render", "verify"])
def test_an_unknown_paper_or_shop_is_one_line(papers: Scene, run: Run, command: str, tmp_path: Path) -> None:
    more = ["--output", str(tmp_path / "x.pdf")] if command == "render" else []
    for number, shop, words in (("FT-0", "aurora", "has no paper FT-0"), ("FT-1", "nobody", "no shop nobody")):
        ran = run("document", command, number, "--shop", shop, *more)
        assert ran.code == 2 and words in ran.err and ran.err.count("\n") == 1


# render


def test_render_writes_the_stored_bytes(papers: Scene, run: Run, tmp_path: Path) -> None:
    invoice, *_ = numbers(papers)
    ran = run("document", "render", invoice, "--shop", "aurora", "--output", tmp_path / "a.pdf")
    assert ran.code == 0 and "the stored bytes" in ran.out
    assert (tmp_path / "a.pdf").read_bytes() == stored(invoice)


def test_render_makes_what_is_not_rendered_yet_and_stores_nothing(scene: Scene, run: Run, tmp_path: Path) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    (paper,) = scene.papers("A-1")
    ran = run("document", "render", paper.number, "--shop", "aurora", "--output", tmp_path / "a.pdf")
    assert ran.code == 0 and "not rendered yet" in ran.out
    with unit_of_work() as session:
        assert session.get_one(Rendering, paper.id).sha256 is None
    tasks.documents.render_papers()
    assert (tmp_path / "a.pdf").read_bytes() == stored(paper.number), "and they are the bytes that are stored later"


def test_render_writes_no_bytes_that_are_not_the_first_ones(papers: Scene, run: Run, tmp_path: Path) -> None:
    invoice, *_ = numbers(papers)
    spoil(invoice)
    ran = run("document", "render", invoice, "--shop", "aurora", "--output", tmp_path / "a.pdf")
    assert ran.code == 1 and "not those that were stored first" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_render_says_where_it_cannot_write(papers: Scene, run: Run, tmp_path: Path) -> None:
    invoice, *_ = numbers(papers)
    ran = run("document", "render", invoice, "--shop", "aurora", "--output", tmp_path / "nowhere" / "a.pdf")
    assert ran.code == 1 and "cannot be written" in ran.err


# verify


def test_papers_conform_by_their_numbers(papers: Scene, run: Run) -> None:
    ran = run("document", "verify", *numbers(papers), "--shop", "aurora", "--json")
    assert ran.code == 0, ran.out
    verdicts = json.loads(ran.out)
    assert [verdict["name"] for verdict in verdicts] == numbers(papers)
    for verdict in verdicts:
        assert verdict["conforms"] and verdict["claims"][:2] == ["PDF/A-3B", "PDF/UA-1"]
        assert [said["format"] for said in verdict["invoices"]] == ["cii", "fatturapa"]


def test_a_paper_is_held_against_its_rows(papers: Scene, run: Run) -> None:
    invoice, *_ = numbers(papers)
    change = text("UPDATE document SET order_number = 'A-2' WHERE number = :number")
    with unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(change, {"number": invoice})
    ran = run("document", "verify", invoice, "--shop", "aurora", "--json")
    (verdict,) = json.loads(ran.out)
    assert ran.code == 1 and [row["where"] for row in verdict["breaches"]] == ["BT-13"]


def test_files_are_verified_without_a_database(
    papers: Scene, run: Run, tmp_path: Path, product: pytest.MonkeyPatch
) -> None:
    invoice, *_ = numbers(papers)
    (tmp_path / "a.pdf").write_bytes(stored(invoice))
    (tmp_path / "b.xml").write_bytes(attached(stored(invoice))["factur-x.xml"])
    product.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    ran = run("document", "verify", tmp_path / "a.pdf", tmp_path / "b.xml")
    assert ran.code == 0, ran.err
    for words in (f"{invoice}", "380 (invoice)", "urn:cen.eu:en16931:2017", "PDF/A-3B", "FatturaPA", "b.xml conforms"):
        assert words in ran.out


def test_broken_rules_are_said_in_the_language_one_asks_for(papers: Scene, run: Run, tmp_path: Path) -> None:
    xml = attached(stored(numbers(papers)[0]))["factur-x.xml"]
    (tmp_path / "a.xml").write_bytes(xml.replace(b">97.", b">98.").replace(b">103.", b">104."))
    said: dict[str, Any] = {}
    for language in ("it", "de", "en"):
        ran = run("document", "verify", tmp_path / "a.xml", "--language", language, "--json")
        assert ran.code == 1
        said[language] = json.loads(ran.out)[0]["invoices"][0]["breaches"][0]["sentence"]
    assert len(set(said.values())) == 3


def test_a_sentence_that_begins_with_the_place_says_it_once(papers: Scene, run: Run, tmp_path: Path) -> None:
    files = attached(stored(numbers(papers)[0]))
    (fattura,) = (content for name, content in files.items() if name != "factur-x.xml")
    (tmp_path / "a.xml").write_bytes(fattura.replace(b"<AliquotaIVA>22.00<", b"<AliquotaIVA>0.00<"))
    ran = run("document", "verify", tmp_path / "a.xml")
    assert "00400: A line (DettaglioLinee 1): without VAT" in ran.out


def test_what_cannot_be_read_does_not_keep_the_others_from_being_verified(
    papers: Scene, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "b.pdf").write_bytes(stored(numbers(papers)[0]))
    ran = run("document", "verify", tmp_path / "a.txt", tmp_path / "missing", tmp_path, tmp_path / "b.pdf")
    assert ran.code == 2 and "b.pdf conforms" in ran.out
    assert "a.txt: it is neither a PDF nor XML" in ran.err
    assert "missing: it cannot be opened (No such file or directory)" in ran.err and "Is a directory" in ran.err
    assert "Traceback" not in ran.err


def test_a_pipe_or_device_is_not_waited_for(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    ran = run("document", "verify", tmp_path / "pipe", "/dev/zero")
    assert ran.code == 2
    assert all("it is no regular file" in line for line in ran.err.splitlines()) and ran.err.count("\n") == 2


# export


def test_export_writes_the_xmls_out_of_the_stored_bytes(papers: Scene, run: Run, tmp_path: Path) -> None:
    ran = run("documents", "export", "--shop", "aurora", "--to", tmp_path)
    assert ran.code == 0 and "3 PDFs, 3 CII and 3 FatturaPA" in ran.out
    entries = [json.loads(line) for line in (tmp_path / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    for entry in entries:
        number = entry["number"]
        inside = attached(stored(number))
        assert (entry["pdf"], entry["cii"]) == (f"{number}.pdf", f"{number}.xml")
        assert entry["fatturapa"].startswith("IT98765430214_")
        assert (tmp_path / entry["pdf"]).read_bytes() == stored(number)
        assert (tmp_path / entry["cii"]).read_bytes() == inside["factur-x.xml"]
        assert (tmp_path / entry["fatturapa"]).read_bytes() == inside[entry["fatturapa"]]
    named = {name for entry in entries for name in (entry["pdf"], entry["cii"], entry["fatturapa"])}
    assert {path.name for path in tmp_path.iterdir()} == {"index.jsonl", *named} and len(named) == 9


def test_an_unusual_number_stays_a_file_of_its_own_in_the_folder() -> None:
    for number in ("../x", "FT/1", "con\x00", "IT98765430214_0000A", "a%2Fb", "x" * 20):
        for name in (file_name(number), cii_name(number)):
            assert "/" not in name and "\x00" not in name and name not in ("..", ".")
    assert cii_name("IT98765430214_0000A") == "IT98765430214%5F0000A.xml"
    assert cii_name("FT-2026-000012") == "FT-2026-000012.xml"
