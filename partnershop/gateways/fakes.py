"""Stand-ins for tests: they remember in memory and answer as planned, by the rules of the real ones."""

from collections import deque
from collections.abc import Sequence

from partnershop.errors import Transient
from partnershop.gateways.files import is_safe_name
from partnershop.gateways.mail_message import Message, built
from partnershop.gateways.objects import Missing, location_of
from partnershop.gateways.outcome import Done, Outcome, Rejected
from partnershop.gateways.payments import RefundInstruction, other_content, refusal
from partnershop.gateways.ticket import Ticket


class FakeProducer:
    """A producer that keeps what it gets in `tickets` (in order) and what it gave back in `withdrawn` (key: reason).

    Idempotent as the hot folder is, or, with `idempotent=False`, as Unitedprint: the same key twice is two orders, and
    nothing can be withdrawn.
    """

    def __init__(self, name: str = "fake", *, idempotent: bool = True) -> None:
        self._name = name
        self._idempotent = idempotent
        self._planned: deque[tuple[Outcome, bool]] = deque()
        self.tickets: list[Ticket] = []
        self.withdrawn: dict[str, str] = {}

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def idempotent(self) -> bool:
        """As given."""
        return self._idempotent

    def plan(self, *outcomes: Outcome, kept: bool = False) -> None:
        """Answer the next hand-overs with these outcomes, one each, then normally again.

        `kept`: the ticket is kept all the same, which is how an `Unknown` (or a `Done` of your own) can be.
        """
        self._planned.extend((outcome, kept) for outcome in outcomes)

    def hand_over(self, ticket: Ticket) -> Outcome:
        """Keep the ticket, or answer as planned."""
        if not is_safe_name(ticket.key):
            return Rejected(f"{ticket.key!r} cannot be a ticket's key.")
        if self._planned:
            outcome, kept = self._planned.popleft()
            if kept:
                self._keep(ticket)
            return outcome
        if ticket.key in self.withdrawn and not self._known(ticket.key):
            return Rejected(f"Ticket {ticket.key} was withdrawn before it was handed over.")
        return Done(self._keep(ticket))

    def withdraw(self, ticket_key: str, reason: str) -> Outcome:
        """Remember the first reason; refused where the fake plays one that cannot withdraw."""
        if not is_safe_name(ticket_key):
            return Rejected(f"{ticket_key!r} cannot be a ticket's key.")
        if not self._idempotent:
            return Rejected(f"Ticket {ticket_key} cannot be withdrawn here; somebody has to call {self._name}.")
        self.withdrawn.setdefault(ticket_key, reason)
        return Done(f"{self._name}-withdrawn-{ticket_key}")

    def count(self, ticket_key: str) -> int:
        """How many times an item of that key would be made."""
        return sum(ticket.key == ticket_key for ticket in self.tickets)

    def _known(self, key: str) -> bool:
        return self.count(key) > 0

    def _keep(self, ticket: Ticket) -> str:
        if self._idempotent and self._known(ticket.key):
            return f"{self._name}-{ticket.key}"
        self.tickets.append(ticket)
        return f"{self._name}-{ticket.key}" if self._idempotent else f"{self._name}-{len(self.tickets)}"


class FakePayments:
    """Takes refund instructions into `refunds` (by shop and id); the same id with other content is refused."""

    def __init__(self, planned: Sequence[Outcome] = ()) -> None:
        self._planned = deque(planned)
        self.refunds: dict[tuple[str, str], RefundInstruction] = {}

    def plan(self, *outcomes: Outcome) -> None:
        """Answer the next requests with these outcomes and keep nothing, then normally again."""
        self._planned.extend(outcomes)

    def request_refund(self, instruction: RefundInstruction) -> Outcome:
        """Keep the instruction, or answer as planned."""
        if refused := refusal(instruction):
            return refused
        if self._planned:
            return self._planned.popleft()
        first = self.refunds.setdefault((instruction.shop, instruction.refund), instruction)
        return Done(f"{instruction.refund}.json") if first == instruction else other_content(instruction)


class FakeObjects:
    """An object store in memory: `objects` by SHA-256. `trouble` is raised by each call while it is set."""

    def __init__(self, base: str = "s3://fake/papers") -> None:
        self._base = base
        self.objects: dict[str, bytes] = {}
        self.trouble: Transient | None = None

    @property
    def base(self) -> str:
        """As given."""
        return self._base

    def put(self, sha256: str, content: bytes) -> None:
        """Keep it."""
        self._answer()
        self.objects[sha256] = content

    def get(self, sha256: str) -> bytes:
        """What is kept; `Missing` otherwise."""
        self._answer()
        if sha256 not in self.objects:
            raise Missing(f"{location_of(self._base, sha256)} is not there")
        return self.objects[sha256]

    def _answer(self) -> None:
        if self.trouble is not None:
            raise self.trouble


class FakePost:
    """Keeps the mails it is given in `sent`, as the bytes that would go over the wire, in order."""

    def __init__(self) -> None:
        self._planned: deque[tuple[Outcome, bool]] = deque()
        self.sent: list[bytes] = []

    def plan(self, *outcomes: Outcome, kept: bool = False) -> None:
        """Answer the next mails with these outcomes, one each, then normally again.

        `kept`: the mail is kept all the same, which is how an `Unknown` (or a `Done` of your own) can be.
        """
        self._planned.extend((outcome, kept) for outcome in outcomes)

    def send(self, message: Message) -> Outcome:
        """Keep the mail, or answer as planned; what cannot be sent by anybody is refused and takes no plan."""
        data = built(message)
        if isinstance(data, Rejected):
            return data
        outcome, kept = self._planned.popleft() if self._planned else (Done(f"250 kept as {len(self.sent) + 1}"), True)
        if kept:
            self.sent.append(data)
        return outcome
