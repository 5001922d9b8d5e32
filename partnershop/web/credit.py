"""How many bytes of large bodies are taken in from those who have proven nothing yet."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# In one go, and what grows back: enough for eight bodies of the usual limit at once; a mebibyte a second is little to
# read and little to compute a signature over.
MOST_BYTES = 32 * 1024 * 1024
BYTES_PER_SECOND = 1024 * 1024
_MOST_PEERS = 1_000

_Account = tuple[int, str | None]
"""The shop that is knocked for, and the address that knocks; without one it is all strangers of that shop."""


@dataclass(frozen=True)
class Loan:
    """What was lent to a request until it is proven."""

    account: _Account
    size: int


class Credit:
    """Lends bytes, which a proven request gives back and any other has spent.

    An address that has proven itself for a shop has an account of its own there; all the others of that shop share
    one. So strangers can use up what strangers have, and nothing else. Belongs to one event loop.
    """

    def __init__(self, most: int = MOST_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._accounts: dict[_Account, tuple[float, float]] = {}
        self._proven: OrderedDict[tuple[int, str], None] = OrderedDict()

    def is_proven(self, shop_id: int, peer: str) -> bool:
        """Whether this address has sent something with that shop's signature, as far as we remember."""
        return (shop_id, peer) in self._proven

    def lend(self, shop_id: int, peer: str, size: int) -> Loan | int:
        """What the request may take in; or in how many whole seconds it may ask again.

        A full account lends for any size, so that a body within the limit always comes through in the end.
        """
        account: _Account = (shop_id, peer if self.is_proven(shop_id, peer) else None)
        wanted = min(size, self._most)
        left = self._left(account)
        if wanted > left:
            return max(1, math.ceil((wanted - left) / BYTES_PER_SECOND))
        self._accounts[account] = (left - wanted, self._clock())
        return Loan(account, wanted)

    def give_back(self, loan: Loan) -> None:
        """The request that it was lent to is proven."""
        left = min(float(self._most), self._left(loan.account) + loan.size)
        self._accounts[loan.account] = (left, self._clock())

    def note_proven(self, shop_id: int, peer: str) -> None:
        """Remember that this address has the shop's secret; those that were not seen for longest are forgotten."""
        self._proven[shop_id, peer] = None
        self._proven.move_to_end((shop_id, peer))
        if len(self._proven) > _MOST_PEERS:
            forgotten, _ = self._proven.popitem(last=False)
            self._accounts.pop(forgotten, None)

    def _left(self, account: _Account) -> float:
        left, since = self._accounts.get(account, (float(self._most), self._clock()))
        return min(float(self._most), left + (self._clock() - since) * BYTES_PER_SECOND)
