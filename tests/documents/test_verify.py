"""Verifying any file: ours conform, changed ones do not, and what strangers send gets a sentence, no traceback."""

import io
import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import papers as sample
import pytest
from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import TextStringObject

from partnershop.documents import cii
from partnershop.documents.breach import Breach
from partnershop.documents.render import render
from partnershop.documents.unreadable import REASONS, Unreadable
from partnershop.documents.verifying import verify as verifying
from partnershop.documents.verifying import verify_words
from partnershop.documents.verifying.examining import examine
from partnershop.documents.verifying.verdict import FileKind, RateTotal, Verdict
from partnershop.documents.verifying.verify import verify

LANGUAGES = ("it", "de", "en")
UBL = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID>1</ID></Invoice>'
LAUGHS = b"".join([
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">',
    *(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 4)),
    b"]><a>&l3;</a>",
])  # fmt: skip


def why(content: bytes, look: Callable[[bytes], Verdict] = verify) -> str:
    """The reason why this file cannot be verified."""
    with pytest.raises(Unreadable) as refused:
        look(content)
    assert all(refused.value.sentence(language) for language in LANGUAGES)
    return refused.value.reason


def pdf_with(**files: bytes) -> bytes:
    """A PDF of a stranger with these files in it; "_" in a name is "."."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in files.items():
        writer.add_attachment(name.replace("_", "."), content)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """The bytes of a PDF."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def broken(verdict: Verdict) -> set[str]:
    """The rules that are broken, of the file or of an invoice in it."""
    return {breach.rule for breach in verdict.all_breaches}


# What is ours


def test_what_only_our_own_papers_must_keep_is_a_warning_for_other_peoples() -> None:
    in_units = cii.write(sample.german()).replace(b'unitCode="H87"', b'unitCode="C62"')
    verdict = examine(in_units)
    assert verdict.conforms
    assert [breach.rule for breach in verdict.invoices[0].warnings] == ["P-LINE-7"]


def test_a_paper_of_ours_conforms_and_says_what_it_is() -> None:
    verdict = verify(render(sample.german()))
    assert broken(verdict) == set() and verdict.conforms
    assert verdict.kind is FileKind.PDF and verdict.files == ("factur-x.xml",)
    assert verdict.claims == ("PDF/A-3B", "PDF/UA-1", "Factur-X EN 16931")
    (said,) = verdict.invoices
    assert (said.name, said.format, said.profile) == ("factur-x.xml", FileKind.CII, "urn:cen.eu:en16931:2017")
    assert (said.kind, said.number, said.date, said.currency) == ("380", "RE-2026-000007", "2026-03-09", "EUR")
    assert (said.seller, said.net, said.tax, said.gross) == ("Gutendruck GmbH", "57.80", "10.98", "68.78")
    (rate,) = said.taxes
    assert (rate.category, rate.base, rate.tax) == ("S", "57.80", "10.98") and rate.rate.startswith("19")


def test_xml_by_itself_is_verified_as_that() -> None:
    verdict = examine(cii.write(sample.reversal()))
    assert verdict.conforms and verdict.kind is FileKind.CII and verdict.claims == ()
    assert verdict.invoices[0].name is None and verdict.invoices[0].kind == "381"


def test_xml_in_another_encoding_is_the_same_invoice() -> None:
    xml = cii.write(sample.paper()).decode().partition("?>")[2].encode("utf-16")
    assert examine(xml) == examine(cii.write(sample.paper()))


def test_the_process_of_its_own_says_the_same_as_this_one() -> None:
    pdf = render(sample.reduced())
    assert verify(pdf) == examine(pdf)


# What breaks rules


def test_a_changed_amount_is_a_broken_rule_with_a_sentence_in_three_languages() -> None:
    changed = re.sub(b"(<ram:GrandTotalAmount[^>]*>)[0-9.]+", b"\\g<1>99.99", cii.write(sample.paper()))
    verdict = verify(changed)
    assert not verdict.conforms and any(rule.startswith("P-SUM") for rule in broken(verdict))
    sentences = {verify_words.sentence(breach, lang) for breach in verdict.invoices[0].breaches for lang in LANGUAGES}
    assert len(sentences) >= len(LANGUAGES)


def test_a_pdf_without_an_invoice_in_it_says_so() -> None:
    assert broken(examine(pdf_with())) == {"P-FILE-1", "P-FILE-2"}
    assert broken(examine(pdf_with(notes_txt=b"hello"))) == {"P-FILE-1", "P-FILE-2"}


def test_an_invoice_in_a_pdf_that_is_no_archive_is_looked_at_all_the_same() -> None:
    verdict = examine(pdf_with(**{"factur-x_xml": cii.write(sample.paper())}))
    assert broken(verdict) == {"P-FILE-2", "P-FILE-3"}
    assert verdict.invoices[0].number == "FT-2026-000012" and not verdict.invoices[0].breaches


def test_two_invoices_in_one_pdf_that_differ_are_named() -> None:
    first, other = cii.write(sample.paper()), cii.write(sample.paper(number="FT-2026-000013"))
    assert "P-FILE-4" in broken(examine(pdf_with(a_xml=first, b_xml=other)))
    assert "P-FILE-4" not in broken(examine(pdf_with(a_xml=first, b_xml=first)))


@pytest.mark.parametrize("same_by", ["name tree", "file itself"])
def test_two_files_of_one_name_break_a_rule_and_both_are_looked_at(same_by: str) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(render(sample.german()))))
    other = cii.write(sample.german()).replace(b">RE-2026-000007<", b">RE-2026-000008<")
    added = writer.add_attachment("factur-x.xml" if same_by == "name tree" else "other.xml", other)
    added.alternative_name = TextStringObject("factur-x.xml")
    verdict = examine(written(writer))
    assert [said.number for said in verdict.invoices] == ["RE-2026-000007", "RE-2026-000008"]
    assert {"P-FILE-4", "P-FILE-5"} <= broken(verdict)
    (breach,) = [breach for breach in verdict.breaches if breach.rule == "P-FILE-5"]
    assert breach.values == {"name": "factur-x.xml", "count": "2"}


def test_rules_of_files_have_words_in_three_languages() -> None:
    values = dict.fromkeys(("claim", "file", "level", "name", "profile", "first", "other", "count"), "value")
    for rule in verify_words.RULES:
        said = {verify_words.sentence(Breach(rule, "", values), language) for language in LANGUAGES}
        assert len(said) == len(LANGUAGES) and not any("{" in sentence for sentence in said)


# What cannot be read


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x00\x01\x02 nothing known", "neither"),
        (b"PK\x03\x04", "neither"),
        (b"\x30\x82\x10\x00 signed", "signed"),
        (b"<a><b></a>", "xml"),
        (b"<" + b"a" * 100, "xml"),
        (b"<a>" * 100_000, "xml"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "xml"),
        (UBL, "root"),
        (b"<html><body>hello</body></html>", "root"),
        (LAUGHS, "doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "doctype"),
    ],
)
def test_what_is_no_invoice_gets_a_reason(content: bytes, reason: str) -> None:
    assert why(content, examine) == reason


def test_the_process_of_its_own_hands_the_reason_on() -> None:
    assert why(UBL) == "root"


def test_entities_that_grow_without_end_are_given_up_at_once() -> None:
    more = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(4, 12))
    assert why(LAUGHS.replace(b"]><a>&l3;", more + b"]><a>&l11;"), examine) in ("doctype", "xml")


def test_an_encrypted_pdf_is_named_as_that() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(render(sample.german()))))
    writer.encrypt("secret")
    assert why(written(writer), examine) == "encrypted"


@pytest.mark.parametrize("part", ["head", "half", "junk"])
def test_a_damaged_pdf_is_no_traceback(part: str) -> None:
    whole = render(sample.german())
    content = {"head": b"%PDF-1.7\n", "half": whole[: len(whole) // 2], "junk": b"%PDF-1.7\n" + bytes(range(256)) * 50}
    assert why(content[part]) in ("pdf", "broken")


def test_a_broken_xml_in_a_pdf_is_unreadable() -> None:
    assert why(pdf_with(**{"factur-x_xml": cii.write(sample.paper())[:-40]}), examine) == "xml"


def test_what_is_larger_than_any_invoice_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "LARGEST_BYTES", 1000)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("it was looked at"))
    assert why(b"<" * 1001) == "large"


def test_xml_larger_than_any_invoice_is_not_parsed() -> None:
    assert why(b"<a>" + b" " * (10 * 2**20) + b"</a>", examine) == "large"


def test_every_reason_has_words_in_three_languages() -> None:
    values = dict.fromkeys(("most", "problem", "root"), "value")
    for reason in REASONS:
        said = [Unreadable(reason, **values).sentence(language) for language in LANGUAGES]
        assert len(set(said)) == len(LANGUAGES)
    assert Unreadable.of(Unreadable("xml", problem="line 1").stored()).sentence("en") == Unreadable(
        "xml", problem="line 1"
    ).sentence("en")


# What is hostile


def heavy() -> bytes:
    """An invoice of 4,000 lines."""
    root = etree.fromstring(cii.write(sample.paper()))
    (line,) = root.iter("{*}IncludedSupplyChainTradeLineItem")
    text = etree.tostring(line)
    whole = etree.tostring(root)
    copies = b"".join(text for _ in range(4_000))
    assert len(copies) < 10 * 2**20
    start = whole.index(b"<ram:ApplicableHeaderTradeAgreement")
    return whole[:start] + re.sub(b' xmlns:[a-z]+="[^"]+"', b"", copies) + whole[start:]


@pytest.mark.parametrize(("limit", "value"), [("CPU_SECONDS", 1), ("MEMORY_BYTES", 40 * 2**20), ("WALL_SECONDS", 0.2)])
def test_what_takes_too_much_is_given_up(limit: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, limit, value)
    assert why(heavy()) == "heavy"


def test_nothing_is_fetched_for_a_strangers_file() -> None:
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        xml = cii.write(sample.paper()).replace(
            b"<rsm:CrossIndustryInvoice",
            b'<rsm:CrossIndustryInvoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            + f'xsi:schemaLocation="urn:x {address}/a.xsd"'.encode(),
            1,
        )
        xml = xml.replace(b"?>", f'?><?xml-stylesheet type="text/xsl" href="{address}/a.xsl"?>'.encode(), 1)
        assert verify(xml).invoices[0].number == "FT-2026-000012"
        assert why(f'<!DOCTYPE a SYSTEM "{address}/a.dtd"><a/>'.encode()) == "doctype"
        server.shutdown()
    assert asked == []


def test_the_process_knows_no_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret@127.0.0.1/db")
    monkeypatch.setenv("PARTNERSHOP_SECRET", "secret")
    assert "secret" not in json.dumps(verifying._environment())


def test_a_module_in_the_folder_that_one_is_in_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lxml.py").write_text("raise SystemExit('run')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    assert verify(cii.write(sample.paper())).invoices[0].number == "FT-2026-000012"


def test_a_verdict_survives_its_way_between_the_processes() -> None:
    verdict = examine(cii.write(sample.paper()))
    assert Verdict.of(json.loads(json.dumps(verdict.stored()))) == verdict
    assert all(isinstance(row, RateTotal) for row in verdict.invoices[0].taxes)
