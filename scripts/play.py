"""Play the samples through a deployment that is up and empty, and judge: exit 1 unless books and audit are as expected.

A rehearsal, run where the database and the door are reached (docs/deployment.md):

    docker compose exec -T web python - < scripts/play.py
"""

import json
import sys

import workers.app  # noqa: F401  (after a step, the workers are woken through it)
from partnershop.cli import demo_report
from partnershop.cli.draining import wait_until_drained
from partnershop.cli.output import say
from partnershop.cli.place import connect
from partnershop.cli.playing import Player, load_shops, secret_of
from partnershop.cli.reading_audit import run_audit
from partnershop.cli.reading_session import snapshot
from partnershop.cli.sending import Sender, batches
from partnershop.paths import SAMPLES
from partnershop.stages import Stage

DOOR = "http://127.0.0.1:8000"
SECONDS = 180


def emit(shop: str, events: list[bytes]) -> None:
    """Send a shop's events to the door, signed with its secret."""
    with Sender(DOOR, shop, secret_of(shop)) as sender:
        for group in batches(events, 100):
            sender.send(group)
        say(f"     {shop}: {sender.sent.accepted} accepted, {len(sender.sent.quarantined)} quarantined")


def main() -> int:
    """Set the shops up, play, wait until nothing is due, and compare."""
    connect()
    load_shops(SAMPLES)
    Player(SAMPLES, emit, lambda: wait_until_drained(SECONDS, {Stage.DOCUMENTS, Stage.MAIL}), say).play()
    left = {stage.value: work for stage, work in wait_until_drained(SECONDS).items() if work.due or work.stuck}
    with snapshot() as session:
        books = demo_report.books_of(session)
    expected = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
    wrong = list(demo_report.differences(expected, books))
    for line in [*(f"left to do: {stage}: {work}" for stage, work in left.items()), *wrong]:
        say(line)
    holds = run_audit(None, False)
    say("the books are the expected ones" if not wrong else "the books are not the expected ones")
    return 0 if holds and not left and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
