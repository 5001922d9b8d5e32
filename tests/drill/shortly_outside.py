"""Who is outside in a short drill, in files: what a killed child did to them is still seen.

The print works and the accountant fetch from the real folders; Unitedprint and the mail server keep a file per call.
"""

import hashlib
import json
from contextlib import suppress
from email import policy
from email.parser import BytesParser
from itertools import count
from pathlib import Path
from typing import Any

from partnershop.documents.paper import Paper
from partnershop.drill.outside import Handed, Instructed, Mailed, Outside
from partnershop.gateways.mail_message import Message, built
from partnershop.gateways.outcome import Done, Outcome, Rejected
from partnershop.gateways.ticket import Ticket
from partnershop.rules.money import to_minor

_WITHDRAWN = ".withdrawn.json"


def keep(folder: Path, content: bytes, ending: str) -> str:
    """Put a file behind those that came before it; its name, which says how many they were."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(len(list(folder.iterdir()))):
        name = f"{number:04d}{ending}"
        with suppress(FileExistsError), (folder / name).open("xb") as file:
            file.write(content)
            return name
    raise AssertionError("numbers do not end")


class FiledUnitedprint:
    """Takes every order it is given, the same key twice as two orders; `answers` are given first, and keep nothing."""

    name = "unitedprint"
    idempotent = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.answers: list[Outcome] = []

    def hand_over(self, ticket: Ticket) -> Outcome:
        """Keep it."""
        if self.answers:
            return self.answers.pop(0)
        return Done(keep(self._folder, json.dumps({"key": ticket.key, "shop": ticket.shop}).encode(), ".json"))

    def withdraw(self, ticket_key: str, reason: str) -> Outcome:
        """As the real one."""
        return Rejected(f"{ticket_key} cannot be withdrawn here ({reason})")


class FiledPost:
    """Takes every mail, the same one twice as two; `answers` are given first, and keep nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.answers: list[Outcome] = []

    def send(self, message: Message) -> Outcome:
        """Keep it."""
        data = built(message)
        if isinstance(data, Rejected):
            return data
        if self.answers:
            return self.answers.pop(0)
        return Done(keep(self._folder, data, ".eml"))


class Town:
    """All of them, in a folder; `data` is the product's."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.folder = data / "town"
        self.unitedprint = FiledUnitedprint(self.folder / "unitedprint")
        self.post = FiledPost(self.folder / "post")

    def fetch(self) -> None:
        """The print works' machines and the accountant take away what lies there for them, whatever it is."""
        for here in ("hotfolder", "refunds"):
            for path in sorted(self._data.glob(f"{here}/*/*.json")):
                keep(self.folder / here / path.parent.name, path.read_bytes(), f"~{path.name}")
                path.unlink()

    def spoilt(self) -> list[str]:
        """What was fetched and is no whole JSON, or was fetched twice; in words."""
        paths = [path for here in ("hotfolder", "refunds") for path in sorted(self.folder.glob(f"{here}/*/*"))]
        names = [_name(path) for path in paths]
        twice = {f"{name} was fetched twice" for name in names if names.count(name) > 1}
        return sorted(twice) + [f"{_name(path)} was fetched torn" for path in paths if not _is_whole(path)]

    def print(self, paper: Paper) -> bytes:
        """Quickly, and never the same bytes twice, so that a second print is seen."""
        return f"%PDF-1.7 {paper.number}, {keep(self.folder / 'prints', b'', '.print')}".encode()

    def looked_at(self) -> Outside:
        """What they hold."""
        self.fetch()
        return Outside(
            handed=(*self._in_house(), *self._at_unitedprint()),
            refunds=tuple(self._refunds()),
            mails=tuple(_mailed(path.read_bytes()) for path in sorted((self.folder / "post").glob("*.eml"))),
        )

    def orders_at_unitedprint(self) -> list[str]:
        """The keys of the orders that Unitedprint has."""
        return [str(_json(path)["key"]) for path in sorted((self.folder / "unitedprint").glob("*.json"))]

    def _at_unitedprint(self) -> list[Handed]:
        paths = sorted((self.folder / "unitedprint").glob("*.json"))
        return [Handed("unitedprint", str(_json(path)["key"]), str(_json(path)["shop"])) for path in paths]

    def _in_house(self) -> list[Handed]:
        names = [(path.parent.name, _name(path)) for path in sorted(self.folder.glob("hotfolder/*/*.json"))]
        withdrawn = {(shop, name.removesuffix(_WITHDRAWN)) for shop, name in names if name.endswith(_WITHDRAWN)}
        return [
            # Begun and torn, a ticket is made all the same: the machines go by the name of its file.
            Handed("in_house", key, shop, withdrawn=(shop, key) in withdrawn)
            for shop, key in ((shop, name.removesuffix(".json")) for shop, name in names)
            if not key.endswith(".withdrawn")
        ]

    def _refunds(self) -> list[Instructed]:
        found = []
        for path in filter(_is_whole, sorted(self.folder.glob("refunds/*/*.json"))):
            said = _json(path)
            amount = to_minor(str(said["amount"]), str(said["currency"]))
            found.append(Instructed(str(said["shop"]), str(said["refund"]), str(said["order"]), amount))
        return found


def _name(path: Path) -> str:
    return path.name.partition("~")[2]


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def _is_whole(path: Path) -> bool:
    try:
        _json(path)
    except json.JSONDecodeError:
        return False
    return True


def _mailed(data: bytes) -> Mailed:
    message = BytesParser(policy=policy.default).parsebytes(data)
    names = [part.get_filename() or "" for part in message.walk() if part.get_content_type() == "application/pdf"]
    papers = tuple(name.removesuffix(".pdf") for name in names)
    return Mailed(str(message["Message-ID"]), hashlib.sha256(data).hexdigest(), papers)
