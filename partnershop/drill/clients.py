"""The shops' clients: they sign and post the stream as real webhook senders do, and note what they were answered.

Whatever is no definite answer (a broken connection, 401 while clocks differ, 429, any 5xx) is sent again after a short,
growing pause, until it is answered or the drill stops. An answer that must not be (a good event refused, a bad request
taken) is kept as a sentence: `unexpected`.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta

from partnershop.drill.ledger import Answer, Entry, Event, Ledger
from partnershop.drill.sender import BATCH, SINGLE, Answered, Sender
from partnershop.drill.stream import Parcel, Stream
from partnershop.drill.troubles import MONTH, TroubleName, cut, other_body

_DEFINITE = frozenset({202, 400, 409, 413, 415, 422})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.5
_IDLE = 0.05
_MOST_SENTENCES = 200


class Clients:
    """Threads that send; started once. `rate` is events a second for each shop, and may be changed at any time."""

    def __init__(
        self, intake: str, secrets: Mapping[str, str], stream: Stream, ledger: Ledger, now: Callable[[], datetime],
        *, rate: float = 5.0, threads: int = 2,
    ) -> None:  # fmt: skip
        self.rate = rate
        self._intake, self._secrets, self._now = intake, secrets, now
        self._stream, self._ledger = stream, ledger
        self._threads = [
            threading.Thread(target=self._work, args=(shop, number), name=f"client-{shop}-{number}", daemon=True)
            for shop in stream.shops
            for number in range(threads)
        ]
        self._per_shop = threads
        self._stopped, self._going = threading.Event(), threading.Event()
        self._hurry = False
        self._lock = threading.Lock()
        self._busy = 0
        self._unexpected: list[str] = []
        self._statuses: Counter[int] = Counter()

    def start(self) -> None:
        """Begin to send."""
        self._going.set()
        for thread in self._threads:
            thread.start()

    def pause(self) -> None:
        """Begin no further request; those under way go on until they are answered."""
        with self._lock:
            self._going.clear()

    def go(self) -> None:
        """Send again."""
        self._going.set()

    def finish(self, seconds: float) -> bool:
        """Begin no new stories, send the planned and the kept-back rest as fast as it goes; whether all is answered.

        Waits at most that long. Afterwards what the works and others report is still sent, until `stop`.
        """
        self._stream.end()
        self._hurry = True
        self.go()
        deadline = time.monotonic() + seconds
        while not self.idle and time.monotonic() < deadline:
            time.sleep(_IDLE)
        return self.idle

    @property
    def idle(self) -> bool:
        """Whether nothing is planned, kept back or waiting for its answer; so only once the stream has ended."""
        with self._lock:
            return not self._busy and not any(self._stream.left(shop) for shop in self._stream.shops)

    def stop(self, seconds: float = 20.0) -> bool:
        """End the threads; whether all have ended in that time. What is not answered then stays unanswered."""
        self._stopped.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def put(self, shop: str, *events: Event) -> None:
        """Send these for the shop, before what is planned."""
        self._stream.put(shop, *events)

    def at_once(self, shop: str, events: Sequence[Event], seconds: float = 60.0) -> bool:
        """Send each over a connection of its own, all at the same moment; whether all were answered in that time."""
        barrier = threading.Barrier(len(events))

        def send(event: Event) -> None:
            with closing(self._sender(shop)) as sender:
                barrier.wait(seconds)
                self._send_parcel(sender, shop, Parcel((event,)), random.Random(str(event["id"])))

        threads = [threading.Thread(target=send, args=(event,), daemon=True) for event in events]
        deadline = time.monotonic() + seconds
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def unexpected(self) -> list[str]:
        """Answers that must not be, in sentences; the first of them."""
        with self._lock:
            return list(self._unexpected)

    def statuses(self) -> dict[int, int]:
        """How often each HTTP status was answered; 0 counts broken connections."""
        with self._lock:
            return dict(self._statuses)

    def _sender(self, shop: str) -> Sender:
        return Sender(self._intake, shop, self._secrets[shop], self._now)

    def _work(self, shop: str, number: int) -> None:
        dice = random.Random(f"{shop}:{number}")
        with closing(self._sender(shop)) as sender:
            while not self._stopped.is_set():
                began = time.monotonic()
                parcel = self._take(shop)
                if parcel is None:
                    self._stopped.wait(_IDLE)
                    continue
                try:
                    self._send_parcel(sender, shop, parcel, dice)
                finally:
                    self._give_back()
                self._pace(began, len(parcel.events))

    def _pace(self, began: float, events: int) -> None:
        """Wait until as much time has passed since then as so many events may take, by the rate of each moment."""
        while not self._stopped.is_set() and not self._hurry:
            left = began + events * self._per_shop / self.rate - time.monotonic()
            if left <= 0:
                return
            self._stopped.wait(min(left, _IDLE))

    def _take(self, shop: str) -> Parcel | None:
        # Under one lock with `idle`: a parcel is planned or under way, never neither. And so with `pause`.
        with self._lock:
            parcel = self._stream.next(shop) if self._going.is_set() else None
            if parcel is not None:
                self._busy += 1
            return parcel

    def _give_back(self) -> None:
        with self._lock:
            self._busy -= 1

    def _send_parcel(self, sender: Sender, shop: str, parcel: Parcel, dice: random.Random) -> None:
        body, media_type = _body_of(parcel.events, dice)
        if parcel.bad is TroubleName.TRUNCATED:
            self._send_bad(sender, shop, cut(body, dice), media_type, 400, dice)
        self._ledger.sending(len(parcel.events))
        answer = self._answer(sender, body, media_type, dice)
        if answer is None:
            return
        taken = [self._note(shop, event, answer) for event in parcel.events]
        # Only once the event itself is stored: the first to come under an id is the one that stands.
        if parcel.bad is TroubleName.OTHER_BODY and all(taken):
            self._send_other(sender, shop, other_body(parcel.events[0]), dice)
        elif parcel.bad is TroubleName.REPLAYED:
            self._send_bad(sender, shop, body, media_type, 401, dice, MONTH)

    def _note(self, shop: str, event: Event, answer: Answered) -> bool:
        taken = answer.status == 202 and str(event["id"]) not in answer.quarantined
        self._ledger.answered(Entry(shop, event, Answer.ACCEPTED if taken else Answer.REFUSED, time.monotonic()))
        if not taken:
            self._wonder(f"the door of {shop} answered {answer.status} to the good event {event['id']}")
        return taken

    def _send_other(self, sender: Sender, shop: str, event: Event, dice: random.Random) -> None:
        self._ledger.sending(1)
        answer = self._answer(sender, *_body_of([event], dice), dice)
        if answer is None:
            return
        self._ledger.answered(Entry(shop, event, Answer.REFUSED, time.monotonic()))
        if answer.status != 409 or str(event["id"]) not in answer.quarantined:
            self._wonder(f"the door of {shop} answered {answer.status}, not 409, to another body of {event['id']}")

    def _send_bad(
        self, sender: Sender, shop: str, body: bytes, media_type: str, expected: int, dice: random.Random,
        age: timedelta = timedelta(),
    ) -> None:  # fmt: skip
        answer = self._answer(sender, body, media_type, dice, age, also=expected)
        if answer is not None and answer.status != expected:
            self._wonder(f"the door of {shop} answered {answer.status}, not {expected}, to a request that was bad")

    def _answer(
        self, sender: Sender, body: bytes, media_type: str, dice: random.Random, age: timedelta = timedelta(),
        also: int = 202,
    ) -> Answered | None:  # fmt: skip
        """The definite answer (`also` is one), whatever it takes; None when the drill stops before there is one."""
        message, pause = sender.message(), _FIRST_PAUSE
        while not self._stopped.is_set():
            answer = sender.post(body, media_type, message, age)
            with self._lock:
                self._statuses[answer.status] += 1
            if answer.status in _DEFINITE or answer.status == also:
                return answer
            self._stopped.wait(pause * dice.uniform(0.7, 1.3))
            pause = min(2 * pause, _LONGEST_PAUSE)
        return None

    def _wonder(self, sentence: str) -> None:
        with self._lock:
            if len(self._unexpected) < _MOST_SENTENCES:
                self._unexpected.append(sentence)


def _body_of(events: Sequence[Event], dice: random.Random) -> tuple[bytes, str]:
    """The bytes of a request and its media type: structured, or a batch of one or more."""
    if len(events) == 1 and dice.randrange(4):
        return json.dumps(events[0], ensure_ascii=False).encode(), SINGLE
    return json.dumps(list(events), ensure_ascii=False).encode(), BATCH
