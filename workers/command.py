"""The command line's composition: Celery is only loaded when a command really has somebody to wake."""

from collections.abc import Iterable

from partnershop import cli, db
from partnershop.stages import Wake


def _wake(hints: Iterable[Wake]) -> None:
    from workers.app import app  # noqa: PLC0415  (half a second that most commands need not spend)
    from workers.waking import Waker  # noqa: PLC0415

    Waker(app)(hints)


def main() -> None:
    """Run a command."""
    db.set_waker(_wake)
    cli.main()
