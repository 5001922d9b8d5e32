"""The papers of the recorded stream and of the samples, issued in this process and not printed."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pipeline
import pytest
from sqlalchemy import select

import tasks.dispatch
from models import Document
from partnershop import config, db
from partnershop.cli.playing import Player, load_shops
from partnershop.cli.sending import read_events
from partnershop.db import unit_of_work
from partnershop.documents.paper import Paper
from partnershop.flows import catalogues, shops
from partnershop.flows.papers import load_papers
from partnershop.gateways.fakes import FakeProducer
from partnershop.paths import SAMPLES
from partnershop.stages import Stage

RECORDED = SAMPLES / "recorded" / "online_retail_2010_12.jsonl.gz"
_EVENTS_AT_ONCE = 500
_LOADED_AT_ONCE = 100
_STAGES = pipeline.PAPERS_AND_MONEY - {Stage.COMMISSIONS, Stage.REFUNDS}


@contextmanager
def working_on(database_url: str) -> Iterator[None]:
    """The product works on this migrated database, its producers are fakes."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="partnershop-papers-") as data:
        patch.setenv("DATABASE_URL", database_url)
        patch.setenv("PARTNERSHOP_DATA", data)
        workshop, unitedprint = FakeProducer("workshop"), FakeProducer("unitedprint", idempotent=False)
        patch.setattr(tasks.dispatch, "workshop", lambda _: workshop)
        patch.setattr(tasks.dispatch, "unitedprint", lambda _: unitedprint)
        _forget_settings()
        try:
            yield
        finally:
            _forget_settings()


def _forget_settings() -> None:
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    db.engine.cache_clear()
    config.config.cache_clear()


def issue_recorded() -> None:
    """Play the recorded stream up to its papers: 830 orders, 21,933 items."""
    with unit_of_work() as session:
        catalogues.load(session, (SAMPLES / "catalogue.yaml").read_text(encoding="utf-8"))
        shops.add(session, (SAMPLES / "shops" / "retail.yaml").read_text(encoding="utf-8"), "tests")
    events = [json.loads(line) for line in read_events(RECORDED)]
    for start in range(0, len(events), _EVENTS_AT_ONCE):
        pipeline.knock("retail", events[start : start + _EVENTS_AT_ONCE])
    pipeline.run(_STAGES, rounds=10_000)


def issue_samples() -> None:
    """Play samples/play.yaml up to its papers."""

    def emit(shop: str, lines: list[bytes]) -> None:
        pipeline.knock(shop, [json.loads(line) for line in lines])

    def settle() -> None:
        pipeline.run(pipeline.ALL - {Stage.DOCUMENTS, Stage.MAIL})

    load_shops(SAMPLES)
    Player(SAMPLES, emit, settle, lambda _words: None).play()


def papers() -> list[Paper]:
    """All papers of the database, in the order of issue."""
    with unit_of_work() as session:
        ids = list(session.scalars(select(Document.id).order_by(Document.id)))
        found: dict[int, Paper] = {}
        for start in range(0, len(ids), _LOADED_AT_ONCE):
            found |= load_papers(session, ids[start : start + _LOADED_AT_ONCE])
            session.expunge_all()
    return [found[document_id] for document_id in ids]


def folder_for_servers() -> Path:
    """A temporary folder that PostgreSQL, which runs as another user than root, can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="partnershop-papers-"))
    folder.chmod(0o711)
    return folder
