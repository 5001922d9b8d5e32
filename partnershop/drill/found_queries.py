"""The query of each kind of row. `shops` are codes."""

from collections.abc import Mapping
from typing import Any, LiteralString

from partnershop.drill import found_rows as rows

QUERIES: Mapping[type[Any], LiteralString] = {
    rows.Event: """
        SELECT event.id, shop.code AS shop, source, event_id, type, order_number AS number, state, outcome,
               body #>> '{data,refund}' AS refund, body
          FROM event JOIN shop ON shop.id = shop_id WHERE shop.code = ANY(%(shops)s) ORDER BY event.id
    """,
    rows.Order: """
        SELECT orders.id, shop.code AS shop, number, paid, entitled, invoice_id IS NOT NULL AS has_invoice,
               paper_refused_at IS NOT NULL AS paper_refused
          FROM orders JOIN shop ON shop.id = shop_id WHERE shop.code = ANY(%(shops)s) ORDER BY orders.id
    """,
    rows.Item: """
        SELECT item.id, order_id, item.key, net, reduced_by, item.state, route, hold_code, hold_reason,
               cancellation_id IS NOT NULL AS is_cancelling,
               EXISTS (SELECT FROM finding WHERE finding.shop_id = item.shop_id
                         AND finding.kind = 'dispatch_unacknowledged' AND finding.state = 'open'
                         AND about ->> 'order' = orders.number AND about ->> 'item' = item.key) AS unacknowledged
          FROM item JOIN orders ON orders.id = order_id JOIN shop ON shop.id = orders.shop_id
         WHERE shop.code = ANY(%(shops)s) ORDER BY item.id
    """,
    rows.Dispatch: """
        SELECT dispatch.id, item_id, producer, dispatch.key, dispatch.state, dispatch.last_error
          FROM dispatch JOIN item ON item.id = item_id JOIN shop ON shop.id = item.shop_id
         WHERE shop.code = ANY(%(shops)s) ORDER BY dispatch.id
    """,
    rows.Decision: """
        SELECT item_id FROM routing_decision JOIN item ON item.id = item_id JOIN shop ON shop.id = item.shop_id
         WHERE live AND shop.code = ANY(%(shops)s)
    """,
    rows.Commission: """
        SELECT item_id, base, percent, amount, voided_at IS NOT NULL AS is_void
          FROM commission_entry JOIN item ON item.id = item_id JOIN shop ON shop.id = item.shop_id
         WHERE shop.code = ANY(%(shops)s) ORDER BY commission_entry.id
    """,
    rows.Shipping: """
        SELECT item_id FROM mail_item JOIN item ON item.id = item_id JOIN shop ON shop.id = item.shop_id
         WHERE shop.code = ANY(%(shops)s)
    """,
    rows.Paper: """
        SELECT document.id, order_id, kind, series, year, sequence, document.number, case_id, net, gross,
               rendering.state AS printing, pdf IS NOT NULL OR location IS NOT NULL AS has_bytes,
               pdf IS NULL OR encode(sha256(pdf), 'hex') IS NOT DISTINCT FROM sha256 AS bytes_match,
               rendering.last_error AS print_error
          FROM document JOIN shop ON shop.id = shop_id LEFT JOIN rendering ON rendering.document_id = document.id
         WHERE shop.code = ANY(%(shops)s) ORDER BY document.id
    """,
    rows.Line: """
        SELECT document_line.id, document_id, item_id, origin_line_id AS origin_id, document_line.net
          FROM document_line JOIN document ON document.id = document_id JOIN shop ON shop.id = document.shop_id
         WHERE shop.code = ANY(%(shops)s) ORDER BY document_line.id
    """,
    rows.Enclosure: """
        SELECT mail_id, document_id
          FROM mail_document JOIN document ON document.id = document_id JOIN shop ON shop.id = document.shop_id
         WHERE shop.code = ANY(%(shops)s) ORDER BY mail_id
    """,
    rows.Payment: """
        SELECT order_id, key, amount
          FROM payment JOIN orders ON orders.id = order_id JOIN shop ON shop.id = orders.shop_id
         WHERE shop.code = ANY(%(shops)s) ORDER BY payment.id
    """,
    rows.Refund: """
        SELECT refund_request.id, order_id, amount, state FROM refund_request JOIN shop ON shop.id = shop_id
         WHERE shop.code = ANY(%(shops)s) ORDER BY refund_request.id
    """,
    rows.Case: """
        SELECT correction_case.id, correction_case.order_id, kind, correction_case.state, source, event.event_id,
               coalesce(correction_case.outcome, correction_case.last_error) AS why
          FROM correction_case JOIN event ON event.id = correction_case.event_id
          JOIN shop ON shop.id = correction_case.shop_id
         WHERE shop.code = ANY(%(shops)s) ORDER BY correction_case.id
    """,
    rows.Complaint: """
        SELECT order_id, key, state,
               (SELECT count(*) FROM mail WHERE mail.complaint_id = complaint.id) AS mails
          FROM complaint JOIN shop ON shop.id = shop_id WHERE shop.code = ANY(%(shops)s) ORDER BY complaint.id
    """,
    rows.Mail: """
        SELECT mail.id, shop.code AS shop, order_id, kind, state, message_id, last_error
          FROM mail JOIN shop ON shop.id = shop_id WHERE shop.code = ANY(%(shops)s) ORDER BY mail.id
    """,
}
