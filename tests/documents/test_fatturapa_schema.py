"""There is no schema at run time: whatever the official one refuses in XML of our writing, the rules refuse too."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from papers import CHIARA, LONG_NAMES, charge, line, reduced
from sdi import XS, for_sdi, rules_broken, schema_document, schema_errors, sdi_paper, written

from partnershop.documents import fatturapa
from partnershop.documents.fatturapa import structure
from partnershop.documents.fatturapa.forms import FORMS
from partnershop.documents.fatturapa.grammar import ROOT, SEQUENCES
from partnershop.documents.paper import Allowance, Paper, PaperKind, Reference

INVOICE = Reference("FT-2026-000012", date(2026, 3, 9))
PERSON = replace(CHIARA, company=None, vat_id=None, name="Mario Rossi", tax_code="RSSMRA85T10A562S")
WITHOUT_VAT = (
    line(1, "90.00", rate="0", vat_category="E", vat_exemption="Esente art. 10 DPR 633/72"),
    charge(2, "7.90", "0"),
)


def reversal() -> Paper:
    """A credit note over two lines, one with a discount too large to be told per unit."""
    lines = (
        line(1, "0.0475", quantity=90_000_000, allowances=[Allowance(100_001, "Fogli strappati", "R-9")],
             origin_position=2),
        charge(2, "7.90"),
    )  # fmt: skip
    return sdi_paper(lines, kind=PaperKind.REVERSAL, refers_to=INVOICE, number="NC-2026-000001", reason="Annullato")


SAMPLES: dict[str, Callable[[], Paper]] = {
    "invoice": lambda: sdi_paper(due_date=date(2026, 3, 23), sdi={"recipient_code": "0000000", "pec": "a@pec.example"}),
    "reduced": lambda: for_sdi(reduced()),
    "reversal": reversal,
    "stamped": lambda: sdi_paper(WITHOUT_VAT, buyer=PERSON),
    "abroad": lambda: sdi_paper(buyer=LONG_NAMES),
}
NASTY = (
    "", " ", "x", "0", "1", "-1", "1.0", "1.00", "-1.00", "1.123", "1.12345678", "1.123456789", "1,00", "1e3", "+1.00",
    "123456789012.00", "100.00", "100.01", "022.00", "99999", "00000", "10000", "0000", "IT", "it", "I", "ITA", "EUR",
    "SI", "NO", "RF01", "RF03", "RF20", "RF21", "TD01", "TD04", "TD07", "TD29", "TD30", "N2", "N2.1", "N3.7", "N6.9",
    "N8", "MP05", "MP23", "MP24", "TP02", "TP04", "SC", "MG", "AC", "I", "D", "S", "FPR12", "FPA12", "FSM10",
    "0000000", "000000", "00000", "abcdefg", "XXXXXXX", "a@b.example", "a@b", "@b.example", "a b@c.example",
    "2026-03-09", "2026-02-30", "2026-3-9", "20260309", "1969-12-31", "1970-01-01", "2026-03-09Z", "2026-03-09+01:00",
    "RSSMRA85T10A562S", "rssmra85t10a562s", "12345678901", "IT60X0542811101000000123456", "IT60 X054 2811",
    "è", "Ł", "€", " 1.00 ", "\t22.00\n", " IT ", "a\tb", "a\nb", "x" * 10, "x" * 11, "x" * 20,
    "x" * 21, "x" * 28, "x" * 29, "x" * 60,
    "x" * 61, "x" * 80, "x" * 81, "x" * 100, "x" * 101, "è" * 200, "è" * 201, "x" * 1000, "x" * 1001, "\u0100" * 3,
    "\x7f\x80\xff", "a@" + "b" * 300 + ".example",
)  # fmt: skip


def texts(root: etree._Element) -> Iterator[etree._Element]:
    """Each kind of text in the tree, replaced by one nasty text after the other; the tree is one and the same."""
    seen = set()
    for element in root.iter():
        parent = element.getparent()
        kind = (element.tag, None if parent is None else parent.tag)
        if len(element) or kind in seen:
            continue
        seen.add(kind)
        before = element.text
        for text in NASTY:
            # The schema gives an empty Nazione the value IT; we take none for that.
            if element.tag == "Nazione" and not text:
                continue
            element.text = text
            yield root
        element.text = before


def trees(root: etree._Element) -> Iterator[etree._Element]:
    """Copies of the tree with one element dropped, doubled, moved, renamed, or given what it must not have."""
    changes = (drop, double, move, rename, fill, add_words, add_attribute)
    for place, element in enumerate(root.iter()):
        if any(earlier.tag == element.tag for earlier in element.itersiblings(preceding=True)):
            continue
        for change in changes:
            spoilt = copy.deepcopy(root)
            change(list(spoilt.iter())[place])
            yield spoilt


def drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def double(element: etree._Element) -> None:
    element.addnext(copy.deepcopy(element)) if element.getparent() is not None else None


def move(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.append(element) if parent[-1] is not element else parent.insert(0, element)


def rename(element: etree._Element) -> None:
    element.tag = "Nota"


def fill(element: etree._Element) -> None:
    etree.SubElement(element, "Nota").text = "1"


def add_words(element: etree._Element) -> None:
    element.tail = "parole"


def add_attribute(element: etree._Element) -> None:
    element.set("nota", "1")


@pytest.mark.parametrize("name", ["invoice", "reversal", "stamped"])
def test_the_rules_and_the_schema_say_the_same_of_every_text(name: str) -> None:
    root = written(SAMPLES[name]())
    assert schema_errors(root) == [] and structure.breaches(root) == []
    refused = 0
    for spoilt in texts(root):
        by_schema, ours = schema_errors(spoilt), structure.breaches(spoilt)
        refused += bool(ours)
        assert bool(by_schema) == bool(ours), (by_schema, ours)
    assert refused > 1000


@pytest.mark.parametrize("name", SAMPLES)
def test_the_rules_and_the_schema_say_the_same_of_every_structure(name: str) -> None:
    refused = 0
    for spoilt in trees(written(SAMPLES[name]())):
        by_schema, ours = schema_errors(spoilt), structure.breaches(spoilt)
        refused += bool(ours)
        assert bool(by_schema) == bool(ours), (by_schema, ours, etree.tostring(spoilt))
    assert refused > 200


# The parts of the schema that no paper of ours has


def types_of_the_schema() -> dict[str, etree._Element]:
    """The complex types of the official schema, by name."""
    return {str(found.get("name")): found for found in schema_document().findall(f"{XS}complexType")}


def compare(of_schema: etree._Element, ours: str, seen: set[str]) -> None:
    """That a type of the schema and ours have the same elements, as often; and the types of these."""
    if ours in seen:
        return
    seen.add(ours)
    sequence = SEQUENCES[ours]
    elements = list(of_schema.iter(f"{XS}element"))
    names = [str(found.get("name") or "Signature") for found in elements]
    assert list(sequence.types) == names, ours
    # Where there is a choice, one of the two.
    kept = [found for found in elements if found.get("name") not in ("Nome", "Cognome") or "Denominazione" not in names]
    for place, found in enumerate(kept):
        others = [[str(other.get("name") or "Signature")] for other in kept]
        for times in range(3):
            some = [*others[:place], others[place] * times, *others[place + 1 :]]
            least, most = int(found.get("minOccurs", "1")), found.get("maxOccurs", "1")
            allowed = least <= times and (most == "unbounded" or times <= int(most))
            if found.get("name") == "Denominazione":
                allowed = times == 1
            fits = sequence.pattern.fullmatch("".join(f"{name} " for names in some for name in names)) is not None
            assert fits == allowed, (ours, found.get("name"), times)
    types = types_of_the_schema()
    for found, name in zip(elements, names, strict=True):
        below, child = types.get(str(found.get("type"))), sequence.types[name]
        assert (below is not None) == (child in SEQUENCES), (ours, name)
        assert below is not None or child in FORMS or name == "Signature", (ours, name)
        if below is not None:
            compare(below, child, seen)


def test_our_grammar_is_that_of_the_schema() -> None:
    seen: set[str] = set()
    compare(types_of_the_schema()["FatturaElettronicaType"], ROOT, seen)
    assert seen == set(SEQUENCES)
    assert set(FORMS) == {kind for name in seen for kind in SEQUENCES[name].types.values()} - {*SEQUENCES, "Signature"}


# Any paper


@st.composite
def papers_of_any_lines(draw: st.DrawFn) -> Paper:
    """An invoice or credit note of up to six lines with up to three allowances each, in up to three rates."""
    lines = []
    for position in range(1, draw(st.integers(1, 6)) + 1):
        price = Decimal(draw(st.integers(0, 10**7))).scaleb(-4)
        quantity = draw(st.integers(1, 10) | st.integers(1, 10**7))
        made = line(
            position, str(price), quantity=quantity, rate=draw(st.sampled_from(["22", "10", "5.5", "0"])),
            is_charge=draw(st.booleans()), description=draw(st.text(max_size=50)), origin_position=position,
        )  # fmt: skip
        left, allowances = made.price_net, []
        for number in range(draw(st.integers(0, 3))):
            if left:
                amount = draw(st.integers(1, left))
                allowances.append(Allowance(amount, draw(st.text(max_size=80)), f"R-{number}"))
                left -= amount
        lines.append(replace(made, allowances=tuple(allowances), net=left))
    kind = draw(st.sampled_from([PaperKind.INVOICE, PaperKind.REVERSAL]))
    buyer = replace(CHIARA, name=draw(st.text(max_size=100)), company=None, city=draw(st.text(max_size=80)))
    return sdi_paper(lines, kind=kind, refers_to=INVOICE, reason=draw(st.text(max_size=500)), buyer=buyer)


@settings(max_examples=150, deadline=None)
@given(papers_of_any_lines())
def test_a_paper_of_any_lines_and_words_adds_up_and_holds_the_schema(given: Paper) -> None:
    xml = fatturapa.write(given)
    assert schema_errors(xml) == []
    # Names of nothing but signs are for a person to look at.
    assert rules_broken(xml) <= {"P-IT-TEXT"}
    read = fatturapa.read(xml)
    assert read.total == Decimal(given.gross).scaleb(-2)
    assert sum(row.total for row in read.lines) == read.net == Decimal(given.net).scaleb(-2)
    assert fatturapa.write(given) == xml
