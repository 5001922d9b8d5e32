"""Numbers of papers per shop, series and year: none missing, none twice, and no date behind the one before it."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.reconciliation.checks.asking import ask, count
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job

WRONG_YEAR = "wrong_year"
KINDS = (FindingKind.NUMBER_GAP, FindingKind.NUMBER_DOUBLE, FindingKind.NUMBER_BACKWARD_DATE)

_DOCUMENTS = text("SELECT count(*) FROM document WHERE shop_id = ANY(:shops)")

# The counter stands for the number after the last one of its year: what it gave out and no paper bears is missing, too.
_GAPS = text("""
    WITH given AS (
        SELECT shop_id, series, year, sequence, number FROM document WHERE shop_id = ANY(:shops)
        UNION ALL
        SELECT shop_id, series, year, last_number + 1, NULL FROM number_series WHERE shop_id = ANY(:shops)
    ),
    placed AS (
        SELECT *, lag(sequence, 1, 0) OVER in_year AS before, lag(number) OVER in_year AS number_before
          FROM given WINDOW in_year AS (PARTITION BY shop_id, series, year ORDER BY sequence, number)
    )
    SELECT placed.shop_id, shop.code AS shop, series || '-' || year || '-' || before + 1 AS key,
           jsonb_build_object('series', series, 'year', year::text) AS about,
           jsonb_build_object(
               'missing', before + 1 || CASE WHEN sequence > before + 2 THEN '–' || sequence - 1 ELSE '' END,
               'before', coalesce(number_before, '–'), 'after', coalesce(number, '–')) AS details,
           NULL AS amount, NULL AS currency
      FROM placed JOIN shop ON shop.id = placed.shop_id
     WHERE sequence > before + 1
     ORDER BY placed.shop_id, series, year, sequence
""")

_DOUBLES = text("""
    WITH doubles AS (
        SELECT shop_id, series || '-' || year || '-' || sequence AS key, min(number) AS number,
               string_agg(order_number, ', ' ORDER BY id) AS orders
          FROM document WHERE shop_id = ANY(:shops)
         GROUP BY shop_id, series, year, sequence HAVING count(*) > 1
        UNION ALL
        SELECT shop_id, number, number, string_agg(order_number, ', ' ORDER BY id)
          FROM document WHERE shop_id = ANY(:shops)
         GROUP BY shop_id, number HAVING count(DISTINCT (series, year, sequence)) > 1
    )
    SELECT doubles.shop_id, shop.code AS shop, doubles.key, jsonb_build_object('number', number) AS about,
           jsonb_build_object('orders', orders) AS details, NULL AS amount, NULL AS currency
      FROM doubles JOIN shop ON shop.id = doubles.shop_id
     ORDER BY doubles.shop_id, doubles.key
""")

_BACKWARD = text("""
    WITH dated AS (
        SELECT shop_id, series, year, sequence, number, issue_date, extract(year FROM issue_date) <> year AS wrong_year,
               lag(issue_date) OVER in_series AS date_before, lag(number) OVER in_series AS number_before
          FROM document WHERE shop_id = ANY(:shops)
        WINDOW in_series AS (PARTITION BY shop_id, series ORDER BY year, sequence)
    )
    SELECT dated.shop_id, shop.code AS shop, series || '-' || year || '-' || sequence AS key,
           jsonb_build_object('number', number) AS about,
           jsonb_build_object(
               'case', CASE WHEN wrong_year THEN CAST(:wrong_year AS text) END, 'date', issue_date::text,
               'before', number_before, 'date_before', date_before::text, 'year', year::text) AS details,
           NULL AS amount, NULL AS currency
      FROM dated JOIN shop ON shop.id = dated.shop_id
     WHERE issue_date < date_before OR wrong_year
     ORDER BY dated.shop_id, series, year, sequence
""")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    gap, double, backward = KINDS
    found = ask(session, _GAPS, shops, gap) + ask(session, _DOUBLES, shops, double)
    found += ask(session, _BACKWARD, shops, backward, wrong_year=WRONG_YEAR)
    return Looked(dict.fromkeys(KINDS, count(session, _DOCUMENTS, shops)), found)


CHECK = Check("numbers", KINDS, frozenset({Job.MONEY}), _look)
