"""Papers of the recorded stream pass rules, XSD, Schematron, PDF/A and PDF/UA, and a strange library reads them."""

import hashlib
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from checking_papers import failures
from recorded_papers import issue_recorded, papers, working_on

from partnershop.db import migrate
from partnershop.documents.paper import Paper, PaperKind

pytestmark = pytest.mark.xdist_group("recorded papers")

SAMPLE = 200
PARTS = 4


@pytest.fixture(scope="module")
def issued(database_url: str) -> Iterator[list[Paper]]:
    """All papers of the stream."""
    server, _, run = database_url.rpartition("/")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {run}_papers WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {run}_papers")
    migrate(f"{server}/{run}_papers")
    with working_on(f"{server}/{run}_papers"):
        issue_recorded()
        yield papers()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {run}_papers WITH (FORCE)")


def chosen(issued: list[Paper]) -> list[Paper]:
    """Half of them corrections as far as there are any, by the hash of their numbers: always the same ones."""

    def drawn(kinds: set[PaperKind], count: int) -> list[Paper]:
        of_kinds = [paper for paper in issued if paper.kind in kinds]
        return sorted(of_kinds, key=lambda paper: hashlib.sha256(paper.number.encode()).digest())[:count]

    corrections = drawn({PaperKind.REVERSAL, PaperKind.REDUCED_INVOICE}, SAMPLE // 2)
    return corrections + drawn({PaperKind.INVOICE}, SAMPLE - len(corrections))


def test_every_order_of_the_stream_has_its_papers(issued: list[Paper]) -> None:
    kinds = Counter(paper.kind for paper in issued)
    assert kinds == {PaperKind.INVOICE: 830, PaperKind.REVERSAL: 58, PaperKind.REDUCED_INVOICE: 32}


@pytest.mark.parametrize("part", range(PARTS))
def test_a_sample_of_200_papers_passes_everything(issued: list[Paper], part: int) -> None:
    sample = chosen(issued)
    assert len(sample) == SAMPLE and len({paper.number for paper in sample}) == SAMPLE
    assert [failure for paper in sample[part::PARTS] for failure in failures(paper)] == []
