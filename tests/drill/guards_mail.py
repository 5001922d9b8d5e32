"""Short drills of a mail server that goes wrong: the product's own client speaks SMTP to the sink of demos."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from factories import item
from guards_killed import invoiced
from guards_kit import UNTIL_PAPERS, drill, wrapped
from shortly import TASKS, Short
from shortly_outside import keep

import tasks.mail
from partnershop.drill.fault import Family
from partnershop.drill.judging import Excused
from partnershop.flows import mail_sending
from partnershop.gateways.mail_message import Message
from partnershop.gateways.mail_server import read_server
from partnershop.gateways.mail_sink import Sink
from partnershop.gateways.mail_sink_mode import Behaviour
from partnershop.gateways.mail_sink_store import Store
from partnershop.gateways.mail_smtp import SmtpPost
from partnershop.gateways.outcome import Outcome

MAIL = Family.MAIL
TIMEOUT_SECONDS = 1
"""How long an answer is waited for, pressed to the least that an address can say."""
_NO_MORE = 3
_HOUR_AND_MORE = 4_000


class SinkPost:
    """Sends by SMTP; whatever the server has kept since, the town's post has."""

    def __init__(self, url: str, kept: Path, town: Path) -> None:
        self._smtp = SmtpPost(read_server(url))
        self._kept, self._town = kept, town
        self._seen: set[str] = set()

    def send(self, message: Message) -> Outcome:
        """As the product does."""
        outcome = self._smtp.send(message)
        for path in sorted(self._kept.glob("*.eml")):
            if path.name not in self._seen:
                self._seen.add(path.name)
                keep(self._town, path.read_bytes(), ".eml")
        return outcome

    def close(self) -> None:
        """Hang up."""
        self._smtp.close()


@contextmanager
def served(sink: Sink) -> Iterator[int]:
    """A sink in a thread; its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(sink.serve, "127.0.0.1", 0), loop).result(30)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)


@contextmanager
def a_mail_server(short: Short) -> Iterator[Callable[..., None]]:
    """Mails go by SMTP; what is yielded says how the server behaves (`mail_sink_mode.Control`)."""
    folder = short.town.folder / "sink"
    control = folder / "sink-control.json"

    def behave(mode: str, share: int = 1, delay_seconds: float = 0.0) -> None:
        control.write_text(json.dumps({"mode": mode, "share": share, "delay_seconds": delay_seconds}), "utf-8")

    with served(Sink(Store(folder), Behaviour(control))) as port:
        url = f"smtp://127.0.0.1:{port}?timeout={TIMEOUT_SECONDS}"
        post = SinkPost(url, folder / "mails", short.town.folder / "post")
        with short.patch.context() as patch:
            patch.setattr(tasks.mail, "the_post", lambda: post)
            yield behave
        post.close()


def _two_mails_wait(short: Short) -> None:
    """That of an invoice and that of a complaint which was rejected."""
    invoiced(short)
    short.scene.complain("A-1", "1", "C-1")
    short.scene.reject("A-1", "C-1")
    short.go(UNTIL_PAPERS)


def _trouble_passes(short: Short, mode: str, delay_seconds: float = 0.0) -> None:
    _two_mails_wait(short)
    with a_mail_server(short) as behave:
        behave(mode, delay_seconds=delay_seconds)
        short.go()
        short.clock.advance(_HOUR_AND_MORE)
        behave(mode, share=2, delay_seconds=delay_seconds)
        short.go()
        short.clock.advance(_HOUR_AND_MORE)
        behave("normal")
        short.drain()


@drill(MAIL)
def the_connection_is_lost_after_a_mail(short: Short) -> None:
    _trouble_passes(short, "lost_after_data")


@drill(MAIL)
def the_mail_server_is_busy(short: Short) -> None:
    _trouble_passes(short, "busy_421")


@drill(MAIL)
def the_mail_server_is_slow(short: Short) -> None:
    _trouble_passes(short, "slow", TIMEOUT_SECONDS / 10)


@drill(MAIL)
def the_mail_server_is_slower_than_we_wait(short: Short) -> None:
    _two_mails_wait(short)
    with a_mail_server(short) as behave:
        behave("slow", share=3, delay_seconds=TIMEOUT_SECONDS * 1.5)
        short.drain()


@drill(MAIL)
def the_connection_is_lost_after_a_mail_each_time(short: Short) -> None:
    short.excused = Excused(parked_orders=frozenset({"A-1"}))
    scene = short.scene
    scene.place("A-1", [item("1", "50.00")])
    scene.complain("A-1", "1", "C-1")
    scene.reject("A-1", "C-1")
    short.go(UNTIL_PAPERS)
    with a_mail_server(short) as behave:
        behave("lost_after_data")
        for _ in range(mail_sending.UNCERTAIN + _NO_MORE):
            TASKS["mail.send_mails"]()
            short.clock.advance(_HOUR_AND_MORE)
    sent = len(short.town.looked_at().mails or ())
    if sent > mail_sending.UNCERTAIN:
        short.doubled(f"the customer got one mail {sent} times")


# Guards


def _by_a_name_of_its_own(prepare: Callable[..., Message | None], session: Any, job: mail_sending.Job) -> Any:
    message = prepare(session, job)
    return message and replace(message, message_id=f"<{job.mail_id}-{job.lease}@aurora.example>")


mails_keep_their_name = wrapped(mail_sending, "prepare", _by_a_name_of_its_own)
