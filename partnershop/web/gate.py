"""Who may come in how fast: large bodies before they are proven, requests once they are.

Nobody but who has a shop's secret can use up what that shop may send. See docs/decisions/0019-pace-and-proof.md.
"""

from partnershop.web.credit import Credit, Loan
from partnershop.web.pace import Pace
from partnershop.web.problems import Problem

# Computing a signature over so little costs less than the rest of a request does.
SMALL_BYTES = 64 * 1024


class Gate:
    """What the visits of one event loop share."""

    def __init__(self, requests_per_minute: int, most_bytes: int) -> None:
        self.pace = Pace(requests_per_minute)
        self.credit = Credit(most_bytes)


class Visit:
    """One request at the gate: for which shop it knocks, and from which address."""

    def __init__(self, gate: Gate, shop_id: int, peer: str) -> None:
        self._gate = gate
        self._shop_id = shop_id
        self._peer = peer
        self._loan: Loan | None = None

    def before_large(self, size: int) -> None:
        """Ask before a body of up to `size` bytes is kept and a signature computed over it. Raises Problem 429.

        What a shop sends too fast ends here already, from an address that is known to be the shop's.
        """
        credit = self._gate.credit
        if credit.is_proven(self._shop_id, self._peer):
            self._refuse(self._gate.pace.seconds_left(self._shop_id))
        lent = credit.lend(self._shop_id, self._peer, size)
        if isinstance(lent, int):
            detail = (
                f"too many large bodies of this shop are not proven: wait {lent} seconds, or send at most "
                f"{SMALL_BYTES} bytes per request"
            )
            raise Problem(429, "too-much-unproven", detail, headers={"retry-after": str(lent)})
        self._loan = lent

    def proven(self) -> None:
        """The signature fits: the request counts as the shop's. Raises Problem 429 when the shop is too fast."""
        if self._loan is not None:
            self._gate.credit.give_back(self._loan)
        self._gate.credit.note_proven(self._shop_id, self._peer)
        self._refuse(self._gate.pace.seconds_to_wait(self._shop_id))

    def _refuse(self, wait: int) -> None:
        if wait:
            detail = f"too many requests: wait {wait} seconds, and send several events per request"
            raise Problem(429, "too-fast", detail, headers={"retry-after": str(wait)})
