"""Refused papers, for the invariants about papers: what is refused has none, and nobody waits without a reason."""

from sqlalchemy import text

REFUSED = text("""
    WITH judged AS (
        SELECT shop.code, orders.number, refused.id,
               CASE WHEN refused.case_id IS NULL AND orders.paper_refused_at IS NULL
                        THEN 'has an invoice that is refused, and is not marked so'
                    WHEN refused.case_id IS NULL AND (orders.invoice_id IS NOT NULL OR EXISTS (
                             SELECT FROM document WHERE order_id = orders.id AND kind = 'invoice'))
                        THEN 'has an invoice that is refused, and an invoice'
                    WHEN refused.case_id IS NOT NULL AND decided.state <> 'parked'
                        THEN 'has case ' || decided.id || ', whose paper is refused and which is ' || decided.state
                    WHEN EXISTS (SELECT FROM document WHERE document.case_id = refused.case_id)
                        THEN 'has case ' || decided.id || ', whose paper is refused and which has papers'
               END AS problem
          FROM refused_paper refused
          JOIN orders ON orders.id = refused.order_id
          JOIN shop ON shop.id = refused.shop_id
          LEFT JOIN correction_case decided ON decided.id = refused.case_id
         WHERE refused.shop_id = ANY(:shops) AND refused.released_at IS NULL
    )
    SELECT code, 'order ' || number, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")

MARKED = text("""
    SELECT shop.code, 'order ' || orders.number, 'is marked as refused, and no refusal says why'
      FROM orders JOIN shop ON shop.id = orders.shop_id
     WHERE orders.shop_id = ANY(:shops) AND orders.paper_refused_at IS NOT NULL
       AND NOT EXISTS (
           SELECT FROM refused_paper WHERE order_id = orders.id AND case_id IS NULL AND released_at IS NULL)
     ORDER BY orders.id
""")
