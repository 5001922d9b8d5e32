"""Papers of the recorded stream pass rules, XSD, Schematron, PDF/A and PDF/UA, and a strange library reads them."""

import hashlib
from collections import Counter

import pytest
from checking_papers import failures
from recorded_product import Books

from partnershop.documents.paper import Paper, PaperKind

pytestmark = pytest.mark.xdist_group("recorded stream")

SAMPLE = 200
PARTS = 4


def chosen(issued: list[Paper]) -> list[Paper]:
    """Half of them corrections as far as there are any, by the hash of their order and kind: always the same ones.

    Not by their numbers: workers that issue side by side decide which paper gets which.
    """

    def place(paper: Paper) -> bytes:
        return hashlib.sha256(f"{paper.order} {paper.kind}".encode()).digest()

    def drawn(kinds: set[PaperKind], count: int) -> list[Paper]:
        return sorted((paper for paper in issued if paper.kind in kinds), key=place)[:count]

    corrections = drawn({PaperKind.REVERSAL, PaperKind.REDUCED_INVOICE}, SAMPLE // 2)
    return corrections + drawn({PaperKind.INVOICE}, SAMPLE - len(corrections))


def test_every_order_of_the_stream_has_its_papers(in_order: Books) -> None:
    kinds = Counter(paper.kind for paper in in_order.papers)
    assert kinds == {PaperKind.INVOICE: 830, PaperKind.REVERSAL: 58, PaperKind.REDUCED_INVOICE: 32}


@pytest.mark.parametrize("part", range(PARTS))
def test_a_sample_of_200_papers_passes_everything(in_order: Books, part: int) -> None:
    sample = chosen(in_order.papers)
    assert len(sample) == SAMPLE and len({paper.number for paper in sample}) == SAMPLE
    assert [failure for paper in sample[part::PARTS] for failure in failures(paper)] == []
