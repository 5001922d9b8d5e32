"""Invariant 11, in between: the bytes of each paper are those that the database noted when they were stored first.

Each note is tied to the one before it in its shop, and to the chain of its paper. As with papers (`audit.chain`), the
links are no secret, so the ends are named.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit.finding import Finding, named

_NOTED = text("""
    WITH noted AS (
        SELECT printed.*, lag(link) OVER (PARTITION BY shop_id ORDER BY id) AS before
          FROM printed WHERE shop_id = ANY(:shops)
    ),
    judged AS (
        SELECT shop.code, document.id, document.number, noted.id AS place,
               CASE WHEN noted.id IS NULL THEN 'is rendered, but it was not noted that it was'
                    WHEN (rendering.sha256, rendering.renderer) IS DISTINCT FROM (noted.sha256, noted.renderer)
                        THEN 'has another SHA-256 or renderer than was noted when it was rendered'
                    WHEN noted.link <> encode(sha256(convert_to(concat_ws(' ', coalesce(noted.before, '-'),
                             noted.document_id, coalesce(document.chain, '-'), noted.sha256, noted.renderer
                         ), 'UTF8')), 'hex')
                        THEN 'was noted as rendered with another chain, or behind another paper'
               END AS problem
          FROM document
          JOIN shop ON shop.id = document.shop_id
          JOIN rendering ON rendering.document_id = document.id
          LEFT JOIN noted ON noted.document_id = document.id
         WHERE document.shop_id = ANY(:shops) AND (rendering.sha256 IS NOT NULL OR noted.id IS NOT NULL)
    )
    SELECT code, number, problem FROM judged WHERE problem IS NOT NULL ORDER BY place NULLS FIRST, id
""")

_ENDS = text("""
    SELECT DISTINCT ON (printed.shop_id) coalesce(document.number, '?') || ' ' || link
      FROM printed LEFT JOIN document ON document.id = document_id
     WHERE printed.shop_id = ANY(:shops) ORDER BY printed.shop_id, printed.id DESC
""")


def look_at(session: Session, shops: Sequence[int], finding: Finding) -> None:
    """Hash and renderer of every rendered paper are those that were noted, and every note follows the one before."""
    finding.take(session, shops, _NOTED)
    ends = list(session.scalars(_ENDS, {"shops": list(shops)}))
    if ends:
        finding.remark = f"prints end at {named(ends)}"
