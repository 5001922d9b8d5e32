"""A mail server that keeps every mail and passes none on, for demos and tests: SMTP in, files out.

    python -m partnershop.gateways.mail_sink --port PORT --data FOLDER [--host 127.0.0.1]
        [--refuse PATTERN]... [--defer PATTERN]...

`--port 0` takes a free one. The first line on standard output says the address, `smtp://HOST:PORT`, as soon as it is
listening.

Mails lie in `FOLDER/mails`, as they came over the wire: `0001-fattura-12-ordine-a-1001.eml`, numbered in the order of
their arrival, also across restarts, and named after their subjects. `envelopes.jsonl` beside them has a line for each:
file, sender, recipients (those in bcc are nowhere else), time. Recipients that match a pattern (`*@refused.example`)
are refused for ever (550) or for now (450). `FOLDER/sink-control.json` makes it lose answers, close or be slow, see
`mail_sink_mode`.
"""

import argparse
import asyncio
import signal
import socket
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from partnershop import clock
from partnershop.gateways.mail_sink_mode import Behaviour, Control, Mode
from partnershop.gateways.mail_sink_session import Session
from partnershop.gateways.mail_sink_store import Store

_LINE_LIMIT_BYTES = 64 * 1024
_IDLE_SECONDS = 300
_CONTROL_FILE = "sink-control.json"
_BEGINS = b"MAIL"


class Sink:
    """The server: where it keeps mails, and whom it refuses."""

    def __init__(
        self, store: Store, behaviour: Behaviour, refuse: Sequence[str] = (), defer: Sequence[str] = ()
    ) -> None:
        self._store = store
        self._behaviour = behaviour
        self._refuse = tuple(refuse)
        self._defer = tuple(defer)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client until it goes."""
        session, control = Session(self.verdict, self._keep), Control()
        try:
            writer.write(session.greeting())
            while not session.over:
                async with asyncio.timeout(_IDLE_SECONDS):
                    await writer.drain()
                    # Not at a line feed alone: whoever takes one for a line end can be made to see two mails in one.
                    line = await reader.readuntil(b"\r\n")
                if session.is_listening and line[:4].upper() == _BEGINS:
                    control = self._behaviour.next()
                writer.write(await _as_controlled(control, session, line))
            await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # gone, silent, or no mail program: nothing was promised
        except asyncio.CancelledError:
            pass  # told to stop; Python 3.11 would print a traceback for each client
        finally:
            writer.close()

    def verdict(self, recipient: str) -> str | None:
        """What is said to a recipient who is not taken, None for all others."""
        if any(fnmatch(recipient.lower(), pattern.lower()) for pattern in self._refuse):
            return f"550 5.1.1 <{recipient}> is not known here"
        if any(fnmatch(recipient.lower(), pattern.lower()) for pattern in self._defer):
            return f"450 4.2.1 <{recipient}> cannot be reached now"
        return None

    def _keep(self, sender: str, recipients: Sequence[str], data: bytes) -> str:
        return self._store.keep(sender, recipients, data, clock.now())


async def _as_controlled(control: Control, session: Session, line: bytes) -> bytes:
    """The session's answer to a line, if it is not to go wrong with this mail."""
    if control.mode is Mode.BUSY_421 and session.is_listening:
        session.over = True
        return b"421 4.3.2 too busy, closing\r\n"
    answer = session.answer(line)
    if session.has_kept and control.mode is Mode.SLOW:
        await asyncio.sleep(control.delay_seconds)
    if session.has_kept and control.mode is Mode.LOST_AFTER_DATA:
        session.over = True
        return b""
    return answer


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mail_sink", description="Keeps every mail and passes none on.")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder for the mails")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--refuse", action="append", default=[], metavar="PATTERN", help="recipients to refuse (550)")
    parser.add_argument("--defer", action="append", default=[], metavar="PATTERN", help="recipients to put off (450)")
    return parser.parse_args(arguments)


async def _run(sink: Sink, listener: socket.socket) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = await asyncio.start_server(sink.serve, sock=listener, limit=_LINE_LIMIT_BYTES)
    host, port = listener.getsockname()[:2]
    print(f"smtp://{host}:{port}", flush=True)
    await stop.wait()
    # Not waited for: clients keep their connections, and would keep this from ending.
    server.close()


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is told to stop (SIGINT, SIGTERM). Returns 1 when the address is taken."""
    options = _arguments(arguments)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        print(f"Cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)
        return 1
    behaviour = Behaviour(options.data / _CONTROL_FILE)
    asyncio.run(_run(Sink(Store(options.data), behaviour, options.refuse, options.defer), listener))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
