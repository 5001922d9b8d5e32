"""What customers are told: papers with their bytes, what was taken back and why, what comes back, what has left."""

from datetime import timedelta

import pytest
from factories import CUSTOMER, STAGES, Clock, Scene, item, shipping
from mailing import MAIL, Mailing, mailing, parsed, text_of
from sqlalchemy import select

from models import Mail, MailItem, MailKind, MailState
from partnershop import clock
from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.flows import mail as flow
from partnershop.flows.mail_composing import compose
from partnershop.stages import Stage

# All that leads to a mail, but sending it.
UNSENT = STAGES - {Stage.MAIL}
NBSP = "\N{NO-BREAK SPACE}"


def test_an_invoice_goes_with_its_pdf_to_the_customer(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.place("A-1", [item("1", "100.00")], charges=[shipping()])
    scene.go()
    scene.ship("A-1", "1")
    mailing.go()
    (invoice,) = [data for data in mailing.post.sent if b"FT-" in data]
    message = parsed(invoice)
    assert message["Subject"] == "Fattura FT-2026-000001 – ordine A-1"
    assert message["To"] == "chiara@customers.example"
    assert message["From"].addresses[0].display_name == "Tipografia di Prova S.r.l."
    assert message["From"].addresses[0].addr_spec == "mail@aurora.example"
    assert message["Bcc"] is None
    (paper,) = message.iter_attachments()
    assert paper.get_filename() == "FT-2026-000001.pdf"
    assert paper.get_content() == b"%PDF FT-2026-000001"
    text = text_of(invoice)
    assert "Buongiorno Chiara Conti," in text
    assert f"Totale fattura: 131,64{NBSP}EUR" in text
    assert f"Vi preghiamo di versare 131,64{NBSP}EUR entro il " in text
    row = mailing.row(MailKind.INVOICE)
    assert (row.state, row.bcc, row.times_sent) == (MailState.SENT, ["books@aurora.example"], 1)
    assert row.message_id == f"<{row.key}@aurora.example>"


def test_a_paid_invoice_says_that_nothing_is_due(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.place("A-1", [item("1", "100.00")], payment_method="card")
    scene.pay("A-1", "122.00")
    scene.go()
    scene.ship("A-1", "1")
    mailing.go()
    text = mailing.row(MailKind.INVOICE).text_body or ""
    assert f"Già pagato: 122,00{NBSP}EUR" in text
    assert "non resta nulla da pagare" in text


def reversed_with(mailing: Mailing, paid: str | None, *, method: str = "invoice") -> str:
    """The text of the reversal mail of an order of 122.00 and 61.00, of which the second item is cancelled."""
    scene = mailing.scene
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "100.00"), item("2", "50.00")], payment_method=method)
    if paid:
        scene.pay("A-1", paid)
    scene.go()
    scene.cancel("A-1", "2")
    mailing.go()
    return mailing.row(MailKind.REVERSAL).text_body or ""


def test_a_reversal_says_what_was_taken_back_why_and_what_comes_back(mailing: Mailing) -> None:
    text = reversed_with(mailing, "183.00", method="card")
    assert "NC-2026-000001" in text
    assert "fattura FT-2026-000001" in text
    assert "- 1 × item 2" in text
    assert "item 1" not in text
    assert f"Totale stornato: 61,00{NBSP}EUR" in text
    assert "Motivo: su vostra richiesta" in text
    assert f"Vi rimborsiamo 61,00{NBSP}EUR sulla carta usata per il pagamento." in text
    assert f"L'ordine ammonta ora a 122,00{NBSP}EUR, già pagati." in text


def test_what_comes_back_is_what_was_paid_too_much_and_not_the_reversal(mailing: Mailing) -> None:
    text = reversed_with(mailing, "130.00")
    assert f"Totale stornato: 61,00{NBSP}EUR" in text
    assert f"Vi rimborsiamo 8,00{NBSP}EUR con bonifico." in text
    assert f"rimborsiamo 61,00{NBSP}EUR" not in text


def test_nothing_paid_is_nothing_back(mailing: Mailing) -> None:
    text = reversed_with(mailing, None)
    assert "Per l'ordine non risulta pagato nulla: non c'è nulla da rimborsare." in text
    assert f"L'ordine ammonta ora a 122,00{NBSP}EUR; restano da pagare 122,00{NBSP}EUR." in text


def test_a_part_paid_is_nothing_back_either(mailing: Mailing) -> None:
    text = reversed_with(mailing, "100.00")
    assert f"risultano pagati 100,00{NBSP}EUR, non più di quanto è dovuto" in text
    assert f"restano da pagare 22,00{NBSP}EUR" in text


def test_an_order_taken_back_as_a_whole_owes_nothing(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "100.00")], customer=CUSTOMER | {"language": "de"})
    scene.go()
    scene.tell("order.cancelled", order="A-1", reason="wir haben uns <verlesen>")
    mailing.go()
    row = mailing.row(MailKind.REVERSAL)
    assert row.subject == "Stornorechnung NC-2026-000001 – Auftrag A-1"
    assert "Zum Auftrag ist nichts mehr zu zahlen." in (row.text_body or "")
    assert "Grund: wir haben uns <verlesen>" in (row.text_body or "")
    assert "wir haben uns &lt;verlesen&gt;" in (row.html_body or "")


def test_a_late_payment_before_the_mail_is_told_too(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "100.00")])
    scene.go()
    scene.cancel("A-1")
    scene.go()
    scene.pay("A-1", "122.00")
    mailing.go()
    assert f"Vi rimborsiamo 122,00{NBSP}EUR con bonifico." in (mailing.row(MailKind.REVERSAL).text_body or "")


def test_a_reduced_invoice_and_its_reversal_are_one_mail(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "100.00"), item("2", "50.00")], customer=CUSTOMER | {"language": "en"})
    scene.pay("A-1", "183.00")
    scene.go()
    scene.complain("A-1", "1", "RC-1")
    scene.accept("A-1", "RC-1", net="10.00")
    mailing.go()
    row = mailing.row(MailKind.REDUCED_INVOICE)
    assert mailing.rows(MailKind.REVERSAL) == []
    assert row.subject == "Reduced invoice FT-2026-000002 – replaces FT-2026-000001 – order A-1"
    text = row.text_body or ""
    assert "We have accepted your complaint RC-1." in text
    assert "About: item 1" in text
    assert "Reason: colours are off" in text
    assert f"Total so far: EUR{NBSP}183.00" in text
    assert f"Reduction, VAT included: EUR{NBSP}12.20" in text
    assert f"New total: EUR{NBSP}170.80" in text
    assert f"We refund EUR{NBSP}12.20 by bank transfer." in text
    papers = [part.get_filename() for part in parsed(mailing.post.sent[-1]).iter_attachments()]
    assert papers == ["NC-2026-000001.pdf", "FT-2026-000002.pdf"]


def test_two_cases_are_told_apart(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "100.00"), item("2", "50.00")], payment_method="paypal")
    scene.pay("A-1", "183.00")
    scene.go()
    scene.cancel("A-1", "2")
    scene.go()
    scene.complain("A-1", "1", "RC-1")
    scene.accept("A-1", "RC-1", percent="10")
    mailing.go()
    first, second = mailing.row(MailKind.REVERSAL), mailing.row(MailKind.REDUCED_INVOICE)
    assert f"Vi rimborsiamo 61,00{NBSP}EUR sul conto PayPal" in (first.text_body or "")
    assert f"Vi rimborsiamo 12,20{NBSP}EUR sul conto PayPal" in (second.text_body or "")


def test_a_rejected_complaint_is_told_with_the_reason(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.place("A-1", [item("1", "100.00")], customer=CUSTOMER | {"language": "de"})
    scene.go()
    scene.complain("A-1", "1", "RC-1")
    scene.reject("A-1", "RC-1")
    mailing.go()
    row = mailing.row(MailKind.COMPLAINT_REJECTED)
    assert (row.state, row.subject) == (MailState.SENT, "Reklamation RC-1 – Auftrag A-1")
    text = row.text_body or ""
    assert "Betrifft: item 1" in text
    assert "Ihre Reklamation: colours are off" in text
    assert "Grund unserer Entscheidung: as proofed" in text


def test_items_that_leave_together_are_one_mail(mailing: Mailing, time: Clock, product: pytest.MonkeyPatch) -> None:
    product.setenv("PARTNERSHOP_MAIL_GATHER_SECONDS", "60")
    config.cache_clear()
    scene = mailing.scene
    scene.place("A-1", [item("1", "1.00"), item("2", "2.00", quantity=5000), item("3", "3.00")])
    scene.go()
    scene.tell("item.shipped", order="A-1", item="1", carrier="SDA", tracking="1Z-99")
    scene.go()
    scene.tell("item.shipped", order="A-1", item="2")
    scene.go()
    assert mailing.send() == "nothing was due"
    time.advance(61)
    assert mailing.send() == "1 mail sent: A-1 (shipped)"
    text = mailing.row(MailKind.SHIPPED).text_body or ""
    assert "- 1 × item 1\n  Corriere: SDA\n  Numero di spedizione: 1Z-99\n- 5.000 × item 2\n" in text
    assert "item 3" not in text
    assert "Gli altri articoli dell'ordine seguono" in text
    scene.ship("A-1", "3")
    scene.go()
    time.advance(61)
    mailing.send()
    last = mailing.rows(MailKind.SHIPPED)[-1].text_body or ""
    assert "item 3" in last
    assert "seguono" not in last


def test_an_item_is_never_told_in_a_mail_that_is_being_composed(mailing: Mailing) -> None:
    """Whoever composes holds the row: what leaves in that moment gets a mail of its own."""
    scene = mailing.scene
    scene.place("A-1", [item("1", "1.00"), item("2", "2.00")])
    scene.go()
    scene.ship("A-1", "1")
    scene.go(UNSENT)
    with unit_of_work() as composing:
        row = composing.scalars(select(Mail).where(Mail.kind == MailKind.SHIPPED).with_for_update()).one()
        compose(composing, row)
        scene.ship("A-1", "2")
        scene.go(UNSENT)
    with unit_of_work() as session:
        told = session.execute(select(MailItem.mail_id, MailItem.item_id)).all()
    assert len({mail_id for mail_id, _ in told}) == 2
    assert [row.composed_at is not None for row in mailing.rows(MailKind.SHIPPED)] == [True, False]
    mailing.send()
    assert ["item 2" in text_of(data) for data in mailing.post.sent] == [False, True]


def test_without_the_settings_nothing_is_sent_and_papers_say_so(scene: Scene) -> None:
    scene.place("A-1", [item("1", "100.00")])
    scene.go()
    scene.ship("A-1", "1")
    scene.go()
    with unit_of_work() as session:
        mails = session.scalars(select(Mail)).all()
    assert [(row.kind, row.state) for row in mails] == [(MailKind.INVOICE, MailState.OFF)]


def test_what_waits_is_off_when_the_shop_switches_mail_off(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.place("A-1", [item("1", "100.00")])
    scene.go()
    scene.ship("A-1", "1")
    scene.go(UNSENT)
    scene.change_settings(mail=MAIL | {"enabled": False})
    mailing.print_papers()
    assert mailing.send() == "nothing was due"
    assert {row.state for row in mailing.rows()} == {MailState.OFF}


def test_what_was_composed_never_changes(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.place("A-1", [item("1", "100.00")])
    scene.go()
    scene.ship("A-1", "1")
    mailing.go()
    row = mailing.row(MailKind.INVOICE)
    for column in ("key", "message_id", "sender", "sender_name", "subject", "text_body", "html_body", "recipients"):
        with pytest.raises(Exception, match="mail"):
            mailing.change(row, **{column: ["other"] if column == "recipients" else "other"})
    mailing.change(row, last_error="may change")


def test_a_mail_composed_before_its_settings_changed_goes_out_as_it_was(mailing: Mailing) -> None:
    scene = mailing.scene
    scene.place("A-1", [item("1", "100.00")])
    scene.go()
    scene.ship("A-1", "1")
    mailing.go()
    before = mailing.post.sent[-1]
    scene.change_settings(mail=MAIL | {"sender": "new@aurora.example", "sender_name": "Other", "bcc": []})
    with unit_of_work() as session:
        flow.make_due_again(session, session.get_one(Mail, mailing.row(MailKind.INVOICE).id))
    mailing.send()
    assert mailing.post.sent[-1] == before
    assert clock.now() - mailing.row(MailKind.INVOICE).created_at < timedelta(minutes=10)


__all__ = ["mailing"]
