"""The checks of the SdI that no schema makes, each seen on a paper of ours with one thing changed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from papers import CHIARA, charge, line
from sdi import put_text, rules_broken, schema_errors, sdi_paper, without, written

from partnershop.documents import fatturapa
from partnershop.documents.fatturapa import words
from partnershop.documents.fatturapa.forms import FORMS
from partnershop.documents.paper import Allowance, Paper, PaperKind, Reference
from partnershop.documents.unreadable import Unreadable

INVOICE = Reference("FT-2026-000012", date(2026, 3, 9))
EXEMPT = line(3, "90.00", rate="0", vat_category="E", vat_exemption="Esente art. 10 DPR 633/72")
LINES = (line(1, "10.00", quantity=3, allowances=[Allowance(100, "Macchie", "R-1")]), charge(2), EXEMPT)
Change = Callable[[etree._Element], object]


def credit_note() -> Paper:
    """A credit note with an exempt line, so that everything has something to be wrong."""
    lines = tuple(replace(row, origin_position=row.position) for row in LINES)
    return sdi_paper(lines, kind=PaperKind.REVERSAL, refers_to=INVOICE, issue_date=date(2026, 3, 12))


def put(path: str, text: str) -> Change:
    """Another text at `path`."""
    return lambda root: put_text(root, path, text)


def drop(path: str) -> Change:
    """Without what is at `path`."""
    return lambda root: without(root, path)


def add(path: str, name: str, text: str) -> Change:
    """A new element before the one at `path`."""

    def change(root: etree._Element) -> None:
        found = root.find(f".//{path}")
        assert found is not None
        new = etree.Element(name)
        new.text = text
        found.addprevious(new)

    return change


def append(path: str, name: str, text: str) -> Change:
    """A new element at the end of the one at `path`."""

    def change(root: etree._Element) -> None:
        found = root.find(f".//{path}")
        assert found is not None
        etree.SubElement(found, name).text = text

    return change


def both(*changes: Change) -> Change:
    """Several changes."""
    return lambda root: [change(root) for change in changes]


ROW = "DatiRiepilogo"
LINE = "DettaglioLinee"
# DettaglioLinee[3] and DatiRiepilogo[2] are the exempt ones.
SDI_CHECKS: list[tuple[str, Change]] = [
    ("00301", put("CedentePrestatore//IdCodice", "98765430215")),
    ("00302", put("CedentePrestatore//CodiceFiscale", "98765430215")),
    ("00305", put("CessionarioCommittente//IdCodice", "12345670018")),
    ("00306", put("CessionarioCommittente//CodiceFiscale", "12345670018")),
    ("00400", drop(f"{LINE}[3]/Natura")),
    ("00401", add(f"{LINE}[1]/AltriDatiGestionali", "Natura", "N4")),
    ("00417", both(drop("CessionarioCommittente//IdFiscaleIVA"), drop("CessionarioCommittente//CodiceFiscale"))),
    ("00418", put("DatiFattureCollegate/Data", "2026-03-13")),
    ("00421", put(f"{ROW}[1]/Imposta", "8.14")),
    ("00421", put(f"{ROW}[1]/Imposta", "8.10")),
    ("00421", put(f"{ROW}[2]/Imposta", "0.01")),
    ("00422", put(f"{ROW}[1]/ImponibileImporto", "38.00")),
    ("00423", put(f"{LINE}[1]/PrezzoTotale", "29.02")),
    ("00423", put(f"{LINE}[1]//ScontoMaggiorazione/Importo", "1.00")),  # of the line, not of a piece
    ("00423", put(f"{LINE}[2]/Quantita", "2.00")),
    ("00423", put(f"{LINE}[2]/PrezzoUnitario", "7.88")),
    ("00423", put(f"{LINE}[1]//ScontoMaggiorazione/Tipo", "MG")),
    ("00425", put("Numero", "FT-ABC")),
    ("00426", both(put("CodiceDestinatario", "ABC1234"), append("DatiTrasmissione", "PECDestinatario", "a@b.example"))),
    ("00427", put("CodiceDestinatario", "ABC123")),
    ("00429", drop(f"{ROW}[2]/Natura")),
    ("00430", add(f"{ROW}[1]/ImponibileImporto", "Natura", "N4")),
    ("00438", drop(f"{LINE}[1]//ScontoMaggiorazione/Importo")),
    ("00443", put(f"{ROW}[1]/AliquotaIVA", "21.00")),
    ("00443", drop(f"{LINE}[3]")),
    ("00444", put(f"{ROW}[2]/Natura", "N2.2")),
    ("00444", put(f"{LINE}[3]/Natura", "N2.2")),
    ("00445", put("Natura", "N2")),
    ("00445", put("Natura", "N3")),
    ("00445", put("Natura", "N6")),
]  # fmt: skip
OUR_RULES: list[tuple[str, Change]] = [
    ("P-IT-BASE", put(f"{ROW}[1]/ImponibileImporto", "36.91")),
    ("P-IT-BASE", put(f"{LINE}[1]/PrezzoTotale", "29.01")),  # which 00422 and 00423 forgive
    ("P-IT-TOTAL", put("ImportoTotaleDocumento", "135.03")),
    ("P-IT-TOTAL", put(f"{ROW}[1]/Imposta", "8.13")),  # which 00421 forgives
    ("P-IT-SIGN", put("ImportoTotaleDocumento", "-135.02")),
    ("P-IT-SIGN", put(f"{LINE}[2]/PrezzoTotale", "-7.90")),
    ("P-IT-SIGN", put(f"{ROW}[2]/ImponibileImporto", "-90.00")),
    ("P-IT-DISCOUNT", put(f"{LINE}[1]//ScontoMaggiorazione/Importo", "-0.33333333")),
    ("P-IT-REFERENCE", drop("DatiFattureCollegate")),
    ("P-IT-REFERENCE", drop("DatiFattureCollegate/Data")),
    ("P-IT-CURRENCY", put("Divisa", "CHF")),
    ("P-IT-TEXT", put("CessionarioCommittente//Denominazione", "?? & ??")),
    ("P-IT-TEXT", put("CedentePrestatore//Comune", "???")),
    ("P-IT-TEXT", put(f"{LINE}[1]/Descrizione", "?; ?")),
    ("P-IT-NUMBER", put("Numero", "FT-2026-0000000000012")),
    ("P-IT-CAP", put("CessionarioCommittente//CAP", "2012")),
    ("P-IT-REGIME", put("RegimeFiscale", "RF03")),
    ("P-IT-NATURE", put("Natura", "N8")),
    ("P-IT-STRUCTURE", drop("DatiBeniServizi")),
    ("P-IT-STRUCTURE", drop("Sede/Comune")),
    ("P-IT-RATE", put("AliquotaIVA", "22")),
    ("P-IT-DATE", put("DatiGeneraliDocumento/Data", "2026-13-32")),
    ("P-IT-CODE", put("TipoDocumento", "TD99")),
    ("P-IT-LATIN", put("CessionarioCommittente//Denominazione", "Łódź")),
    ("P-IT-ID", put("CedentePrestatore//CodiceFiscale", "987")),
    ("P-IT-RECIPIENT", put("CodiceDestinatario", "abc1234")),
    ("P-IT-PROVINCE", put("CedentePrestatore//Provincia", "Bologna")),
    ("P-IT-COUNTRY", put("CedentePrestatore//Nazione", "ITA")),
    ("P-IT-AMOUNT", put(f"{LINE}[1]/PrezzoUnitario", "10,00")),
    ("P-IT-LINES", put(f"{LINE}[1]/NumeroLinea", "10000")),
    ("P-IT-FORM", put("ProgressivoInvio", "12345678901")),
    ("P-IT-FILE", put("ProgressivoInvio", "100000")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "change"), SDI_CHECKS)
def test_the_checks_of_the_sdi_that_the_schema_lets_through(rule: str, change: Change) -> None:
    root = written(credit_note())
    assert rules_broken(root) == set()
    change(root)
    assert schema_errors(root) == []
    assert rule in rules_broken(root)


@pytest.mark.parametrize(("rule", "change"), OUR_RULES)
def test_our_own_rules(rule: str, change: Change) -> None:
    root = written(credit_note())
    change(root)
    assert rule in rules_broken(root)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("P-IT-PAYMENT", put("ImportoPagamento", "135.03")),
        ("P-IT-SIGN", put("ImportoPagamento", "-1.00")),
        ("P-IT-IBAN", put("IBAN", "IT61X0542811101000000123456")),
        ("P-IT-PEC", append("DatiTrasmissione", "PECDestinatario", "Anna <a@pec.example>")),
    ],
)
def test_rules_on_payment_and_mail(rule: str, change: Change) -> None:
    root = written(sdi_paper(LINES))
    change(root)
    assert rule in rules_broken(root)


@pytest.mark.parametrize(
    ("found", "rule"),
    [("8.12", None), ("8.13", "P-IT-TOTAL"), ("8.11", "P-IT-TOTAL"), ("8.14", "00421")],
)
def test_a_cent_of_vat_is_forgiven_by_the_sdi_two_are_not(found: str, rule: str | None) -> None:
    assert rules_broken(put_text(written(credit_note()), f"{ROW}[1]/Imposta", found)) >= ({rule} if rule else set())
    assert ("00421" in rules_broken(put_text(written(credit_note()), f"{ROW}[1]/Imposta", found))) == (rule == "00421")


def test_category_z_has_no_natura_and_is_refused() -> None:
    made = sdi_paper([line(1, "90.00", rate="0", vat_category="Z")])
    assert rules_broken(fatturapa.write(made)) == {"00400", "00429"}


def test_reverse_charge_without_a_natura_of_the_shops_choice_is_refused() -> None:
    made = sdi_paper([line(1, "90.00", rate="0", vat_category="AE")], sdi={"natures": {"E": "N4"}})
    assert rules_broken(fatturapa.write(made)) == {"00400", "00429"}


def test_a_file_beyond_the_last_name_is_refused() -> None:
    names = (fatturapa.file_name("98765430214", number) for number in (36**5 - 1, 36**5))
    assert [rules_broken(fatturapa.write(sdi_paper(sdi={"file_name": name}))) for name in names] == [
        set(), {"P-IT-FILE"},
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["FT-2026-0000000000012", "FÀ-2026-000012", "€1"])
def test_a_number_that_does_not_fit_is_refused_and_not_changed(number: str) -> None:
    assert "P-IT-NUMBER" in rules_broken(fatturapa.write(sdi_paper(number=number)))


def test_more_lines_than_can_be_numbered_are_refused() -> None:
    assert "P-IT-LINES" in rules_broken(fatturapa.write(sdi_paper([line(10_000)])))


def test_a_name_in_a_script_that_latin_1_lacks_is_refused() -> None:
    buyer = replace(CHIARA, company="شركة الطباعة")
    assert rules_broken(fatturapa.write(sdi_paper(buyer=buyer))) == {"P-IT-TEXT"}


@pytest.mark.parametrize("xml", [b"", b"<a/>", b"%PDF-1.7", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\x00"])
def test_what_is_no_fatturapa_is_refused_and_cannot_be_read(xml: bytes) -> None:
    assert rules_broken(xml) in ({"P-IT-XML"}, {"P-IT-STRUCTURE"})
    with pytest.raises(Unreadable):
        fatturapa.read(xml)


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "1e999999999", "1e-999999999", "٢٢", "", "x"])
def test_figures_that_are_none_are_refused(figure: str) -> None:
    for path in ("PrezzoTotale", "Imposta", "ImportoTotaleDocumento", "Quantita", "AliquotaIVA"):
        root = put_text(written(credit_note()), path, figure)
        assert rules_broken(root) & {"P-IT-AMOUNT", "P-IT-RATE"}
        with pytest.raises(Unreadable):
            fatturapa.read(etree.tostring(root))


def test_the_longest_figures_are_calculated_with() -> None:
    root = written(credit_note())
    for path in ("PrezzoUnitario", "Quantita", "PrezzoTotale", "ImponibileImporto", "Imposta"):
        put_text(root, path, "9" * 20 + "." + "9" * 20)
    assert {"P-IT-AMOUNT", "00421", "00422", "00423"} <= rules_broken(root)


def test_a_file_of_several_invoices_is_not_read() -> None:
    root = written(credit_note())
    root.append(etree.fromstring(etree.tostring(root[1])))
    assert schema_errors(root) == [] and rules_broken(root) == {"P-IT-XML"}


def test_a_file_of_a_stranger_with_percentages_and_rounding_passes() -> None:
    root = written(credit_note())
    discount = root.find(f".//{LINE}[1]/ScontoMaggiorazione")
    assert discount is not None
    discount[1].tag, discount[1].text = "Percentuale", "3.33"
    put_text(root, f"{LINE}[1]/PrezzoTotale", "29.001")
    assert schema_errors(root) == [] and rules_broken(root) == set()


# The words


def test_every_rule_has_a_sentence_in_three_languages_of_the_same_values() -> None:
    folder = Path(fatturapa.__file__).parent
    used = {form.rule for form in FORMS.values()}
    for path in folder.glob("*.py"):
        if not path.name.startswith("words"):
            used |= set(re.findall(r'"(P-IT-[A-Z]+|0[0-9]{4})"', path.read_text(encoding="utf-8")))
    assert used - {"00000"} == set(words.WORDS)
    for rule, sentences in words.WORDS.items():
        assert set(sentences) == {"it", "de", "en"}, rule
        assert len({frozenset(re.findall(r"\{(\w+)\}", text)) for text in sentences.values()}) == 1, rule
        assert len(set(sentences.values())) == 3, rule


@pytest.mark.parametrize(("rule", "change"), SDI_CHECKS + OUR_RULES)
def test_each_breach_has_the_values_of_its_sentence(rule: str, change: Change) -> None:
    root = written(credit_note())
    change(root)
    for breach in fatturapa.breaches(etree.tostring(root)):
        for sentence in words.WORDS[breach.rule].values():
            assert "{" not in sentence.format(**breach.values, where=breach.where)
        assert all(len(value) <= 100 for value in breach.values.values())


def test_what_a_stranger_wrote_is_shown_cut() -> None:
    root = written(credit_note())
    for path in ("Numero", "Natura", "NumeroLinea", "CodiceDestinatario", "Denominazione", "Divisa", "IdDocumento"):
        put_text(root, path, "?" * 10_000)
    for breach in fatturapa.breaches(etree.tostring(root)):
        assert len(breach.where) <= 200 and all(len(value) <= 100 for value in breach.values.values())


def test_the_figures_of_the_example() -> None:
    read = fatturapa.read(fatturapa.write(credit_note()))
    assert [(row.base, row.tax) for row in read.taxes] == [(Decimal("36.90"), Decimal("8.12")), (90, 0)]
    assert read.total == Decimal("135.02")
