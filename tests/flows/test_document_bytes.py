"""The bytes of papers in the database and in an object store: put there before the row says so, checked when read."""

from collections.abc import Iterator

import psycopg
import pytest
from factories import Clock, Scene, item
from object_server import Bucket, bucket, object_server, outside
from sqlalchemy import select

import tasks.documents
from models import Document, Rendering, RenderingState
from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.documents.paper import Paper
from partnershop.errors import Defect, Refused, Transient
from partnershop.flows import document_bytes, document_moving, documents
from partnershop.flows.document_bytes import Flaw
from partnershop.gateways.fakes import FakeObjects
from partnershop.gateways.objects import Place

__all__ = ["bucket", "object_server", "outside"]


def pdf_of(paper: Paper) -> bytes:
    """Stands for the printing: other bytes for each paper."""
    return b"%PDF-1.7 " + paper.number.encode()


@pytest.fixture
def papers(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Ten papers that are due to be printed, more than are claimed at once."""
    monkeypatch.setattr(tasks.documents, "render", pdf_of)
    scene.change_settings(invoice_on="placed")
    for number in range(1, 11):
        scene.place(f"A-{number}", [item("1", "50.00")])
    scene.go()
    return scene


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeObjects]:
    """An object store in memory in place of the one that the environment names."""
    store = FakeObjects()
    monkeypatch.setattr(document_bytes, "store_at", lambda url, base=None: store)
    monkeypatch.setattr(document_moving, "store_at", lambda url, base=None: store)
    monkeypatch.setenv("PARTNERSHOP_OBJECTS_URL", store.base)
    config.cache_clear()
    yield store
    config.cache_clear()


def renderings() -> dict[str, Rendering]:
    """What the rows say, by number."""
    with unit_of_work() as session:
        rows = session.execute(select(Document.number, Rendering).join(Rendering, Rendering.document_id == Document.id))
        return dict(rows.all())


def load(*numbers: str) -> dict[str, bytes]:
    """The bytes of these papers, of all if none is named."""
    with unit_of_work() as session:
        query = select(Document.id, Document.number)
        names = dict(session.execute(query.where(Document.number.in_(numbers)) if numbers else query).all())
        return {names[i]: content for i, content in document_bytes.load(session, list(names)).items()}


def in_database() -> dict[str, bool]:
    """Whether the database holds the bytes, by number."""
    with unit_of_work() as session:
        query = select(Document.number, Rendering.pdf.is_not(None))
        return dict(session.execute(query.join(Rendering, Rendering.document_id == Document.id)).all())


def test_without_an_object_store_the_bytes_lie_in_the_database(papers: Scene) -> None:
    tasks.documents.render_papers()
    assert set(in_database().values()) == {True}
    assert load() == {number: b"%PDF-1.7 " + number.encode() for number in renderings()}
    one = renderings()["FT-2026-000001"]
    assert (one.location, one.size) == (None, len(b"%PDF-1.7 FT-2026-000001"))


def test_with_one_they_lie_there_and_the_row_says_where(papers: Scene, outside: Bucket) -> None:
    tasks.documents.render_papers()
    assert set(in_database().values()) == {False}
    found = renderings()
    for number, row in found.items():
        assert row.sha256 is not None
        assert row.location == f"s3://{outside.name}/papers/{row.sha256[:2]}/{row.sha256[2:4]}/{row.sha256}.pdf"
        assert row.size == len(b"%PDF-1.7 " + number.encode())
    assert len(outside.keys()) == len(found) == 10
    assert load() == {number: b"%PDF-1.7 " + number.encode() for number in found}


def test_bytes_are_in_the_store_before_the_row_says_so(
    papers: Scene, fake: FakeObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    store = documents.store

    def look(*arguments: object) -> bool:
        seen.append(bytes(arguments[2]) in fake.objects.values())  # type: ignore[call-overload]
        return store(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(documents, "store", look)
    tasks.documents.render_papers()
    assert seen == [True] * 10


def test_a_worker_that_dies_between_store_and_row_leaves_an_object_that_the_next_try_takes_up(
    papers: Scene, fake: FakeObjects, time: Clock
) -> None:
    with unit_of_work() as session:
        jobs = documents.claim(session)
    for job in jobs:
        document_bytes.put_away(pdf_of(job.paper))
    # … and here it dies. Its lease ends.
    time.advance(int(documents.LEASE.total_seconds()) + 1)
    tasks.documents.render_papers()
    assert len(fake.objects) == 10
    assert {row.state for row in renderings().values()} == {RenderingState.DONE}


def test_a_store_that_is_away_spends_no_attempts_and_parks_nothing(
    papers: Scene, fake: FakeObjects, time: Clock
) -> None:
    fake.trouble = Transient("the object store is away")
    for _ in range(documents.ATTEMPTS + 2):
        for _ in range(-(-10 // documents.BATCH)):
            with pytest.raises(Transient):
                tasks.documents.render_papers()
        time.advance(60)
    rows = renderings().values()
    assert {(row.state, row.attempts, row.leased_until) for row in rows} == {(RenderingState.DUE, 0, None)}
    assert {row.last_error for row in rows} == {"Transient: the object store is away"}
    fake.trouble = None
    tasks.documents.render_papers()
    assert {row.state for row in renderings().values()} == {RenderingState.DONE}
    assert {row.last_error for row in renderings().values()} == {None}


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"])
def test_missing_credentials_are_no_papers_fault(
    name: str, papers: Scene, outside: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(Transient, match="set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        tasks.documents.render_papers()
    assert {(row.state, row.attempts) for row in renderings().values()} == {(RenderingState.DUE, 0)}


def test_what_one_gives_back_is_not_taken_from_another_who_holds_it_now(papers: Scene, time: Clock) -> None:
    with unit_of_work() as session:
        late = documents.claim(session)
    time.advance(int(documents.LEASE.total_seconds()) + 1)
    with unit_of_work() as session:
        documents.claim(session, limit=50)  # those that nobody has tried
        (again,) = documents.claim(session)
    with unit_of_work() as session:
        documents.give_back(session, late, "the store is away")
        held = session.get_one(Rendering, again.document_id)
        assert (held.attempts, held.last_error) == (2, None)
        assert held.leased_until is not None


def test_a_deleted_object_is_a_defect_that_names_the_paper(papers: Scene, outside: Bucket) -> None:
    tasks.documents.render_papers()
    location = renderings()["FT-2026-000003"].location
    assert location is not None
    outside.remove(location)
    with pytest.raises(Defect, match=rf"^the bytes of FT-2026-000003 are missing \({location}\)$"):
        load()
    assert load("FT-2026-000004") == {"FT-2026-000004": b"%PDF-1.7 FT-2026-000004"}


def test_other_bytes_in_the_store_are_a_defect_that_names_the_paper(papers: Scene, outside: Bucket) -> None:
    tasks.documents.render_papers()
    location = renderings()["FT-2026-000003"].location
    assert location is not None
    outside.overwrite(location, b"%PDF-1.7 an invoice about more")
    with pytest.raises(Defect, match=r"^the bytes of FT-2026-000003 are not those that were stored first"):
        load()


def test_other_bytes_in_the_database_are_a_defect_too(papers: Scene, clean_database: str) -> None:
    tasks.documents.render_papers()
    with psycopg.connect(clean_database) as connection:
        connection.execute("SET session_replication_role = replica")  # past the trigger that refuses it
        connection.execute("UPDATE rendering SET pdf = pdf || 'x'::bytea WHERE document_id = 3")
        connection.execute("UPDATE rendering SET pdf = NULL WHERE document_id = 4")
    with pytest.raises(Defect, match=r"^the bytes of FT-2026-000003 are not those .*\(in the database\)$"):
        load("FT-2026-000003")
    with pytest.raises(Defect, match=r"^the bytes of FT-2026-000004 are missing"):
        load("FT-2026-000004")
    with unit_of_work() as session:
        assert document_bytes.flaws(session, range(1, 11)) == {3: Flaw.OTHER, 4: Flaw.MISSING}


def test_a_store_that_is_away_is_no_defect(papers: Scene, fake: FakeObjects) -> None:
    tasks.documents.render_papers()
    fake.trouble = Transient("the object store is away")
    with pytest.raises(Transient, match="is away"):
        load()


def test_papers_in_a_store_that_nobody_names_any_more_are_not_missing(
    papers: Scene, outside: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.documents.render_papers()
    monkeypatch.delenv("PARTNERSHOP_OBJECTS_URL")
    config.cache_clear()
    with pytest.raises(Transient, match=f"papers lie at s3://{outside.name}/papers, but PARTNERSHOP_OBJECTS_URL is"):
        load()


def test_papers_stay_readable_where_they_are_when_another_bucket_is_named(
    papers: Scene, outside: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.documents.render_papers()
    before = load()
    monkeypatch.setenv("PARTNERSHOP_OBJECTS_URL", f"s3://another/prefix?endpoint={outside.endpoint}")
    config.cache_clear()
    assert load() == before


def test_flaws_are_found_wherever_the_bytes_lie(papers: Scene, outside: Bucket) -> None:
    tasks.documents.render_papers()
    rows = renderings()
    gone, other = rows["FT-2026-000002"], rows["FT-2026-000005"]
    assert gone.location is not None and other.location is not None
    outside.remove(gone.location)
    outside.overwrite(other.location, b"%PDF-1.7 other")
    with unit_of_work() as session:
        ids = [row.document_id for row in rows.values()]
        found = document_bytes.flaws(session, ids)
    assert found == {gone.document_id: Flaw.MISSING, other.document_id: Flaw.OTHER}


def test_a_paper_that_is_not_rendered_has_no_bytes_and_no_flaw(papers: Scene, fake: FakeObjects) -> None:
    assert load() == {}
    with unit_of_work() as session:
        assert document_bytes.flaws(session, range(1, 11)) == {}
        assert document_bytes.examine(session, range(1, 11)).contents == {}


# The guard in the database


@pytest.mark.parametrize(
    "change",
    [
        "pdf = pdf || 'x'::bytea",
        "pdf = NULL",
        "pdf = NULL, location = 's3://papers/ab/cd/another-hash.pdf'",
        "location = 's3://papers/ab/cd/another-hash.pdf'",
        "sha256 = 'another-hash'",
        "sha256 = NULL",
    ],
)
def test_the_database_refuses_other_bytes(change: str, papers: Scene, clean_database: str) -> None:
    tasks.documents.render_papers()
    with psycopg.connect(clean_database) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(f"UPDATE rendering SET {change} WHERE document_id = 3")


def test_the_database_refuses_other_bytes_when_they_come_back(
    papers: Scene, fake: FakeObjects, clean_database: str
) -> None:
    tasks.documents.render_papers()
    with psycopg.connect(clean_database) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("UPDATE rendering SET pdf = 'other', location = NULL WHERE document_id = 3")
    with psycopg.connect(clean_database) as connection:
        connection.execute(
            "UPDATE rendering SET pdf = %s, location = NULL WHERE document_id = 3", (b"%PDF-1.7 FT-2026-000003",)
        )
    assert load("FT-2026-000003") == {"FT-2026-000003": b"%PDF-1.7 FT-2026-000003"}


# Moving


def move(to: Place, batches: int = 100) -> int:
    """Move as the command does, so many batches; how many papers were moved."""
    moved = after = 0
    for _ in range(batches):
        with unit_of_work() as session:
            picked = document_moving.pick(session, to, after)
        if picked is None:
            break
        locations = document_moving.copy_out(picked.contents) if to is Place.OBJECTS else {}
        with unit_of_work() as session:
            document_moving.note_outside(session, locations)
            if to is Place.DATABASE:
                document_moving.take_in(session, picked.contents)
        moved, after = moved + len(picked.contents), picked.last
    return moved


def test_what_was_interrupted_goes_on_where_it_was(
    papers: Scene, fake: FakeObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_moving, "BATCH", 4)
    with pytest.MonkeyPatch.context() as none:
        none.delenv("PARTNERSHOP_OBJECTS_URL")
        config.cache_clear()
        tasks.documents.render_papers()
    config.cache_clear()
    assert move(Place.OBJECTS, batches=1) == 4
    assert sorted(in_database().values()) == [False] * 4 + [True] * 6
    assert move(Place.OBJECTS) == 6
    assert set(in_database().values()) == {False}
    assert len(load()) == len(fake.objects) == 10
    assert move(Place.OBJECTS) == 0
    assert move(Place.DATABASE) == 10
    assert set(in_database().values()) == {True}
    assert {row.location for row in renderings().values()} == {None}
    assert len(load()) == 10


def test_a_store_that_does_not_keep_what_it_gets_loses_nothing(papers: Scene, fake: FakeObjects) -> None:
    with pytest.MonkeyPatch.context() as none:
        none.delenv("PARTNERSHOP_OBJECTS_URL")
        config.cache_clear()
        tasks.documents.render_papers()
    config.cache_clear()
    fake.get = lambda sha256: b"torn"  # type: ignore[method-assign]
    with pytest.raises(Defect, match="gives back other bytes"):
        move(Place.OBJECTS)
    assert set(in_database().values()) == {True}


def test_there_is_nowhere_to_move_to_without_a_store(papers: Scene) -> None:
    with unit_of_work() as session, pytest.raises(Refused, match="set PARTNERSHOP_OBJECTS_URL"):
        document_moving.left(session, Place.OBJECTS)
