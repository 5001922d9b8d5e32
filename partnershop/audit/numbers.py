"""Invariant 6: the numbers of a series are 1..n in each year, their dates do not run backwards, its chain is whole."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit import chain
from partnershop.audit.finding import Finding

_DOCUMENTS = text("SELECT count(*) FROM document WHERE shop_id = ANY(:shops)")

_SEQUENCES = text("""
    WITH numbered AS (
        SELECT shop_id, series, year, sequence, number, kind, issue_date,
               coalesce(lag(sequence) OVER in_year, 0) AS before,
               lag(issue_date) OVER in_series AS date_before
          FROM document WHERE shop_id = ANY(:shops)
        WINDOW in_year AS (PARTITION BY shop_id, series, year ORDER BY sequence, id),
               in_series AS (PARTITION BY shop_id, series ORDER BY year, sequence, id)
    )
    SELECT shop.code, numbered.number,
           CASE WHEN sequence = before THEN 'has a number that was given before'
                WHEN sequence <> before + 1
                    THEN 'is number ' || sequence || ' of the series, the one before it is '
                         || CASE before WHEN 0 THEN 'missing' ELSE before::text END
                WHEN issue_date < date_before
                    THEN 'is dated ' || issue_date || ', the number before it ' || date_before
                WHEN year <> extract(year FROM issue_date) THEN 'is dated ' || issue_date || ' in series ' || year
                ELSE 'is a ' || kind || ' in the series ' || series END
      FROM numbered JOIN shop ON shop.id = numbered.shop_id
     WHERE sequence <> before + 1 OR issue_date < date_before OR year <> extract(year FROM issue_date)
        OR (kind = 'reversal') <> (series = 'reversal')
     ORDER BY numbered.shop_id, series, year, sequence
""")

_SAME_NUMBER = text("""
    SELECT shop.code, document.number, 'is the number of ' || count(*) || ' papers'
      FROM document JOIN shop ON shop.id = document.shop_id
     WHERE document.shop_id = ANY(:shops)
     GROUP BY shop.code, document.number HAVING count(*) > 1
     ORDER BY shop.code, document.number
""")

_COUNTERS = text("""
    WITH last AS (
        SELECT DISTINCT ON (shop_id, series) shop_id, series, year, sequence, issue_date
          FROM document WHERE shop_id = ANY(:shops)
         ORDER BY shop_id, series, year DESC, sequence DESC
    )
    SELECT shop.code, 'series ' || last.series,
           'has a counter at ' || coalesce(counter.year || '/' || counter.last_number, 'nothing')
               || ', its last number is ' || last.year || '/' || last.sequence
      FROM last
      JOIN shop ON shop.id = last.shop_id
      LEFT JOIN number_series counter ON counter.shop_id = last.shop_id AND counter.series = last.series
     WHERE (counter.year, counter.last_number) IS DISTINCT FROM (last.year, last.sequence)
        OR counter.last_issue_date < last.issue_date
     ORDER BY shop.code, last.series
""")

_EMPTIED = text("""
    SELECT shop.code, 'series ' || counter.series,
           'has a counter at ' || counter.year || '/' || counter.last_number || ', and no paper'
      FROM number_series counter JOIN shop ON shop.id = counter.shop_id
     WHERE counter.shop_id = ANY(:shops) AND counter.last_number > 0 AND NOT EXISTS (
               SELECT FROM document WHERE document.shop_id = counter.shop_id AND document.series = counter.series)
     ORDER BY shop.code, counter.series
""")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """Numbers per shop, series and year are 1..n, dates do not run backwards, the counters know the last ones.

    And every paper is still the one that was issued: digests and links of each series are made again from the rows.
    """
    finding = Finding(6, "Numbers per series and year are 1 to n, dates do not run backwards, each chain is whole")
    finding.checked = finding.count(session, shops, _DOCUMENTS)
    finding.take(session, shops, _SEQUENCES, _SAME_NUMBER, _COUNTERS, _EMPTIED)
    chain.look_at(session, shops, finding)
    return finding
