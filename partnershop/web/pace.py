"""How fast one sender may be: a token bucket per shop, in this process."""

import math
import time
from collections.abc import Callable


class Pace:
    """Lets through `per_minute` requests a minute and shop (0: any number), at most one minute's worth in one go."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[int, tuple[float, float]] = {}

    def seconds_to_wait(self, shop_id: int) -> int:
        """0 when the request may pass (and is counted), else in how many whole seconds one may."""
        wait = self.seconds_left(shop_id)
        if not wait and self._per_minute > 0:
            self._buckets[shop_id] = (self._tokens(shop_id) - 1, self._clock())
        return wait

    def seconds_left(self, shop_id: int) -> int:
        """The same, and nothing is counted."""
        if self._per_minute <= 0:
            return 0
        tokens = self._tokens(shop_id)
        return 0 if tokens >= 1 else max(1, math.ceil((1 - tokens) * 60 / self._per_minute))

    def _tokens(self, shop_id: int) -> float:
        moment = self._clock()
        tokens, since = self._buckets.get(shop_id, (float(self._per_minute), moment))
        return min(float(self._per_minute), tokens + (moment - since) * self._per_minute / 60)
