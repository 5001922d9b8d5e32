"""Rendered bytes in an object store, put there by a real worker: its forked children talk to the store themselves."""

from factories import Scene, item
from object_server import Bucket, bucket, object_server, outside
from sqlalchemy import select
from upping import Start, eventually, start

from models import Rendering, RenderingState
from partnershop.db import unit_of_work
from partnershop.flows import document_bytes
from partnershop.stages import Stage

__all__ = ["bucket", "object_server", "outside", "start"]


def renderings() -> list[Rendering]:
    """All of them."""
    with unit_of_work() as session:
        return list(session.scalars(select(Rendering).order_by(Rendering.document_id)))


def test_a_worker_puts_its_papers_into_the_store(scene: Scene, outside: Bucket, start: Start) -> None:
    scene.change_settings(invoice_on="placed")
    for number in (1, 2, 3):
        scene.place(f"A-{number}", [item("1", "50.00")])
    scene.go(frozenset({Stage.INBOX, Stage.INVOICING}))
    up = start("worker-documents")
    up.wake("documents.render_papers", "documents")
    eventually(lambda: {row.state for row in renderings()} == {RenderingState.DONE}, up)
    rows = renderings()
    assert [row.attempts for row in rows] == [1, 1, 1]
    assert len(outside.keys()) == 3
    with unit_of_work() as session:
        contents = document_bytes.load(session, [row.document_id for row in rows])
    assert all(content.startswith(b"%PDF-") for content in contents.values())
    assert [len(contents[row.document_id]) for row in rows] == [row.size for row in rows]
