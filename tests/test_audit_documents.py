"""Papers printed and judged again by the audit: bytes, XML and rows that do not belong together are named."""

import hashlib
from collections.abc import Sequence

import pipeline
import pytest
from commanding import Run, run
from factories import Clock, Scene, item, product, scene, time
from sqlalchemy import select, text

from models import Document
from partnershop.audit import Sample, documents, files
from partnershop.audit.finding import Finding
from partnershop.db import unit_of_work
from partnershop.documents import cii, fatturapa
from partnershop.documents.breach import Breach
from partnershop.documents.cii import schema

__all__ = ["product", "run", "scene", "time"]


@pytest.fixture
def printed(scene: Scene) -> Scene:
    """Three invoices with their bytes."""
    scene.change_settings(invoice_on="placed")
    for order in ("A-1", "A-2", "A-3"):
        scene.place(order, [item("1", "50.00")])
    scene.go(pipeline.ALL)
    return scene


def audited(sample: Sample | None = None) -> Finding:
    """What the audit of bytes finds with this sample, or of all papers."""
    with unit_of_work() as session:
        finding = files.check(session, [1])
        documents.look_at(session, [1], finding, sample or Sample(None))
    return finding


def said(sample: Sample | None = None) -> list[str]:
    return [f"{breach.about} {breach.problem}" for breach in audited(sample).first]


def change(statement: str, **values: object) -> None:
    """Past every guard."""
    with unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        assert session.execute(text(statement), values).rowcount  # type: ignore[attr-defined]


def note_prints_anew() -> None:
    """Make the notes of what was rendered again, as whoever may write everything can."""
    change("DELETE FROM printed")
    with unit_of_work() as session:
        for document_id in session.scalars(select(Document.id).order_by(Document.id)).all():
            again = text("UPDATE rendering SET sha256 = sha256 WHERE document_id = :id")
            session.execute(again, {"id": document_id})


def render_with_another(where: str = "true") -> None:
    """Another version has printed these."""
    change(f"UPDATE rendering SET renderer = 'another' WHERE {where}")
    note_prints_anew()


def give_bytes(number: str, content: bytes) -> None:
    """Other bytes, with the hash and the notes that go with them."""
    change_bytes(number, content)
    note_prints_anew()


def change_bytes(number: str, content: bytes) -> None:
    """Other bytes, with the hash that goes with them."""
    change(
        "UPDATE rendering SET pdf = :pdf, sha256 = :sha256, size = :size FROM document"
        " WHERE document.id = document_id AND number = :number",
        pdf=content, sha256=hashlib.sha256(content).hexdigest(), size=len(content), number=number,
    )  # fmt: skip


def bytes_of(number: str) -> bytes:
    with unit_of_work() as session:
        query = text("SELECT pdf FROM rendering JOIN document ON document.id = document_id WHERE number = :number")
        return bytes(session.execute(query, {"number": number}).scalar_one())


def test_papers_as_they_were_issued_and_printed_are_in_order(printed: Scene) -> None:
    finding = audited()
    assert [str(breach) for breach in finding.first] == []
    assert finding.remark.startswith("3 of 3 papers were printed and judged again; prints end at FT-2026-000003 ")


def test_bytes_that_the_same_version_would_not_print_are_named_though_their_hash_is_right(printed: Scene) -> None:
    give_bytes("FT-2026-000002", bytes_of("FT-2026-000002") + b"\n")
    assert said() == ["FT-2026-000002 comes out with other bytes when it is printed again"]


def test_another_version_may_print_other_bytes_and_the_audit_says_how_many(printed: Scene) -> None:
    give_bytes("FT-2026-000002", bytes_of("FT-2026-000002") + b"\n")
    render_with_another("document_id < 3")
    finding = audited()
    assert finding.holds
    assert finding.remark.startswith(
        "3 of 3 papers were printed and judged again; "
        "2 of them had been printed by another version, whose bytes may differ; prints end at "
    )


def test_changed_bytes_show_without_printing_whatever_version_is_said_to_have_printed_them(printed: Scene) -> None:
    change_bytes("FT-2026-000002", bytes_of("FT-2026-000002") + b"\n")
    change("UPDATE rendering SET renderer = 'weasyprint 60.0'")
    problem = "has another SHA-256 or renderer than was noted when it was rendered"
    assert said(Sample(0)) == [f"FT-2026-00000{number} {problem}" for number in (1, 2, 3)]


_FIRST = "(SELECT sha256 FROM rendering WHERE document_id = 1)"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM printed WHERE document_id = 2", {2: "it was not noted that it was", 3: "behind another paper"}),
        ("DELETE FROM printed WHERE document_id = 3", {3: "it was not noted that it was"}),
        (f"UPDATE printed SET sha256 = {_FIRST} WHERE document_id = 2", {2: "another SHA-256 or renderer"}),
        ("UPDATE printed SET link = 'another' WHERE document_id = 1",
         {1: "behind another paper", 2: "behind another paper"}),
        ("UPDATE document SET chain = NULL, digest = NULL WHERE id = 2", {2: "with another chain"}),
        ("UPDATE rendering SET state = 'due', sha256 = NULL, pdf = NULL WHERE document_id = 2",
         {2: "another SHA-256 or renderer"}),
    ],
)  # fmt: skip
def test_what_was_noted_of_a_print_cannot_be_changed_unseen(
    printed: Scene, statement: str, expected: dict[int, str]
) -> None:
    change(statement)
    found = said(Sample(0))
    assert sorted(line.partition(" ")[0] for line in found) == [f"FT-2026-00000{number}" for number in expected]
    assert all(expected[int(line[13])] in line for line in found), found


def test_notes_that_were_made_anew_show_in_their_end_alone(printed: Scene) -> None:
    """The limit, said in docs/decisions/0016-chain.md: so the end is noted elsewhere."""
    before = audited(Sample(0)).remark
    give_bytes("FT-2026-000001", bytes_of("FT-2026-000001") + b"\n")
    after = audited(Sample(0))
    assert after.holds and after.remark.startswith("prints end at FT-2026-000003 ") and after.remark != before


def test_the_xml_of_another_paper_is_named_whatever_version_printed_it(printed: Scene) -> None:
    give_bytes("FT-2026-000002", bytes_of("FT-2026-000003"))
    render_with_another()
    found = said()
    assert "breaks P-SAME-1" in found[0] and "FT-2026-000003" in found[0], found
    assert {line.partition(" ")[0] for line in found} == {"FT-2026-000002"}
    assert any("has no" in line and "in its PDF" in line for line in found), "its FatturaPA has another name"


def test_a_row_that_says_something_else_than_the_xml_is_named(printed: Scene) -> None:
    change("UPDATE document SET reason = 'never said', order_number = 'A-9' WHERE number = 'FT-2026-000001'")
    found = said()
    assert any(line.startswith("FT-2026-000001 comes out with other bytes") for line in found), found
    assert any(line.startswith("FT-2026-000001 breaks P-SAME") for line in found), found


def test_a_row_that_cannot_be_printed_any_more_is_named(printed: Scene) -> None:
    change("UPDATE document SET tax = tax + 1, gross = gross + 1 WHERE number = 'FT-2026-000001'")
    assert any(line.startswith("FT-2026-000001 cannot be printed again: ") for line in said())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"no PDF at all", "has bytes that are no readable PDF"),
        (b"%PDF-1.7\n%%EOF\n", "has bytes that are no readable PDF"),
    ],
)
def test_bytes_that_are_no_pdf_are_named(printed: Scene, content: bytes, problem: str) -> None:
    give_bytes("FT-2026-000001", content)
    render_with_another()
    assert said() == [f"FT-2026-000001 {problem}"]


@pytest.mark.parametrize(("module", "name"), [(schema, "breaches"), (fatturapa, "breaches"), (cii.rules, "breaches")])
def test_standard_and_rules_are_asked_again(
    printed: Scene, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    render_with_another()
    monkeypatch.setattr(module, name, lambda *_: [Breach("BR-99", "BT-1")])
    assert len([line for line in said() if "breaks BR-99" in line]) == 3


def test_papers_from_before_the_chain_are_only_printed_again(printed: Scene) -> None:
    give_bytes("FT-2026-000001", b"%PDF-1.4 as it was then")
    change("UPDATE document SET digest = NULL, chain = NULL")
    render_with_another("document_id = 1")
    assert audited().holds
    give_bytes("FT-2026-000002", b"%PDF-1.4 as it never was")
    assert said() == ["FT-2026-000002 comes out with other bytes when it is printed again"]


@pytest.mark.parametrize(("wanted", "newest", "others"), [(1, 1, 0), (2, 1, 1), (20, 3, 0), (0, 0, 0)])
def test_a_sample_is_the_newest_and_others_by_chance(
    printed: Scene, monkeypatch: pytest.MonkeyPatch, wanted: int, newest: int, others: int
) -> None:
    seen = _seen(monkeypatch)
    told: list[tuple[int, int]] = []
    audited(Sample(wanted, lambda done, of: told.append((done, of))))
    assert seen == sorted(set(seen)) and len(seen) == newest + others
    assert set(_newest(newest)) <= set(seen)
    assert told == ([(len(seen), len(seen))] if seen else [])


def _newest(count: int) -> Sequence[int]:
    with unit_of_work() as session:
        return session.scalars(select(Document.id).order_by(Document.id.desc()).limit(count)).all()


def _seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The papers that are looked at from now on, by id; nothing else is done with them."""
    seen: list[int] = []

    def look(_session: object, document_ids: Sequence[int], _finding: Finding) -> int:
        seen.extend(document_ids)
        return 0

    monkeypatch.setattr(documents, "_look_at", look)
    return seen


def test_the_sample_is_the_same_all_day_and_another_one_on_another(
    printed: Scene, monkeypatch: pytest.MonkeyPatch, time: Clock
) -> None:
    seen = _seen(monkeypatch)

    def chosen() -> tuple[int, ...]:
        seen.clear()
        audited(Sample(2))
        return tuple(seen)

    today = chosen()
    assert {chosen() for _ in range(3)} == {today}
    others = set()
    for _ in range(20):
        time.advance(24 * 3600)
        others.add(chosen())
    assert others == {(1, 3), (2, 3)}


def test_the_command_says_what_was_printed_and_takes_a_number_or_all(printed: Scene, run: Run) -> None:
    ran = run("audit", "--documents", "all")
    assert (ran.code, "3 of 3 papers" in " ".join(ran.out.split())) == (0, True), ran.out + ran.err
    give_bytes("FT-2026-000003", bytes_of("FT-2026-000003") + b"\n")
    assert run("audit", "--documents", "0").code == 0
    assert run("audit", "--documents", "2").code == run("audit").code == 1
    for wrong in ("some", "-1", "1.5", "²"):
        assert run("audit", "--documents", wrong).code == 2
