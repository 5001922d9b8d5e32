"""Invariants 7 and 8: cancellations and accepted complaints have the papers that belong to them, and no others."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit.finding import Finding

_CANCELLED = text("SELECT count(*) FROM item WHERE shop_id = ANY(:shops) AND state = 'cancelled'")
_OPEN_CANCELLATIONS = text("""
    SELECT count(*) FROM correction_case
     WHERE shop_id = ANY(:shops) AND kind = 'cancellation' AND state IN ('open', 'parked')
""")

# A reversal that comes with a reduced invoice belongs to a complaint: the line stands again on the reduced invoice.
_ITEM_PAPERS = text("""
    WITH companions AS (SELECT companion_id AS id FROM document WHERE companion_id IS NOT NULL),
    papers AS (
        SELECT line.item_id,
               count(*) FILTER (WHERE document.kind <> 'reversal') AS invoiced,
               count(*) FILTER (WHERE document.kind = 'reversal') AS reversed,
               count(*) FILTER (WHERE document.kind = 'reversal' AND companions.id IS NULL) AS live_reversals
          FROM document_line line
          JOIN document ON document.id = line.document_id
          LEFT JOIN companions ON companions.id = document.id
         WHERE line.item_id IS NOT NULL AND document.shop_id = ANY(:shops)
         GROUP BY line.item_id
    ),
    judged AS (
        SELECT shop.code, 'item ' || item.key || ' of ' || orders.number AS about, item.id,
               CASE WHEN papers.item_id IS NULL AND item.state <> 'cancelled' AND orders.id IN (
                             SELECT order_id FROM document WHERE kind = 'invoice')
                        THEN 'is live, but not on the invoice of its order'
                    WHEN papers.item_id IS NULL THEN NULL
                    WHEN papers.invoiced = 0 THEN 'was never invoiced and is on a reversal'
                    WHEN item.state = 'cancelled' AND papers.live_reversals <> 1
                        THEN 'is cancelled and was invoiced, it has ' || papers.live_reversals || ' live reversals'
                    WHEN item.state = 'cancelled' AND papers.reversed <> papers.invoiced
                        THEN 'is cancelled and still on a valid invoice'
                    WHEN item.state <> 'cancelled' AND papers.live_reversals > 0
                        THEN 'is not cancelled and was taken back'
                    WHEN item.state <> 'cancelled' AND papers.invoiced - papers.reversed <> 1
                        THEN 'is on ' || papers.invoiced - papers.reversed || ' valid invoices'
               END AS problem
          FROM item
          JOIN orders ON orders.id = item.order_id
          JOIN shop ON shop.id = item.shop_id
          LEFT JOIN papers ON papers.item_id = item.id
         WHERE item.shop_id = ANY(:shops)
    )
    SELECT code, about, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")

_CASELESS = text("""
    SELECT shop.code, 'item ' || item.key || ' of ' || orders.number,
           CASE WHEN item.state = 'cancelled' THEN 'is cancelled without a cancellation that is done'
                ELSE 'has a cancellation that is done and is not cancelled' END
      FROM item
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = item.shop_id
      LEFT JOIN correction_case cancellation ON cancellation.id = item.cancellation_id
     WHERE item.shop_id = ANY(:shops)
       AND (item.state = 'cancelled') <> coalesce(cancellation.state = 'done', false)
     ORDER BY item.id
""")


def check_cancellations(session: Session, shops: Sequence[int]) -> Finding:
    """A cancelled item that was invoiced has exactly one live reversal; one that was not has none."""
    finding = Finding(7, "A cancelled item that was invoiced has one live reversal, any other item none")
    finding.checked = finding.count(session, shops, _CANCELLED)
    finding.take(session, shops, _ITEM_PAPERS, _CASELESS)
    finding.wait_for(finding.count(session, shops, _OPEN_CANCELLATIONS), "cancellations to settle")
    return finding


_ACCEPTED = text("SELECT count(*) FROM complaint WHERE shop_id = ANY(:shops) AND state = 'accepted'")
_OPEN_COMPLAINTS = text("""
    SELECT count(*) FROM correction_case
     WHERE shop_id = ANY(:shops) AND kind = 'complaint' AND state IN ('open', 'parked')
""")

# The last invoice that bears the item must carry the reduction once; where an invoice was there before the complaint
# was accepted, the case must have issued the pair.
_ACCEPTED_PAPERS = text("""
    WITH invoiced AS (
        SELECT line.item_id, line.allowances, document.id, document.number,
               row_number() OVER (PARTITION BY line.item_id ORDER BY document.id DESC) AS age,
               first_value(line.allowances) OVER (PARTITION BY line.item_id ORDER BY document.id) AS at_first
          FROM document_line line JOIN document ON document.id = line.document_id
         WHERE document.kind <> 'reversal' AND line.item_id IS NOT NULL AND document.shop_id = ANY(:shops)
    ),
    granted AS (
        SELECT complaint.id, complaint.shop_id, complaint.key, complaint.reduction, complaint.order_id,
               decided.id AS case_id, invoiced.id AS invoice_id, invoiced.number AS invoice,
               (SELECT count(*) FROM jsonb_array_elements(invoiced.at_first) AS granted
                 WHERE granted->>'complaint' = complaint.key) AS on_first,
               (SELECT count(*) FROM jsonb_array_elements(invoiced.allowances) AS granted
                 WHERE granted->>'complaint' = complaint.key
                   AND (granted->>'amount')::bigint = complaint.reduction) AS on_last
          FROM complaint
          LEFT JOIN correction_case decided ON decided.complaint_id = complaint.id AND decided.state = 'done'
          LEFT JOIN invoiced ON invoiced.item_id = complaint.item_id AND invoiced.age = 1
         WHERE complaint.shop_id = ANY(:shops) AND complaint.state = 'accepted'
    ),
    judged AS (
        SELECT shop.code, 'complaint ' || granted.key AS about, granted.id,
               CASE WHEN granted.case_id IS NULL THEN 'is accepted without a case that is done'
                    WHEN granted.reduction IS NULL OR granted.reduction < 0 THEN 'is accepted without a reduction'
                    WHEN granted.invoice_id IS NOT NULL AND granted.on_last <> 1
                        THEN 'is accepted, but ' || granted.invoice || ' does not carry its reduction'
                    WHEN granted.invoice_id IS NOT NULL AND granted.on_first = 0 AND NOT EXISTS (
                             SELECT FROM document reduced
                               JOIN document reversal ON reversal.id = reduced.companion_id
                              WHERE reduced.case_id = granted.case_id AND reduced.kind = 'reduced_invoice'
                                AND reversal.case_id = granted.case_id AND reversal.kind = 'reversal'
                                AND reversal.refers_to_id = reduced.refers_to_id)
                        THEN 'is accepted on an invoiced order, without reversal and reduced invoice that are linked'
               END AS problem
          FROM granted JOIN shop ON shop.id = granted.shop_id
    )
    SELECT code, about, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")

_REDUCED_INVOICES = text("""
    WITH judged AS (
        SELECT shop.code, document.number, document.id,
               CASE WHEN decided.id IS NULL THEN 'is a reduced invoice without an accepted complaint'
                    WHEN reversal.id IS NULL THEN 'is a reduced invoice without its reversal'
                    WHEN reversal.case_id IS DISTINCT FROM document.case_id
                         OR reversal.refers_to_id IS DISTINCT FROM document.refers_to_id
                        THEN 'is linked to a reversal of something else'
                    WHEN EXISTS (
                        SELECT FROM document_line line
                         WHERE line.document_id = document.refers_to_id
                           AND NOT EXISTS (SELECT FROM document_line taken WHERE taken.origin_line_id = line.id))
                        THEN 'replaces an invoice of which lines are still valid'
               END AS problem
          FROM document
          JOIN shop ON shop.id = document.shop_id
          LEFT JOIN correction_case decided
            ON decided.id = document.case_id AND decided.kind = 'complaint' AND decided.state = 'done'
          LEFT JOIN document reversal ON reversal.id = document.companion_id AND reversal.kind = 'reversal'
         WHERE document.shop_id = ANY(:shops) AND document.kind = 'reduced_invoice'
    )
    SELECT code, number, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")

_NO_TRACE = text("""
    SELECT DISTINCT shop.code, 'complaint ' || coalesce(complaint.key, granted->>'complaint'),
           'is ' || coalesce(complaint.state, 'unknown') || ' and reduces a line of ' || document.number
      FROM document
      JOIN shop ON shop.id = document.shop_id
      JOIN document_line line ON line.document_id = document.id
     CROSS JOIN jsonb_array_elements(line.allowances) AS granted
      LEFT JOIN complaint ON complaint.shop_id = document.shop_id AND complaint.key = granted->>'complaint'
     WHERE document.shop_id = ANY(:shops) AND line.allowance > 0 AND complaint.state IS DISTINCT FROM 'accepted'
""")

_REDUCED_BY = text("""
    SELECT shop.code, 'item ' || item.key || ' of ' || orders.number,
           'is reduced by ' || item.reduced_by || ', its accepted complaints come to '
               || coalesce(granted.reduction, 0) || ' (minor units)'
      FROM item
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = item.shop_id
      LEFT JOIN (SELECT item_id, sum(reduction) AS reduction FROM complaint WHERE state = 'accepted' GROUP BY item_id)
             AS granted ON granted.item_id = item.id
     WHERE item.shop_id = ANY(:shops)
       AND (item.reduced_by <> coalesce(granted.reduction, 0) OR item.reduced_by > item.net)
     ORDER BY item.id
""")


def check_complaints(session: Session, shops: Sequence[int]) -> Finding:
    """An accepted complaint on an invoiced order has its reversal and its reduced invoice, linked; another no trace."""
    finding = Finding(8, "An accepted complaint on an invoiced order has its reversal and reduced invoice, linked")
    finding.checked = finding.count(session, shops, _ACCEPTED)
    finding.take(session, shops, _ACCEPTED_PAPERS, _REDUCED_INVOICES, _NO_TRACE, _REDUCED_BY)
    finding.wait_for(finding.count(session, shops, _OPEN_COMPLAINTS), "accepted complaints to settle")
    return finding
