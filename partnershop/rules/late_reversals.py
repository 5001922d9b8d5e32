"""Reversals of Italian sellers that come late: art. 26 DPR 633/72 lets VAT be taken back only within a year.

Comma 3: where both sides agree later, or the invoice was wrong, a year from the supply. Comma 2 has no such limit, for
supplies that are void, annulled, rescinded or the like; which of the two it is only people can tell.
"""

from datetime import date

RULE = "P-IT-26"


def year_after(supplied: date) -> date:
    """The last day of the year after a supply; the 28th of February, where that day has no other in that year."""
    try:
        return supplied.replace(year=supplied.year + 1)
    except ValueError:
        return supplied.replace(year=supplied.year + 1, day=28)


def is_late(seller_country: str, supplied: date, today: date) -> bool:
    """Whether somebody must look at a reversal before it is issued."""
    return seller_country == "IT" and today > year_after(supplied)
