"""An error in words that anybody may read, for logs and for Flower.

Only our own errors are quoted: their texts are written for people. What others say may repeat what they were given (a
name in a broken row, a password in an address); of them the type is told, and of the database what was broken.
"""

from pathlib import Path
from traceback import extract_tb

from partnershop.errors import PartnershopError
from partnershop.paths import ROOT


def describe(error: BaseException) -> str:
    """What kind of error it is, without any value: "IntegrityError (23505, uq_event_source_event_id)"."""
    kind = type(error).__name__
    if isinstance(error, PartnershopError):
        return f"{kind}: {error}"
    known = _of_the_database(error)
    return f"{kind} ({', '.join(known)})" if known else kind


def describe_chain(error: BaseException) -> str:
    """The error and what caused it, the outermost first."""
    said: list[str] = []
    current: BaseException | None = error
    while current is not None and len(said) < 10:
        words = describe(current)
        said += [words] if words not in said else []
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return ", because of ".join(said)


def places(error: BaseException) -> list[str]:
    """Where it passed, the innermost last: "partnershop/flows/inbox.py:88 in _apply"; none of the values there."""
    frames = extract_tb(error.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]


def _of_the_database(error: BaseException) -> list[str]:
    """SQLSTATE and the broken constraint of a database error, its own or one that SQLAlchemy has wrapped."""
    original = getattr(error, "orig", None) or error
    diagnosis = getattr(original, "diag", None)
    found = (getattr(original, "sqlstate", None), getattr(diagnosis, "constraint_name", None))
    return [str(value) for value in found if value]


def _short(path: str) -> str:
    """The end of a path: from our root, or from the package that it lies in."""
    file = Path(path)
    if file.is_relative_to(ROOT) and "site-packages" not in file.parts:
        return str(file.relative_to(ROOT))
    return "/".join(file.parts[-2:])
