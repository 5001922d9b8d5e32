"""What goes back to the customer.

The refund requests of an order add up to min(sum of entitlements, max(0, paid - owed)): never more than the cases took
off what is owed, never more than was overpaid. Nothing paid, nothing refunded; an overpayment without a case is
reported, not refunded. All amounts in minor units of the order's currency.
"""


def refundable(entitled: int, paid: int, owed: int) -> int:
    """What the live refund requests of an order must add up to."""
    return min(entitled, max(0, paid - owed))


def still_to_request(entitled: int, paid: int, owed: int, requested: int) -> int:
    """How much a new refund request must be over; 0 when there is nothing to ask for.

    `requested` is the sum of the requests that have not failed. Entitlements and payments only grow and what is owed
    only falls, so the sum never has to shrink.
    """
    return max(0, refundable(entitled, paid, owed) - requested)
