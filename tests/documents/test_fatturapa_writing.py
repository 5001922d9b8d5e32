"""Papers of an Italian seller as FatturaPA: every kind, category and buyer holds the schema, and says what it must."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from papers import AURORA, CHIARA, LONG_NAMES, charge, line, paper, reduced
from sdi import for_sdi, rules_broken, schema_errors, sdi_paper, written

from partnershop.documents import fatturapa
from partnershop.documents.paper import Allowance, Paper, PaperKind, PaperTax, Party, Reference
from partnershop.errors import Defect

INVOICE = Reference("FT-2026-000012", date(2026, 3, 9))
PERSON = replace(CHIARA, company=None, vat_id=None, name="Mario Rossi", tax_code="RSSMRA85T10A562S")
ATHENS = replace(CHIARA, company="Ωμέγα Α.Ε.", vat_id="EL094259216", tax_code=None, city="Αθήνα", country="GR",
                 postcode="104 31", province="Attica")  # fmt: skip
DENVER = replace(CHIARA, company=None, vat_id=None, tax_code=None, postcode="CO 80014", country="US")
SAN_MARINO = replace(CHIARA, company="Stamperia S.A.", vat_id="SM03473", tax_code=None, country="SM", postcode="47890")
BUYERS = {"firm": CHIARA, "person": PERSON, "austrian": LONG_NAMES, "greek": ATHENS, "american": DENVER,
          "sammarinese": SAN_MARINO}  # fmt: skip
EXEMPTIONS = {"E": "Esente art. 10 DPR 633/72", "AE": "Inversione contabile", "K": None, "G": None, "O": None}


def reversal(lines: Sequence[Any] = (), **changes: Any) -> Paper:
    """A credit note over the second line of an invoice."""
    given = {"kind": PaperKind.REVERSAL, "number": "NC-2026-000001", "refers_to": INVOICE, "reason": "Annullato",
             "issue_date": date(2026, 3, 12), **changes}  # fmt: skip
    return sdi_paper(lines or (line(1, "49.90", origin_position=2),), **given)


def text(root: etree._Element, path: str) -> list[str]:
    """The texts of all elements at `path`."""
    return [found.text or "" for found in root.findall(f".//{path}")]


def one(root: etree._Element, path: str) -> str:
    """The text of the only element at `path`."""
    (found,) = text(root, path)
    return found


@pytest.mark.parametrize("buyer", BUYERS)
@pytest.mark.parametrize("category", ["S", *EXEMPTIONS])
@pytest.mark.parametrize("kind", ["invoice", "reversal", "reduced"])
def test_every_kind_category_and_buyer_holds_the_schema_and_all_rules(kind: str, category: str, buyer: str) -> None:
    rate, words = ("22", None) if category == "S" else ("0", EXEMPTIONS[category])
    lines = [
        line(1, "72.3000", rate=rate, quantity=3, vat_category=category, vat_exemption=words),
        line(2, "0.0475", rate=rate, quantity=1000, vat_category=category, vat_exemption=words, is_charge=True),
    ]
    if kind == "reversal":
        made = reversal([replace(row, origin_position=row.position + 1) for row in lines], buyer=BUYERS[buyer])
    elif kind == "reduced":
        lines[0] = replace(lines[0], allowances=(Allowance(1000, "Colori", "R-1"),), net=lines[0].net - 1000)
        made = sdi_paper(lines, kind=PaperKind.REDUCED_INVOICE, refers_to=INVOICE, buyer=BUYERS[buyer])
    else:
        made = sdi_paper(lines, buyer=BUYERS[buyer], due_date=date(2026, 3, 23))
    xml = fatturapa.write(made)
    assert schema_errors(xml) == []
    assert fatturapa.breaches(xml) == []
    assert xml == fatturapa.write(made)


def test_a_paper_of_a_seller_elsewhere_has_no_fatturapa() -> None:
    with pytest.raises(Defect, match="has nothing for the SdI"):
        fatturapa.write(paper())


def test_it_says_who_sends_which_file_to_whom() -> None:
    root = written(sdi_paper(sdi={"recipient_code": "0000000", "pec": "studio@pec.example"}))
    assert one(root, "IdTrasmittente/IdPaese") + one(root, "IdTrasmittente/IdCodice") == "IT98765430214"
    assert one(root, "ProgressivoInvio") == "0000A"
    assert one(root, "FormatoTrasmissione") == root.get("versione") == "FPR12"
    assert (one(root, "CodiceDestinatario"), one(root, "PECDestinatario")) == ("0000000", "studio@pec.example")


def buyer_of(buyer: Party) -> etree._Element:
    """CessionarioCommittente of an invoice to this buyer."""
    found = written(sdi_paper(buyer=buyer)).find(".//CessionarioCommittente")
    assert found is not None
    return found


def test_a_firm_in_italy_has_vat_id_tax_code_and_province() -> None:
    buyer = buyer_of(CHIARA)
    assert (one(buyer, "IdPaese"), one(buyer, "IdCodice")) == ("IT", "12345670017")
    assert one(buyer, "CodiceFiscale") == "12345670017"
    assert one(buyer, "Denominazione") == "Studio Conti & Figli S.n.c."
    assert (one(buyer, "CAP"), one(buyer, "Provincia"), one(buyer, "Nazione")) == ("20122", "MI", "IT")


def test_a_person_in_italy_has_a_tax_code_and_both_names() -> None:
    buyer = buyer_of(PERSON)
    assert text(buyer, "IdFiscaleIVA") == [] and one(buyer, "CodiceFiscale") == "RSSMRA85T10A562S"
    assert (one(buyer, "Nome"), one(buyer, "Cognome")) == ("Mario", "Rossi")


def test_a_person_in_italy_without_a_valid_tax_code_cannot_be_billed() -> None:
    for code in (None, "RSSMRA85T10A562T"):
        assert rules_broken(fatturapa.write(sdi_paper(buyer=replace(PERSON, tax_code=code)))) == {"00417"}


def test_a_buyer_abroad_has_neither_italian_postcode_nor_province_nor_tax_code() -> None:
    buyer = buyer_of(ATHENS)
    assert (one(buyer, "IdPaese"), one(buyer, "IdCodice")) == ("EL", "094259216")
    assert (one(buyer, "CAP"), one(buyer, "Nazione")) == ("00000", "GR")
    assert text(buyer, "Provincia") == text(buyer, "CodiceFiscale") == []
    assert (one(buyer, "Denominazione"), one(buyer, "Comune")) == ("Omega A.E.", "Athina")


def test_buyers_abroad_without_a_vat_id_have_the_value_agreed_on() -> None:
    assert (one(buyer_of(DENVER), "IdPaese"), one(buyer_of(DENVER), "IdCodice")) == ("US", "0000000")
    assert one(buyer_of(replace(DENVER, company="Acme")), "IdCodice") == "OO99999999999"


def test_a_credit_note_is_positive_and_names_the_invoice_and_its_lines() -> None:
    lines = (line(1, "49.90", origin_position=2), charge(2, "7.90"))
    root = written(reversal([lines[0], replace(lines[1], origin_position=5)]))
    assert one(root, "TipoDocumento") == "TD04"
    assert one(root, "ImportoTotaleDocumento") == "70.52"
    assert text(root, "PrezzoTotale") == ["49.90", "7.90"]
    assert text(root, "DatiFattureCollegate/IdDocumento") == ["FT-2026-000012"] * 2
    assert text(root, "DatiFattureCollegate/Data") == ["2026-03-09"] * 2
    assert text(root, "DatiFattureCollegate/RiferimentoNumeroLinea") == ["1", "2"]  # here
    assert text(root, "DatiFattureCollegate/NumItem") == ["2", "5"]  # in the invoice
    law, why = text(root, "Causale")
    assert "Nota di credito (art. 26 DPR 633/72) a storno della fattura n. FT-2026-000012 del 09/03/2026" in law
    assert why == "Motivo: Annullato"
    assert text(root, "DatiPagamento") == []


def test_a_reduced_invoice_names_the_one_it_replaces_and_the_credit_note() -> None:
    root = written(for_sdi(reduced()))
    assert one(root, "TipoDocumento") == "TD01"
    assert one(root, "DatiFattureCollegate/IdDocumento") == "FT-2026-000012"
    assert text(root, "RiferimentoNumeroLinea") == []
    replaced, why = text(root, "Causale")
    assert "la fattura n. FT-2026-000012 del 09/03/2026" in replaced
    assert "la nota di credito n. NC-2026-000003 del 12/03/2026" in replaced
    assert why == "Motivo: Reclamo R-18 accolto: taglio storto su 30 copie"


def test_the_sentences_are_italian_whatever_the_language_of_the_paper() -> None:
    assert text(written(reversal(language="de")), "Causale") == text(written(reversal()), "Causale")


def test_a_long_reason_goes_on_in_further_causali() -> None:
    causes = text(written(reversal(reason="parola " * 100)), "Causale")[1:]
    assert len(causes) == 4 and all(len(cause) <= 200 for cause in causes)
    assert " ".join(causes) == "Motivo: " + ("parola " * 100).strip()


def test_discounts_are_per_unit_and_say_which_complaint() -> None:
    given = line(1, "10.00", quantity=3, allowances=[Allowance(100, "Macchie", "R-1"), Allowance(50, "Ritardo", "R-2")])
    root = written(sdi_paper([given]))
    assert text(root, "ScontoMaggiorazione/Importo") == ["0.33333333", "0.16666667"]
    assert text(root, "ScontoMaggiorazione/Tipo") == ["SC", "SC"]
    assert (one(root, "PrezzoUnitario"), one(root, "PrezzoTotale")) == ("10.00", "28.50")
    assert text(root, "RiferimentoTesto") == ["R-1: Macchie", "R-2: Ritardo"]
    assert text(root, "RiferimentoNumero") == ["1.00", "0.50"]


def test_a_discount_that_does_not_come_out_per_unit_is_a_line_of_its_own_after_all_others() -> None:
    many = line(1, "0.0475", quantity=90_000_000, allowances=[Allowance(100_001, "Fogli strappati", "R-9")])
    made = sdi_paper([many, charge(2)])
    root = written(made)
    assert text(root, "ScontoMaggiorazione") == []
    assert text(root, "NumeroLinea") == ["1", "2", "3"]
    assert text(root, "TipoCessionePrestazione") == ["AC", "SC"]
    assert text(root, "PrezzoTotale") == ["4275000.00", "7.90", "-1000.01"]
    assert text(root, "Descrizione")[2] == "Sconto sulla linea 1 (R-9): Fogli strappati"
    assert fatturapa.breaches(fatturapa.write(made)) == []


def test_an_allowance_of_all_leaves_nothing_to_pay() -> None:
    made = sdi_paper([line(1, "10.00", quantity=7, allowances=[Allowance(7000, "Tutto da buttare", "R-1")])])
    root = written(made)
    assert (one(root, "PrezzoTotale"), one(root, "ImportoTotaleDocumento")) == ("0.00", "0.00")
    assert text(root, "DatiPagamento") == []
    assert fatturapa.breaches(fatturapa.write(made)) == []


def test_the_summary_has_one_row_per_rate_and_natura() -> None:
    lines = (
        line(1, "50.00"),
        line(2, "50.00", rate="0", vat_category="E", vat_exemption="Esente art. 10 n. 1 DPR 633/72"),
        line(3, "40.00", rate="0", vat_category="E", vat_exemption="Esente art. 10 n. 6 DPR 633/72"),
        line(4, "10.00", rate="0", vat_category="G"),
    )
    root = written(sdi_paper(lines))
    assert text(root, "DatiRiepilogo/AliquotaIVA") == ["22.00", "0.00", "0.00"]
    assert text(root, "DatiRiepilogo/Natura") == ["N4", "N3.1"]
    assert text(root, "ImponibileImporto") == ["50.00", "90.00", "10.00"]
    assert text(root, "EsigibilitaIVA") == ["I"]
    assert text(root, "RiferimentoNormativo") == [
        "Esente art. 10 n. 1 DPR 633/72; Esente art. 10 n. 6 DPR 633/72", "Non imponibile art. 8 DPR 633/72",
    ]  # fmt: skip
    assert (one(root, "BolloVirtuale"), one(root, "ImportoBollo")) == ("SI", "2.00")


def test_sellers_who_pay_vat_when_they_are_paid_say_so() -> None:
    assert one(written(sdi_paper(sdi={"regime": "RF17"})), "EsigibilitaIVA") == "D"


@pytest.mark.parametrize(
    ("method", "prepaid", "means", "to_pay", "bank"),
    [
        ("invoice", 0, "MP05", "70.52", True),
        ("invoice", 2000, "MP05", "50.52", True),
        ("advance", 7052, "MP05", "70.52", False),
        ("card", 7052, "MP08", "70.52", False),
        ("paypal", 7052, "MP08", "70.52", False),
    ],
)
def test_what_is_to_be_paid_how_and_when(method: str, prepaid: int, means: str, to_pay: str, bank: bool) -> None:
    due = None if prepaid == 7052 else date(2026, 3, 23)
    root = written(sdi_paper(payment_method=method, prepaid=prepaid, due_date=due))
    assert one(root, "CondizioniPagamento") == "TP02"
    assert (one(root, "ModalitaPagamento"), one(root, "ImportoPagamento")) == (means, to_pay)
    assert text(root, "IBAN") == ([AURORA.iban] if bank else [])
    assert text(root, "DataScadenzaPagamento") == (["2026-03-23"] if due else [])
    assert text(root, "Causale") == (["Già pagato: 20,00 EUR"] if prepaid == 2000 else [])


def test_the_orders_number_is_there_where_it_fits() -> None:
    assert one(written(sdi_paper()), "DatiOrdineAcquisto/IdDocumento") == "A-1001"
    assert text(written(sdi_paper(order="A" * 21)), "DatiOrdineAcquisto") == []
    assert text(written(sdi_paper(order="\u200b")), "DatiOrdineAcquisto") == []


def test_goods_to_come_are_announced() -> None:
    root = written(sdi_paper(delivery_date=None, expected_delivery=date(2026, 4, 1)))
    assert "01/04/2026" in one(root, "Causale")


# nets 68.33, 68.33, 57.50, 85.00 at 20 %: cancelled one by one, the VAT is what is left to take back
GOLDEN = ((6833, 1366), (6833, 1367), (5750, 1150), (8500, 1700))


def test_corrections_that_are_a_cent_off_pass_as_the_sdi_lets_them() -> None:
    assert sum(net + tax for net, tax in GOLDEN) == 33499
    for net, tax in GOLDEN:
        lines = [line(1, str(Decimal(net).scaleb(-2)), rate="20", origin_position=1)]
        taxes = (PaperTax("S", Decimal(20), net, tax),)
        made = reversal(lines, taxes=taxes, net=net, tax=tax, gross=net + tax)
        xml = fatturapa.write(made)
        assert fatturapa.breaches(xml) == [] and schema_errors(xml) == []
        read = fatturapa.read(xml)
        assert (read.net, read.tax, read.total) == tuple(Decimal(f).scaleb(-2) for f in (net, tax, net + tax))


def test_reading_gives_back_what_was_written() -> None:
    read = fatturapa.read(fatturapa.write(reversal()))
    assert (read.kind, read.number, read.issue_date) == ("TD04", "NC-2026-000001", date(2026, 3, 12))
    assert (read.currency, read.total) == ("EUR", Decimal("60.88"))
    assert [(row.rate, row.base, row.tax) for row in read.taxes] == [(Decimal(22), Decimal("49.90"), Decimal("10.98"))]
    assert (read.seller.name, read.seller.vat_code) == (AURORA.name, "98765430214")
    assert (read.buyer.name, read.buyer.tax_code) == (CHIARA.company, "12345670017")
    assert [(linked.number, linked.issue_date) for linked in read.linked] == [("FT-2026-000012", date(2026, 3, 9))]
