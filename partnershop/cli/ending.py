"""How a command ends: its exit code, and what is said on stderr, by the kind of error."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from partnershop.cli.output import NO_CONNECTION, NOT_FINE, WRONG_USE, note
from partnershop.errors import PartnershopError, Refused
from partnershop.machine.signals import Interrupted


class UnknownThing(Refused):
    """What was named does not exist, or was named wrongly: exit code 2."""


class NotConnected(Refused):
    """There is nothing to talk to: exit code 3."""


def exit_code_of(error: BaseException) -> int | None:
    """Say on stderr what went wrong and return the exit code; None for what is a defect and deserves its traceback."""
    if isinstance(error, Interrupted):
        return error.exit_code
    if isinstance(error, NotConnected):
        note(str(error))
        return NO_CONNECTION
    if isinstance(error, UnknownThing):
        note(str(error))
        return WRONG_USE
    if isinstance(error, PartnershopError):
        note(str(error))
        return NOT_FINE
    if isinstance(error, OperationalError | InterfaceError):
        return _database_trouble(error)
    return None


def _database_trouble(error: DBAPIError) -> int:
    """A server that is away, or a lock that was not given in time. The statement's parameters are not shown."""
    first = (str(error.orig).strip().splitlines() or ["no answer"])[0]
    note(f"the database cannot do it now: {first}")
    return NO_CONNECTION
