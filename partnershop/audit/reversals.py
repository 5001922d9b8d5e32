"""Invariant 5: corrections never take back more than was invoiced, and a whole invoice to the cent."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit.finding import Finding

_REVERSALS = text("SELECT count(*) FROM document WHERE shop_id = ANY(:shops) AND kind = 'reversal'")

_REVERSAL_LINES = text("""
    WITH judged AS (
        SELECT shop.code, document.number || ' line ' || line.position AS about, line.id,
               CASE WHEN document.kind <> 'reversal' AND line.origin_line_id IS NOT NULL
                        THEN 'takes back a line, but its paper is no reversal'
                    WHEN document.kind = 'reversal' AND origin.id IS NULL THEN 'takes back no line of an invoice'
                    WHEN origin.document_id IS DISTINCT FROM document.refers_to_id AND document.kind = 'reversal'
                        THEN 'takes back a line of another paper than the one it names'
                    WHEN line.net > origin.net THEN 'takes back more than was invoiced'
                    WHEN (line.item_id, line.charge_id, line.price_net, line.allowance, line.net, line.vat_category,
                          line.vat_rate, line.vat_exemption)
                         IS DISTINCT FROM
                         (origin.item_id, origin.charge_id, origin.price_net, origin.allowance, origin.net,
                          origin.vat_category, origin.vat_rate, origin.vat_exemption) AND document.kind = 'reversal'
                        THEN 'is not the line that it takes back'
               END AS problem
          FROM document
          JOIN shop ON shop.id = document.shop_id
          JOIN document_line line ON line.document_id = document.id
          LEFT JOIN document_line origin ON origin.id = line.origin_line_id
         WHERE document.shop_id = ANY(:shops)
    )
    SELECT code, about, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")

_TAKEN_TWICE = text("""
    SELECT shop.code, document.number || ' line ' || origin.position,
           'was taken back ' || count(*) || ' times: ' || sum(line.net) || ' of ' || origin.net || ' (minor units)'
      FROM document_line line
      JOIN document_line origin ON origin.id = line.origin_line_id
      JOIN document ON document.id = origin.document_id
      JOIN shop ON shop.id = document.shop_id
     WHERE document.shop_id = ANY(:shops)
     GROUP BY shop.code, document.id, document.number, origin.id, origin.position, origin.net
    HAVING count(*) > 1
     ORDER BY document.id, origin.position
""")

_TAKEN_BACK = text("""
    WITH lines AS (
        SELECT line.document_id, count(*) AS invoiced, count(taken.id) AS reversed
          FROM document_line line LEFT JOIN document_line taken ON taken.origin_line_id = line.id
         GROUP BY line.document_id
    ),
    taken AS (
        SELECT refers_to_id, sum(net) AS net, sum(tax) AS tax, sum(gross) AS gross
          FROM document WHERE kind = 'reversal' GROUP BY refers_to_id
    )
    SELECT shop.code, document.number,
           CASE WHEN lines.invoiced = lines.reversed
                THEN 'is fully reversed, but ' || taken.gross || ' of ' || document.gross
                     || ' were taken back (minor units)'
                ELSE 'has more taken back than was invoiced' END
      FROM document
      JOIN shop ON shop.id = document.shop_id
      JOIN lines ON lines.document_id = document.id
      JOIN taken ON taken.refers_to_id = document.id
     WHERE document.shop_id = ANY(:shops) AND document.kind <> 'reversal'
       AND CASE WHEN lines.invoiced = lines.reversed
                THEN (taken.net, taken.tax, taken.gross) <> (document.net, document.tax, document.gross)
                ELSE taken.net > document.net OR taken.tax > document.tax END
     ORDER BY document.id
""")

_REFERENCES = text("""
    SELECT shop.code, document.number,
           CASE WHEN document.kind = 'invoice' THEN 'is a first invoice and refers to another paper'
                WHEN original.id IS NULL THEN 'refers to no invoice'
                ELSE 'refers to ' || original.number || ', which it cannot correct' END
      FROM document
      JOIN shop ON shop.id = document.shop_id
      LEFT JOIN document original ON original.id = document.refers_to_id
     WHERE document.shop_id = ANY(:shops)
       AND CASE WHEN document.kind = 'invoice' THEN original.id IS NOT NULL
                ELSE original.id IS NULL OR original.kind = 'reversal' OR original.order_id <> document.order_id
                     OR original.id > document.id
                     OR (original.seller, original.buyer) <> (document.seller, document.buyer) END
     ORDER BY document.id
""")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """Corrections never take back more than was invoiced, per line; a fully reversed invoice to the cent."""
    finding = Finding(5, "Corrections take back at most what was invoiced, a whole invoice to the cent")
    finding.checked = finding.count(session, shops, _REVERSALS)
    finding.take(session, shops, _REFERENCES, _REVERSAL_LINES, _TAKEN_TWICE, _TAKEN_BACK)
    return finding
