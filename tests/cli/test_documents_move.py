"""`partnershop documents move`, and what other commands make of bytes that lie in an object store."""

from pathlib import Path

import pytest
from commanding import Run, run
from factories import Scene, item, product, scene
from object_server import Bucket, bucket, object_server, outside
from sqlalchemy import func, select

import tasks.documents
from models import Rendering
from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.documents.paper import Paper
from partnershop.machine.ports import LOOPBACK, free_port

__all__ = ["bucket", "object_server", "outside", "product", "run", "scene"]


def pdf_of(paper: Paper) -> bytes:
    """Stands for the printing."""
    return b"%PDF-1.7 " + paper.number.encode()


@pytest.fixture
def papers(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Three papers with their bytes, in the database."""
    monkeypatch.setattr(tasks.documents, "render", pdf_of)
    scene.change_settings(invoice_on="placed")
    for number in (1, 2, 3):
        scene.place(f"A-{number}", [item("1", "50.00")])
    scene.go()
    tasks.documents.render_papers()
    return scene


def locations() -> list[str]:
    """Where the bytes lie that are in a store."""
    with unit_of_work() as session:
        query = select(Rendering.location).where(Rendering.location.is_not(None), Rendering.pdf.is_(None))
        return [str(location) for location in session.scalars(query.order_by(Rendering.document_id))]


def in_database() -> int:
    """How many papers have their bytes in the database, and only there."""
    with unit_of_work() as session:
        inside = Rendering.pdf.is_not(None), Rendering.location.is_(None)
        return session.scalars(select(func.count()).where(*inside)).one()


def test_there_and_back_again(papers: Scene, outside: Bucket, run: Run) -> None:
    there = run("documents", "move", "--to", "objects")
    assert (there.code, there.out) == (0, "3 papers moved, 0 not\n"), there.err
    assert len(locations()) == len(outside.keys()) == 3
    again = run("documents", "move", "--to", "objects")
    assert (again.code, again.out) == (0, "0 papers moved, 0 not\n")
    back = run("documents", "move", "--to", "database")
    assert (back.code, back.out) == (0, "3 papers moved, 0 not\n"), back.err
    assert (locations(), in_database()) == ([], 3)
    assert len(outside.keys()) == 3, "nothing here deletes what a store keeps"


def test_a_paper_whose_bytes_are_not_in_order_stays_and_is_named(papers: Scene, outside: Bucket, run: Run) -> None:
    run("documents", "move", "--to", "objects")
    gone, changed, _ = locations()
    outside.remove(gone)
    outside.overwrite(changed, b"%PDF-1.7 other")
    back = run("documents", "move", "--to", "database")
    assert (back.code, back.out) == (1, "1 paper moved, 2 not\n")
    assert back.err.splitlines() == [
        "FT-2026-000001 is not moved: its bytes are missing",
        "FT-2026-000002 is not moved: its bytes are other than stored first",
    ]
    assert (locations(), in_database()) == ([gone, changed], 1)


def test_papers_follow_to_another_bucket(
    papers: Scene, outside: Bucket, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("documents", "move", "--to", "objects")
    another = Bucket(outside.endpoint, f"{outside.name}-2", "")
    another.make()
    monkeypatch.setenv("PARTNERSHOP_OBJECTS_URL", another.url)
    config.cache_clear()
    assert run("documents", "move", "--to", "objects").out == "3 papers moved, 0 not\n"
    assert all(location.startswith(f"s3://{another.name}/") for location in locations())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "there is no object store: set PARTNERSHOP_OBJECTS_URL"),
        ("http://papers", "PARTNERSHOP_OBJECTS_URL must be s3://BUCKET/PREFIX"),
        (f"s3://papers?endpoint=http://{LOOPBACK}:PORT", "the object store at s3://papers cannot be used now"),
    ],
)
def test_a_store_that_cannot_be_used_is_said_and_moves_nothing(
    url: str, said: str, papers: Scene, bucket: Bucket, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTNERSHOP_OBJECTS_URL", url.replace("PORT", str(free_port())))
    config.cache_clear()
    moved = run("documents", "move", "--to", "objects")
    config.cache_clear()
    assert (moved.code, moved.out) == (1, "")
    assert moved.err.startswith(said)
    assert in_database() == 3


def test_export_and_audit_read_what_lies_in_the_store(
    papers: Scene, outside: Bucket, run: Run, tmp_path: Path
) -> None:
    run("documents", "move", "--to", "objects")
    exported = run("documents", "export", "--shop", "aurora", "--to", tmp_path / "papers")
    assert exported.code == 0, exported.err
    assert (tmp_path / "papers" / "FT-2026-000002.pdf").read_bytes() == b"%PDF-1.7 FT-2026-000002"
    assert "all 12 invariants hold" in run("audit", "--documents", "0").out
    gone, changed, _ = locations()
    outside.remove(gone)
    outside.overwrite(changed, b"%PDF-1.7 other")
    audit = run("audit", "--documents", "0")
    assert audit.code == 1
    assert "FT-2026-000001 is rendered, but its bytes are not in the object store" in audit.out
    assert "FT-2026-000002 has other bytes than those that were hashed when it was rendered" in audit.out
    exported = run("documents", "export", "--shop", "aurora", "--to", tmp_path / "papers")
    assert exported.code == 1
    assert exported.err.startswith("the bytes of FT-2026-000001 are missing")
