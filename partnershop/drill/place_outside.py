"""What the others hold after a drill, read from the simulator, the hot folders, the refund folder and the mail sink."""

import hashlib
import json
import urllib.request
from collections.abc import Iterator, Sequence
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from partnershop.drill.outside import Handed, Instructed, Mailed, Outside

# Straight to the loopback address, also where the environment names an HTTP proxy.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_ANSWER_SECONDS = 30.0
_WITHDRAWN = ".withdrawn.json"


def collected(data: Path, simulator: str) -> Outside:
    """All of it; `simulator` is its address. Raises `OSError` when it does not answer."""
    forgotten = asked(f"{simulator}/forgotten")["order_names"]
    return Outside(
        handed=(*_tickets(data / "hotfolder"), *_orders(asked(f"{simulator}/orders")["orders"])),
        refunds=tuple(_instructions(data / "refunds")),
        mails=tuple(_mails(data / "mails")),
        forgotten=frozenset(str(name) for name in forgotten),
    )


def asked(url: str, body: object = None) -> Any:
    """The JSON that a service of the drill's own answers; with `body` by POST."""
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=content, headers=headers)  # noqa: S310  (an address of the drill's own)
    with _OPENER.open(request, timeout=_ANSWER_SECONDS) as answer:
        return json.load(answer)


def _tickets(folder: Path) -> Iterator[Handed]:
    for path in sorted(folder.glob("*/*.json")):
        if not path.name.endswith(_WITHDRAWN):
            withdrawn = path.with_name(f"{path.stem}{_WITHDRAWN}").exists()
            yield Handed("in_house", path.stem, path.parent.name, withdrawn)


def _orders(positions: Sequence[dict[str, Any]]) -> Iterator[Handed]:
    for position in positions:
        yield Handed("unitedprint", str(position["order_name"]))


def _instructions(folder: Path) -> Iterator[Instructed]:
    for path in sorted(folder.glob("*/*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        amount = Decimal(told["amount"]).scaleb(_minor_digits(told["amount"]))
        yield Instructed(told["shop"], told["refund"], told["order"], int(amount))


def _minor_digits(amount: str) -> int:
    """Instructions give all digits of their currency: 60.88 EUR, 61 JPY."""
    return len(amount.partition(".")[2])


def _mails(folder: Path) -> Iterator[Mailed]:
    for path in sorted(folder.glob("*.eml")):
        content = path.read_bytes()
        message = message_from_bytes(content, policy=default)
        names = [str(part.get_filename()) for part in message.walk() if part.get_content_type() == "application/pdf"]
        papers = tuple(name.removesuffix(".pdf") for name in names)
        yield Mailed(str(message["Message-ID"]), hashlib.sha256(content).hexdigest(), papers)
