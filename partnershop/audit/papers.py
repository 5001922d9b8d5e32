"""Invariant 4: every paper adds up.

The sums are SQL and not the rules that made the papers. numeric's round() is half away from zero, as every amount here
is to be rounded; times 0.01 is exact where dividing by 100 need not be.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit.finding import Finding
from partnershop.audit.refused import MARKED, REFUSED
from partnershop.rules.money import exponent

_DOCUMENTS = text("SELECT count(*) FROM document WHERE shop_id = ANY(:shops)")
_CURRENCIES = text("SELECT DISTINCT currency FROM document WHERE shop_id = ANY(:shops)")

_LINES = text("""
    WITH currencies AS (
        SELECT * FROM unnest(CAST(:currencies AS text[]), CAST(:factors AS numeric[])) AS given(currency, factor)
    ),
    judged AS (
        SELECT shop.code, document.number || ' line ' || line.position AS about, line.document_id, line.position,
               CASE WHEN line.price_net <> round(line.quantity * line.unit_price * currencies.factor)
                        THEN 'has a price that is not quantity times unit price'
                    WHEN line.allowance <> (SELECT coalesce(sum((granted->>'amount')::bigint), 0)
                                              FROM jsonb_array_elements(line.allowances) AS granted)
                        THEN 'has an allowance that is not the sum of its reductions'
                    WHEN line.allowance < 0 OR line.allowance > line.price_net
                        THEN 'has an allowance outside its price'
                    WHEN line.net <> line.price_net - line.allowance
                        THEN 'has a net that is not its price less its allowance'
                    WHEN line.is_charge <> (line.charge_id IS NOT NULL) OR line.is_charge = (line.item_id IS NOT NULL)
                        THEN 'is neither an item nor a charge'
               END AS problem
          FROM document
          JOIN shop ON shop.id = document.shop_id
          JOIN document_line line ON line.document_id = document.id
          JOIN currencies ON currencies.currency = document.currency
         WHERE document.shop_id = ANY(:shops)
    )
    SELECT code, about, problem FROM judged WHERE problem IS NOT NULL ORDER BY document_id, position
""")

_BASES = text("""
    WITH taken AS (
        SELECT document_id, vat_category AS category, vat_rate AS rate, coalesce(vat_exemption, '') AS exemption,
               sum(net) AS base
          FROM document_line GROUP BY 1, 2, 3, 4
    ),
    stated AS (
        SELECT document_id, category, rate, coalesce(exemption, '') AS exemption, sum(base) AS base, count(*) AS rows
          FROM document_tax GROUP BY 1, 2, 3, 4
    )
    SELECT shop.code, document.number,
           'states ' || coalesce(stated.base::text, 'nothing') || ' as base at ' || trim_scale(rate)
               || ' %, its lines come to ' || coalesce(taken.base::text, 'nothing') || ' (minor units)'
      FROM taken
      FULL JOIN stated USING (document_id, category, rate, exemption)
      JOIN document ON document.id = document_id
      JOIN shop ON shop.id = document.shop_id
     WHERE document.shop_id = ANY(:shops)
       AND (taken.base IS DISTINCT FROM stated.base OR stated.rows > 1)
     ORDER BY document.id, rate
""")

_INVOICE_TAXES = text("""
    SELECT shop.code, document.number,
           'has VAT of ' || tax.tax || ' on ' || tax.base || ' at ' || trim_scale(tax.rate) || ' % (minor units)'
      FROM document
      JOIN shop ON shop.id = document.shop_id
      JOIN document_tax tax ON tax.document_id = document.id
     WHERE document.shop_id = ANY(:shops) AND document.kind <> 'reversal'
       AND tax.tax <> round(tax.base * tax.rate * 0.01)
     ORDER BY document.id
""")

# The VAT of a correction is the effective VAT before minus round(remaining base x rate): so N of them telescope.
_REVERSAL_TAXES = text("""
    WITH taken AS (
        SELECT document.id, document.shop_id, document.number, tax.rate, tax.base, tax.tax,
               invoiced.base - coalesce(sum(tax.base) OVER earlier, 0) AS base_before,
               invoiced.tax - coalesce(sum(tax.tax) OVER earlier, 0) AS tax_before
          FROM document
          JOIN document_tax tax ON tax.document_id = document.id
          LEFT JOIN document_tax invoiced
            ON invoiced.document_id = document.refers_to_id AND invoiced.category = tax.category
               AND invoiced.rate = tax.rate AND coalesce(invoiced.exemption, '') = coalesce(tax.exemption, '')
         WHERE document.kind = 'reversal' AND document.shop_id = ANY(:shops)
        WINDOW earlier AS (
            PARTITION BY document.refers_to_id, tax.category, tax.rate, coalesce(tax.exemption, '')
            ORDER BY document.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
    SELECT shop.code, taken.number,
           CASE WHEN base_before IS NULL THEN 'takes back VAT at a rate that its invoice does not have'
                ELSE 'takes back VAT of ' || tax || ' at ' || trim_scale(rate) || ' %, it should be '
                     || tax_before - round((base_before - base) * rate * 0.01) || ' (minor units)' END
      FROM taken JOIN shop ON shop.id = taken.shop_id
     WHERE base_before IS NULL OR tax <> tax_before - round((base_before - base) * rate * 0.01)
     ORDER BY taken.id
""")

_TOTALS = text("""
    WITH taxes AS (SELECT document_id, sum(base) AS net, sum(tax) AS tax FROM document_tax GROUP BY document_id),
    lines AS (SELECT document_id, count(*) AS count, max(position) AS last FROM document_line GROUP BY document_id),
    judged AS (
        SELECT shop.code, document.number, document.id,
               CASE WHEN lines.count IS NULL THEN 'has no line'
                    WHEN lines.count <> lines.last THEN 'has a gap in its lines'
                    WHEN document.net IS DISTINCT FROM taxes.net THEN 'has a net that is not the sum of its bases'
                    WHEN document.tax IS DISTINCT FROM taxes.tax THEN 'has a VAT that is not the sum of its rates'
                    WHEN document.gross <> document.net + document.tax THEN 'has a gross that is not net plus VAT'
                    WHEN document.prepaid NOT BETWEEN 0 AND document.gross THEN 'has more prepaid than its gross'
                    WHEN document.currency <> orders.currency THEN 'is in another currency than its order'
               END AS problem
          FROM document
          JOIN orders ON orders.id = document.order_id
          JOIN shop ON shop.id = document.shop_id
          LEFT JOIN taxes ON taxes.document_id = document.id
          LEFT JOIN lines ON lines.document_id = document.id
         WHERE document.shop_id = ANY(:shops)
    )
    SELECT code, number, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """Every document adds up: lines, allowances, base per rate, VAT, gross."""
    finding = Finding(4, "Every paper adds up: lines, allowances, base per rate, VAT, gross")
    finding.checked = finding.count(session, shops, _DOCUMENTS)
    currencies = list(session.scalars(_CURRENCIES, {"shops": list(shops)}))
    factors = [10 ** exponent(currency) for currency in currencies]
    given = {"currencies": currencies, "factors": factors}
    finding.take(session, shops, _LINES.bindparams(**given), _BASES, _INVOICE_TAXES, _REVERSAL_TAXES, _TOTALS)
    finding.take(session, shops, REFUSED, MARKED)
    return finding
