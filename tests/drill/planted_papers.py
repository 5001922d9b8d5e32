"""Troubles planted in papers, money and mails of the shop of tests/drill/judged.py; see planted.py."""

from planted import D, L, Planted, W, no, one, without

_COPY_CASE = """
    INSERT INTO correction_case (shop_id, order_id, event_id, kind, actor, reason, state, created_at)
    SELECT shop_id, order_id, event_id, kind, actor, reason, state, created_at FROM correction_case WHERE id = 3
"""
_COPY_COMPLAINT = """
    INSERT INTO complaint (shop_id, order_id, item_id, key, reason, state, opened_at)
    SELECT shop_id, order_id, item_id, 'C-7', reason, 'open', opened_at FROM complaint WHERE key = 'C-2'
"""
_COPY_ENTRY = """
    INSERT INTO commission_entry (shop_id, item_id, document_id, base, percent, amount, created_at)
    SELECT shop_id, item_id, document_id, base, percent, amount, created_at FROM commission_entry WHERE item_id = 1
"""
_COPY_PAYMENT = """
    INSERT INTO payment (order_id, key, amount, method, received_at, event_id)
    SELECT order_id, key, amount, method, received_at, event_id FROM payment WHERE order_id = 4
"""


def _copy_paper(paper: int, number: str, sequence: int, **others: str) -> tuple[str, ...]:
    """The same paper once more, with lines of its own, printed and in a mail; `others` are columns that differ."""
    columns = [
        "shop_id", "order_id", "case_id", "kind", "series", "year", "sequence", "number", "issue_date", "issued_at",
        "refers_to_id", "seller", "buyer", "currency", "language", "order_number", "order_date", "payment_method",
        "net", "tax", "gross", "prepaid",
    ]  # fmt: skip
    values = {"sequence": str(sequence), "number": f"'{number}'"} | others
    chosen = ", ".join(values.get(column, column) for column in columns)
    new = "(SELECT max(id) FROM document)"
    printed = f"SELECT {new}, state, pdf, sha256 FROM rendering WHERE document_id = {paper}"
    return (
        f"INSERT INTO document ({', '.join(columns)}) SELECT {chosen} FROM document WHERE id = {paper}",
        f"INSERT INTO rendering (document_id, state, pdf, sha256) {printed}",
        f"INSERT INTO mail_document SELECT mail_id, 9, {new} FROM mail_document WHERE document_id = {paper}",
    )


_LINES = """
    INSERT INTO document_line (document_id, position, is_charge, item_id, key, description, details, quantity,
                               unit_price, price_net, allowance, allowances, net, vat_rate, vat_category)
    SELECT (SELECT max(id) FROM document), position, is_charge, item_id, key, description, details, quantity,
           unit_price, price_net, allowance, allowances, net, vat_rate, vat_category
      FROM document_line WHERE document_id = 3
"""

PAPERS = {
    "an invoice that is missing": Planted(
        ("DELETE FROM document", "UPDATE orders SET paper_refused_at = now() WHERE id = 1"),
        ((L, "A-1: its invoice must be there and is not: the paper was refused"), (W, "A-1: mail … (invoice) …"),
         (W, "A-1: mail … (reduced_invoice) …"), (W, "A-1: mail … (reversal) …")),
    ),
    "an invoice too early": Planted(
        _copy_paper(1, "FT-9", 3, order_id="2", refers_to_id="NULL"),
        ((W, "A-2: FT-9 was issued, though the order must not be invoiced yet"),
         (L, "A-2: FT-9 is in no mail to the customer")),
    ),
    "two invoices": Planted(
        (*_copy_paper(1, "FT-9", 3), _LINES),
        ((D, "A-1: it was invoiced twice: FT-2026-000001 and FT-9"),
         (D, "A-1: the customer holds 2 valid invoices: FT-2026-000002 and FT-9"),
         (W, "A-1: mail … (invoice) …")),
    ),
    "two reversals of one case": Planted(
        _copy_paper(4, "NC-9", 3),
        ((D, "A-1: case 2 has 2 reversals: NC-2026-000002 and NC-9"), (W, "A-1: mail … (reversal) …")),
    ),
    "a reduced invoice twice": Planted(
        _copy_paper(3, "FT-9", 3),
        ((D, "A-1: case 1 has 2 reduced invoices: FT-2026-000002 and FT-9"), (W, "A-1: mail … (reduced_invoice) …")),
    ),
    "a reduced invoice without its reversal": Planted(
        ("UPDATE document SET case_id = 7 WHERE id = 2",),
        ((L, "A-1: FT-2026-000002 takes the place of an invoice that no reversal takes back"),),
    ),
    "a line taken back twice": Planted(
        no("uq_document_line_origin", "UPDATE document_line SET origin_line_id = 2 WHERE id = 7"),
        ((D, "A-1: line 2 of its invoice was taken back twice"),
         (D, "A-1: the customer holds 2 valid invoices: FT-2026-000001 and FT-2026-000002")),
    ),
    "a reversal that is missing": Planted(
        ("DELETE FROM document WHERE id = 4",),
        ((L, "A-1: item 2 was cancelled, and no reversal takes back its EUR 57.50"), (W, "A-1: mail … (reversal) …")),
    ),
    "a line on no invoice": one(
        "DELETE FROM document_line WHERE id = 11", W, "A-1: item 3 over EUR 85.00 is on no valid invoice"
    ),
    "a reduction that is missing": one(
        "UPDATE document_line SET net = 6833 WHERE id = 9", L,
        "A-1: item 1 is invoiced over EUR 68.33, and only EUR 60.00 are left of it: a reduced invoice is missing",
    ),
    "a line with too little": one(
        "UPDATE document_line SET net = 5999 WHERE id = 9", W,
        "A-1: item 1 is invoiced over EUR 59.99, and EUR 60.00 are left",
    ),
    "a net that is wrong": one(
        "UPDATE document SET net = net + 1 WHERE id = 3", W,
        "A-1: its papers come to EUR 152.91 net, one invoice over what is left to EUR 152.90",
    ),
    "a gross that is wrong": one(
        "UPDATE document SET gross = gross - 1 WHERE id = 3", W,
        "A-1: its papers come to EUR 186.53 gross, one invoice over what is left to EUR 186.54",
    ),
    "a paper that was never printed": one(
        "UPDATE rendering SET state = 'due', last_error = 'why' WHERE document_id = 1", L,
        "A-1: FT-2026-000001 was never printed: why",
    ),
    "a paper without a rendering": one(
        "DELETE FROM rendering WHERE document_id = 1", L, "A-1: FT-2026-000001 was never printed"
    ),
    "a paper given up": one(
        "UPDATE rendering SET state = 'parked', last_error = 'why' WHERE document_id = 1", L,
        "A-1: FT-2026-000001 was given up at the printer: why",
    ),
    "a paper without bytes": one(
        "UPDATE rendering SET pdf = NULL WHERE document_id = 1", L,
        "A-1: FT-2026-000001 counts as printed, and its bytes are not there",
    ),
    "a paper with other bytes": one(
        "UPDATE rendering SET pdf = 'x' WHERE document_id = 1", W,
        "A-1: the bytes of FT-2026-000001 are not those that were printed",
    ),
    "a number twice": Planted(
        without(
            "document", "uq_document_shop_id_number", "UPDATE document SET number = 'NC-2026-000001' WHERE id = 4"
        ),
        ((D, "number NC-2026-000001 was given twice"), (W, "A-1: mail … (reversal) …")),
    ),
    "a place in a series twice": Planted(
        without(
            "document", "uq_document_shop_id_series_year_sequence", "UPDATE document SET sequence = 1 WHERE id = 4"
        ),
        ((D, "number 1 of reversal 2026 was given twice"),),
    ),
    "a gap in the numbers": one(
        "UPDATE document SET sequence = 9 WHERE id = 4", W, "the numbers of reversal 2026 have a gap at 2, 3, 4, 5, 6 …"
    ),
}  # fmt: skip

MONEY = {
    "a payment that was lost": Planted(
        ("DELETE FROM payment WHERE order_id = 4", "UPDATE orders SET paid = 0 WHERE id = 4"),
        ((L, "A-4: payment P-1 of EUR 50.00 came in and is not there"),),
    ),
    "a payment twice": Planted(
        without("payment", "uq_payment_order_id_key", _COPY_PAYMENT, "UPDATE orders SET paid = 10000 WHERE id = 4"),
        ((D, "A-4: payment P-1 is there twice"),),
    ),
    "a payment of nobody's": Planted(
        (_COPY_PAYMENT.replace("order_id, key, amount, method, received_at, event_id FROM",
                               "order_id, 'P-7', 1, method, received_at, event_id FROM"),
         "UPDATE orders SET paid = paid + 1 WHERE id = 4"),
        ((W, "A-4: payment P-7 of EUR 0.01 is there, and nobody told of it"),),
    ),
    "a payment of another amount": Planted(
        ("UPDATE payment SET amount = 5001 WHERE order_id = 4", "UPDATE orders SET paid = 5001 WHERE id = 4"),
        ((W, "A-4: payment P-1 was EUR 50.00 and is EUR 50.01 here"),),
    ),
    "a payment counted twice": one(
        "UPDATE orders SET paid = 10000 WHERE id = 4", D,
        "A-4: its payments are EUR 50.00, and it counts as paid EUR 100.00",
    ),
    "a payment not counted": one(
        "UPDATE orders SET paid = 0 WHERE id = 4", L, "A-4: its payments are EUR 50.00, and it counts as paid EUR 0.00"
    ),
    "a complaint that was lost": one(
        "DELETE FROM complaint WHERE key = 'C-2'", L, "A-4: complaint C-2 was opened and is not there"
    ),
    "a complaint still open": one(
        "UPDATE complaint SET state = 'open' WHERE key = 'C-2'", L,
        "A-4: complaint C-2 was rejected, and is still open",
    ),
    "a complaint decided otherwise": one(
        "UPDATE complaint SET state = 'accepted' WHERE key = 'C-2'", W,
        "A-4: complaint C-2 is accepted, and must be rejected",
    ),
    "a complaint of nobody's": Planted(
        (_COPY_COMPLAINT,),
        ((W, "A-4: complaint C-7 is there, and nobody opened it"),),
    ),
    "a reduction of another amount": Planted(
        ("UPDATE item SET reduced_by = 832 WHERE id = 1",),
        ((W, "A-1: EUR 8.32 were taken off item 1, and it must be EUR 8.33"),),
    ),
    "two cases of one event": Planted(
        without("correction_case", "uq_correction_case_event_id", _COPY_CASE),
        ((D, "A-4: event … of /shops/aurora has two cases"),),
    ),
    "a case that was never settled": one(
        "UPDATE correction_case SET state = 'open', outcome = NULL, last_error = 'why' WHERE id = 3", L,
        "A-4: case 3 (cancellation) was never settled: why",
    ),
    "a case given up": one(
        "UPDATE correction_case SET state = 'parked', outcome = 'why' WHERE id = 3", L,
        "A-4: case 3 (cancellation) was given up: why",
    ),
    "an entitlement that is wrong": one(
        "UPDATE orders SET entitled = entitled + 1 WHERE id = 4", W,
        "A-4: its cases entitle to EUR 48.81, but took EUR 48.80 off",
    ),
    "a refund request that is missing": Planted(
        ("DELETE FROM refund_request WHERE id = 4",),
        ((L, "A-4: EUR 50.00 were paid and EUR 25.60 must go back, but no refund request is there"),
         (D, "A-4: R-4 over EUR 25.60 was instructed, and no such request is here")),
    ),
    "a refund request that does not do": Planted(
        ("UPDATE refund_request SET amount = 2559 WHERE id = 4",),
        ((L, "A-4: EUR 50.00 were paid and EUR 25.60 must go back, but only EUR 25.59 are requested (R-4)"),
         (W, "A-4: R-4 is over EUR 25.59, and whoever pays was told EUR 25.60 for order A-4")),
    ),
    "a refund twice": Planted(
        ("UPDATE refund_request SET state = 'settled' WHERE id = 2",),
        ((D, "A-1: EUR 266.70 were paid and EUR 80.16 must go back, but EUR 150.31 are requested (R-1, R-2, R-3)"),
         (L, "A-1: R-2 was reported failed, and is still settled")),
    ),
    "a refund that was never sent": one(
        "UPDATE refund_request SET state = 'requested' WHERE id = 4", L,
        "A-4: R-4 over EUR 25.60 was never sent to whoever pays",
    ),
    "a report about a refund that was lost": one(
        "UPDATE refund_request SET state = 'sent' WHERE id = 1", L, "A-1: R-1 was reported settled, and is still sent"
    ),
    "a refund settled by nobody": one(
        "UPDATE refund_request SET state = 'settled' WHERE id = 4", W, "A-4: R-4 is settled, and nobody reported that"
    ),
    "commission twice": Planted(
        without("commission_entry", "uq_commission_entry_item_id", _COPY_ENTRY),
        ((D, "A-1: item 1 has 2 live commission entries"),),
    ),
    "commission that is missing": one(
        "DELETE FROM commission_entry WHERE item_id = 1", L,
        "A-1: item 1 was made in house and invoiced, and no commission is booked",
    ),
    "commission on a cancelled item": one(
        _COPY_ENTRY.replace("SELECT shop_id, item_id", "SELECT shop_id, 6"), W,
        "A-4: item 1 was cancelled, and its commission stands",
    ),
    "commission on what is not invoiced": one(
        _COPY_ENTRY.replace("SELECT shop_id, item_id", "SELECT shop_id, 9"), W,
        "A-5: item 2 was not both made in house and invoiced, and its commission stands",
    ),
    "commission on another base": one(
        "UPDATE commission_entry SET base = 6000 WHERE item_id = 1", W,
        "A-1: the commission on item 1 is on EUR 60.00, its price was EUR 68.33",
    ),
    "commission of another amount": one(
        "UPDATE commission_entry SET amount = 546 WHERE item_id = 1", W,
        "A-1: the commission on item 1 is EUR 5.46, and must be EUR 5.47",
    ),
}  # fmt: skip

MAILS = {
    "a paper in no mail": Planted(
        ("DELETE FROM mail_document WHERE document_id = 4",),
        ((L, "A-1: NC-2026-000002 is in no mail to the customer"), (W, "A-1: mail … (reversal) …")),
    ),
    "a paper in two mails": Planted(
        without("mail_document", "uq_mail_document_document_id",
                 "INSERT INTO mail_document (mail_id, position, document_id) VALUES (2, 2, 4)"),
        ((D, "A-1: NC-2026-000002 goes to the customer in 2 mails"), (W, "A-1: mail … (invoice) …")),
    ),
    "a mail that was never sent": one(
        "UPDATE mail SET state = 'due', last_error = 'why' WHERE id = 4", L,
        "A-1: mail M-4 (reversal) was never sent, it is due: why",
    ),
    "a mail given up": one(
        "UPDATE mail SET state = 'parked' WHERE id = 4", L, "A-1: mail M-4 (reversal) was never sent, it is parked"
    ),
    "a rejection that nobody was told": Planted(
        ("UPDATE mail SET complaint_id = NULL WHERE id = 5",),
        ((L, "A-4: no mail tells the customer that complaint C-2 was rejected"),),
    ),
    "a shipment that nobody was told": one(
        "DELETE FROM mail_item WHERE item_id = 3", L, "A-1: no mail tells the customer that item 3 is on its way"
    ),
    "a shipment told twice": Planted(
        without("mail_item", "uq_mail_item_item_id", "INSERT INTO mail_item (mail_id, item_id) VALUES (5, 3)"),
        ((D, "A-1: 2 mails tell that item 3 is on its way"),),
    ),
}  # fmt: skip
