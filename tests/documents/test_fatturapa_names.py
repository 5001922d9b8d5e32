"""What the SdI knows files, sellers and buyers by; Natura and the stamp duty that comes with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnershop.documents import fatturapa
from partnershop.documents.fatturapa.names import is_fiscal_code, is_partita_iva, split_name, vat_parts
from partnershop.documents.fatturapa.natures import ALLOWED, DEFAULTS, LAW, TOO_GENERAL
from partnershop.documents.paper import PaperTax

NATURES = {**DEFAULTS, "AE": "N2.1"}


def test_a_file_is_named_by_its_seller_and_the_papers_id_in_base_36() -> None:
    assert fatturapa.file_name("98765430214", 10) == "IT98765430214_0000A"
    assert fatturapa.file_name("98765430214", 36**5 - 1) == "IT98765430214_ZZZZZ"
    assert fatturapa.file_name("98765430214", 36**5) == "IT98765430214_100000"


@given(st.integers(0, 36**5 - 1))
def test_no_two_papers_have_the_same_file(document_id: int) -> None:
    assert int(fatturapa.file_name("98765430214", document_id).rpartition("_")[2], 36) == document_id


@pytest.mark.parametrize(
    ("country", "code", "pec", "given"),
    [
        ("IT", "abc1234", "a@pec.example", ("ABC1234", None)),
        ("IT", None, " a@pec.example ", ("0000000", "a@pec.example")),
        ("IT", "0000000", "a@pec.example", ("0000000", "a@pec.example")),
        ("IT", "", "", ("0000000", None)),
        ("IT", None, None, ("0000000", None)),
        ("DE", None, "a@pec.example", ("XXXXXXX", None)),
        ("SM", "2R4GTO8", None, ("2R4GTO8", None)),
        ("DE", "XXXXXXX", None, ("XXXXXXX", None)),
    ],
)
def test_recipients(country: str, code: str | None, pec: str | None, given: tuple[str, str | None]) -> None:
    assert fatturapa.recipient(country, code, pec) == given


def test_a_sellers_fiscal_code_is_its_tax_code_else_the_digits_of_its_vat_id() -> None:
    assert fatturapa.fiscal_code("rss mra85t10a562s", "IT98765430214") == "RSSMRA85T10A562S"
    assert fatturapa.fiscal_code(None, "IT 9876543 0214") == "98765430214"
    assert fatturapa.fiscal_code(None, None) == ""


def test_fiscal_codes_are_told_by_form_and_check_digit() -> None:
    assert is_fiscal_code("RSSMRA85T10A562S") and not is_fiscal_code("RSSMRA85T10A562T")
    assert is_fiscal_code("12345670017") and not is_fiscal_code("12345670018")
    assert not is_fiscal_code("rssmra85t10a562s") and not is_fiscal_code("")
    assert is_partita_iva("12345670017")
    assert not is_partita_iva("1234567001") and not is_partita_iva("１２３４５６７００１７")


@pytest.mark.parametrize(
    ("vat_id", "country", "parts"),
    [
        ("IT12345670017", "IT", ("IT", "12345670017")),
        ("12345670017", "IT", ("IT", "12345670017")),
        ("EL 094259216", "GR", ("EL", "094259216")),
        ("094259216", "GR", ("EL", "094259216")),
        ("FR83404833048", "DE", ("FR", "83404833048")),
        ("XI123456789", "GB", ("XI", "123456789")),
        ("CHE-123.456.788 MWST", "CH", ("CH", "E123456788MWST")),
        ("36-4294967", "US", ("US", "364294967")),
    ],
)
def test_vat_ids_are_taken_apart(vat_id: str, country: str, parts: tuple[str, str]) -> None:
    assert vat_parts(vat_id, country) == parts


@pytest.mark.parametrize(
    ("name", "tax_code", "parts"),
    [
        ("Mario Rossi", "RSSMRA85T10A562S", ("Mario", "Rossi")),
        ("Rossi Mario", "RSSMRA85T10A562S", ("Mario", "Rossi")),
        ("Maria De Luca", "DLCMRA80A41H501J", ("Maria", "De Luca")),
        ("Francesco Fo", "FOXFNC80A01H501P", ("Francesco", "Fo")),
        ("Chiara Conti", "RSSMRA85T10A562S", None),
        ("Mario Rossi", "12345670017", None),
        ("Mario Rossi", "", None),
        ("Rossi", "RSSMRA85T10A562S", None),
    ],
)
def test_first_and_last_names_are_told_apart_only_where_the_tax_code_says_so(
    name: str, tax_code: str, parts: tuple[str, str] | None
) -> None:
    assert split_name(name, tax_code) == parts


@pytest.mark.parametrize(
    ("category", "base", "duty"),
    [
        ("E", 7747, 0),
        ("E", 7748, 200),
        ("O", 7748, 200),
        ("AE", 7748, 200),  # N2.1: outside Italy
        ("G", 1_000_000, 0),
        ("K", 1_000_000, 0),
        ("S", 1_000_000, 0),
    ],
)
def test_stamp_duty_is_due_above_eur_77_47_without_vat(category: str, base: int, duty: int) -> None:
    taxes = [PaperTax(category, 0, base, 0), PaperTax("S", 22, 50_000, 11_000)]  # type: ignore[arg-type]
    assert fatturapa.stamp_duty_of(taxes, NATURES, "EUR", enabled=True) == duty
    assert fatturapa.stamp_duty_of(taxes, NATURES, "EUR", enabled=False) == 0
    assert fatturapa.stamp_duty_of(taxes, NATURES, "CHF", enabled=True) == 0


def test_stamp_duty_is_of_all_that_has_no_vat_together_and_none_of_reverse_charge() -> None:
    taxes = [PaperTax("E", 0, 4000, 0), PaperTax("O", 0, 4000, 0)]  # type: ignore[arg-type]
    assert fatturapa.stamp_duty_of(taxes, NATURES, "EUR", enabled=True) == 200
    reverse = [PaperTax("AE", 0, 9000, 0)]  # type: ignore[arg-type]
    assert fatturapa.stamp_duty_of(reverse, {"AE": "N6.9"}, "EUR", enabled=True) == 0


def test_each_natura_fits_its_category_is_exact_and_has_its_law() -> None:
    every = {nature for natures in ALLOWED.values() for nature in natures}
    assert not every & TOO_GENERAL
    assert all(nature in ALLOWED[category] for category, nature in DEFAULTS.items())
    assert every <= set(LAW)
