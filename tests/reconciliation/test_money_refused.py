"""Papers that were refused: found, told in three languages, closed when they are released."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from commanding import Run
from factories import CUSTOMER, Scene, item
from planting import findings, now, only
from refusing import NAMELESS, TAX_CODE, corrected, place_nameless, refusing
from sqlalchemy import select, text

from models import FindingState, Shop
from partnershop.audit import findings as audited
from partnershop.db import unit_of_work
from partnershop.documents.paper import PaperKind
from partnershop.metrics import take
from partnershop.reconciliation.running import run as reconcile
from partnershop.reconciliation.sentences import sentence, what_to_do
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage
from partnershop.worklist import worklist


def test_a_refused_invoice_is_found_told_and_closed_when_it_is_released(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    scene.go()
    found = only(FindingKind.PAPER_REFUSED)
    assert (found.about["order"], found.details) == ("A-1", {"rules": "00417", "case": "buyer"})
    for language, begins in (
        ("en", "The invoice of order A-1 is refused and has no number: 00417: "),
        ("de", "Die Rechnung zu Auftrag A-1 ist abgelehnt und hat keine Nummer: 00417: "),
        ("it", "La fattura dell'ordine A-1 è rifiutata e non ha numero: 00417: "),
    ):
        assert sentence(found, language).startswith(begins)
    assert f"`partnershop order correct-buyer A-1 --shop {scene.code} --reason TEXT`" in what_to_do(found, "en")
    scene.operator("buyer.corrected", **corrected("A-1", tax_code=TAX_CODE))
    scene.go()
    report = reconcile(Job.MONEY, "tests")
    assert (report.open, report.closed) == (0, 1)
    assert now(found).state is FindingState.CLOSED


def test_a_refused_case_is_one_finding_and_not_one_more_for_its_being_parked(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    with refusing(PaperKind.REVERSAL):
        scene.cancel("A-1", "1")
        scene.go()
    reconcile(Job.MONEY, "tests")
    (found,) = [one for one in findings() if one.kind is not FindingKind.DOCUMENT_WITHOUT_BYTES]
    assert (found.kind, found.details) == (FindingKind.PAPER_REFUSED, {"rules": "P-PARTY-1", "case": "correction"})
    case = str(scene.cases("A-1")[0].id)
    assert f"drop-case A-1 --shop {scene.code} --case {case}" in what_to_do(found, "de")


def test_attention_show_metrics_and_status_say_it(scene: Scene, run: Run) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    scene.go()
    told = json.loads(run("attention", "--shop", scene.code, "--json").out)
    (row,) = told["refused_papers"]
    assert (row["order"], row["case"], row["paper"], row["rule"]) == ("A-1", None, "invoice", "00417")
    assert "Chiara Conti" in row["reason"]
    assert told["given_up"] == []
    (shown,) = json.loads(run("show", "A-1", "--shop", scene.code, "--json").out)["refused_papers"]
    assert shown["rule"] == "00417"
    assert "00417" in run("show", "A-1", "--shop", scene.code).out
    with unit_of_work() as session:
        assert take(session).refused_papers == {"invoice": 1}
    assert row["to_do"].startswith(f"Correggere l'acquirente (`partnershop order correct-buyer A-1 --shop {scene.code}")
    assert (shown["reason"], shown["to_do"]) == (row["reason"], row["to_do"]), "in the shop's language, both"
    with unit_of_work() as session:
        shop = session.scalars(select(Shop)).one()
        (german,) = worklist(session, shop, 7, 10, language="de")["refused_papers"]
    assert german["reason"] != row["reason"]


def test_show_says_each_sentence_once(scene: Scene, run: Run) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    with refusing(PaperKind.REVERSAL):
        scene.cancel("A-1", "1")
        scene.go()
    file = json.loads(run("show", "A-1", "--shop", scene.code, "--json").out)
    (case,), (paper,) = file["cases"], file["refused_papers"]
    assert case["outcome"] == "refused: P-PARTY-1"
    assert "IT98765430215" in paper["reason"]
    assert f"drop-case A-1 --shop {scene.code} --case {case['case']}" in paper["to_do"]


def test_drain_names_it_and_does_not_wait(scene: Scene, run: Run) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    scene.go()
    ended = run("drain", "--timeout", "20", "--without", Stage.DOCUMENTS.value, "--json")
    assert ended.code == 1
    assert json.loads(ended.out)[0] == {"stage": "invoicing", "due": 0, "stuck": 1}


# The commands


def test_a_buyer_is_corrected_on_the_command_line(scene: Scene, run: Run) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    scene.go()
    nothing = run("order", "correct-buyer", "A-1", "--shop", scene.code, "--reason", "x", "--no-wait")
    assert (nothing.code, "say what is right" in nothing.err) == (2, True)
    wrong = run("order", "correct-buyer", "A-1", "--shop", scene.code, "--reason", "x", "--recipient-code", "abc")
    assert (wrong.code, "seven capital letters or digits" in wrong.err) == (2, True)
    arguments = ("--tax-code", TAX_CODE, "--recipient-code", "KRRH6B9", "--pec", "")
    done = run("order", "correct-buyer", "A-1", "--shop", scene.code, "--reason", "mail", *arguments, "--no-wait")
    assert done.code == 0, done.err
    scene.go()
    (paper,) = scene.papers("A-1")
    assert (paper.buyer["tax_code"], (paper.fatturapa or {})["recipient_code"]) == (TAX_CODE, "KRRH6B9")


def test_the_case_that_waits_needs_no_number_where_it_is_the_only_one(scene: Scene, run: Run) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    none = run("order", "drop-case", "A-1", "--shop", scene.code, "--reason", "x")
    assert (none.code, "no case of order A-1" in none.err) == (2, True)
    with refusing(PaperKind.REVERSAL):
        scene.cancel("A-1", "1")
        scene.go()
    late = run("order", "confirm-reversal", "A-1", "--shop", scene.code, "--reason", "x", "--no-wait")
    assert late.code == 0
    scene.go()
    assert scene.cases("A-1")[0].state.value == "parked", "it does not wait for a word"
    assert run("order", "drop-case", "A-1", "--shop", scene.code, "--reason", "x", "--no-wait").code == 0
    scene.go()
    assert scene.cases("A-1")[0].state.value == "refused"
    with refusing(PaperKind.REVERSAL):
        scene.cancel("A-1", "1", "2")
        scene.go()
    several = run("order", "drop-case", "A-1", "--shop", scene.code, "--reason", "x")
    assert (several.code, "say which case: --case with one of 2, 3" in several.err) == (2, True)


def test_retry_says_how_many_are_judged_again(scene: Scene, run: Run) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")], customer=NAMELESS)
    scene.place("A-2", [item("1", "50.00")], customer=CUSTOMER)
    scene.go()
    assert "1 refused paper" in run("retry", "--shop", scene.code).out


@pytest.mark.parametrize("right", [True, False])
def test_who_corrects_a_buyer_is_told_what_became_of_the_invoice(scene: Scene, run: Run, *, right: bool) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    scene.go()
    member = ("--tax-code", TAX_CODE) if right else ("--city", "Monza")
    with working(scene):
        done = run("order", "correct-buyer", "A-1", "--shop", scene.code, "--reason", "mail", *member)
    assert done.code == (0 if right else 1)
    if right:
        assert f"its invoice is {scene.papers('A-1')[0].number}" in done.out
    else:
        assert "its invoice is refused again: 00417: " in done.out.replace("\n", " ")


@contextmanager
def working(scene: Scene) -> Iterator[None]:
    """Within, a worker goes on doing what there is to do."""
    ended = Event()

    def work() -> None:
        while not ended.wait(0.05):
            scene.go()

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


# The audit


def test_the_audit_finds_a_refused_paper_that_was_issued_all_the_same(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    scene.place("A-2", [item("1", "50.00")])
    scene.go()
    assert broken() == []
    with unit_of_work() as session:
        session.execute(text(
            "INSERT INTO refused_paper (shop_id, order_id, kind, breaches, settings_id, refused_at) "
            "SELECT shop_id, id, 'invoice', '[]', 2, now() FROM orders WHERE number = 'A-2'"
        ))  # fmt: skip
        session.execute(text("UPDATE refused_paper SET released_at = now() WHERE order_id <> 2"))
        session.execute(text("UPDATE orders SET paper_refused_at = now() WHERE number = 'A-2'"))
    assert broken() == [
        ("order A-2", "has an invoice that is refused, and an invoice"),
        ("order A-1", "is marked as refused, and no refusal says why"),
    ]


def broken() -> list[tuple[str, str]]:
    """What the audit has to say."""
    with unit_of_work() as session:
        return [(breach.about, breach.problem) for one in audited(session) for breach in one.first]
