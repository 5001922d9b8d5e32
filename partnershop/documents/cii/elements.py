"""XML of strangers, taken apart safely: no entities, no network, bounded; and what of it nobody has looked at."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from partnershop.documents import safe_xml, unreadable
from partnershop.documents.cii.invoice import Figure, Oddity, Unit
from partnershop.errors import Refused

MOST_BYTES = 10_000_000
RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_TYPES = "urn:un:unece:uncefact:data:standard:{}DataType:100"
UDT, QDT = _TYPES.format("Unqualified"), _TYPES.format("Qualified")
ROOT = f"{{{RSM}}}CrossIndustryInvoice"
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_CALENDAR_DAY = "102"  # UNTDID 2379: CCYYMMDD, the one format of EN 16931
_YES, _NO = ("true", "1"), ("false", "0")  # xs:boolean
_LONGEST_NUMBER = 40
_SHOWN = 100


class Unreadable(Refused):
    """These bytes are no CII invoice; the text says what they are not."""


def parsed(xml: bytes) -> Any:
    """The root element of a CII invoice. Raises `Unreadable` for anything else."""
    try:
        root = safe_xml.parse(xml, MOST_BYTES, elements_only=True)
    except unreadable.Unreadable as problem:
        raise Unreadable(f"This is no CII invoice: {problem}.") from None
    if root.tag != ROOT:
        raise Unreadable(f"The XML is no CII invoice: its root is {str(root.tag)[:_SHOWN]}, not {ROOT}.")
    return root


class Findings:
    """What a reading notes beside the values: every number, what could not be read, what was looked at."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self.not_numbers: list[Oddity] = []
        self.not_dates: list[Oddity] = []
        # Elements, and (element, attribute): lxml gives the same object again while it is kept.
        self.seen: set[Any] = set()

    def empty(self, root: Any) -> tuple[str, ...]:
        """The elements without text and children."""
        return tuple(_path(element) for element in root.iter() if not len(element) and not (element.text or "").strip())

    def unread(self, root: Any) -> tuple[Oddity, ...]:
        """Every element and attribute that was not looked at, with what it says."""
        left = []
        for element in root.iter():
            if element not in self.seen:
                left.append(Oddity(_path(element), (element.text or "").strip()[:_SHOWN]))
            for name, value in element.attrib.items():
                if (element, name) not in self.seen:
                    left.append(Oddity(f"{_path(element)}/@{name}", value[:_SHOWN]))
            if len(element) and any(text.strip() for text in (element.text, *(c.tail for c in element)) if text):
                left.append(Oddity(_path(element), "text between elements"))
        return tuple(left)


class Group:
    """An element with its children by name. `about` ends the places it names (", line 3")."""

    def __init__(self, element: Any, findings: Findings, about: str = "") -> None:
        self._element = element
        self._findings = findings
        self._about = about
        self._children: dict[str, list[Any]] = {}
        for child in element:
            self._children.setdefault(child.tag, []).append(child)
        findings.seen.add(element)

    def groups(self, name: str, namespace: str = RAM) -> list["Group"]:
        """The children of this name."""
        found = self._children.get(f"{{{namespace}}}{name}", [])
        return [Group(child, self._findings, self._about) for child in found]

    def group(self, *names: str, namespace: str = RAM) -> "Group":
        """The first child of the first name, in it that of the next, and so on; an empty one where there is none."""
        at = self
        for name in names:
            found = at._children.get(f"{{{namespace}}}{name}")
            at = Group(found[0], at._findings, at._about) if found else _Nothing(at._findings, at._about)
        return at

    def called(self, about: str) -> "Group":
        """The same group, its places named with `about`."""
        self._about = about
        return self

    def place(self, term: str) -> str:
        """Where a business term of this group stands: "BT-131, line 3"."""
        return f"{term}{self._about}"

    def has(self, name: str, namespace: str = RAM) -> bool:
        """Whether there is a child of this name."""
        return f"{{{namespace}}}{name}" in self._children

    def own_text(self) -> str | None:
        """The text of this element itself; None where it is empty."""
        return (self._element.text or "").strip() or None

    def attribute(self, name: str) -> str | None:
        """An attribute of this element."""
        value: str | None = self._element.get(name)
        self._findings.seen.add((self._element, name))
        return value

    def text(self, *names: str, namespace: str = RAM) -> str | None:
        """The text under these names; None where it is absent or empty."""
        *outer, name = names
        at = self.group(*outer, namespace=namespace) if outer else self
        found = at._children.get(f"{{{namespace}}}{name}")
        if not found:
            return None
        self._findings.seen.add(found[0])
        return (found[0].text or "").strip() or None

    def flag(self, name: str) -> bool:
        """Whether an indicator says yes; one that says neither yes nor no stays unread."""
        at = self.group(name)
        at.expect("Indicator", *_NO, namespace=UDT)
        return at.expect("Indicator", *_YES, namespace=UDT)

    def expect(self, name: str, *values: str, namespace: str = RAM) -> bool:
        """Look at a child that must say one of `values`, and whether it does; if not, it stays unread."""
        found = self._children.get(f"{{{namespace}}}{name}")
        if not found or found[0].text not in values:
            return False
        self._findings.seen.add(found[0])
        return True

    def number(self, name: str, term: str, unit: Unit = Unit.AMOUNT) -> Decimal | None:
        """A number; None where it is absent or none, which is noted then."""
        text = self.text(name)
        if text is None:
            return None
        where = self.place(term)
        if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
            self._findings.not_numbers.append(Oddity(where, text[:_SHOWN]))
            return None
        value = Decimal(text)
        self._findings.figures.append(Figure(where, unit, value))
        return value

    def day(self, name: str, term: str, namespace: str = UDT) -> date | None:
        """A calendar day; None where it is absent or none, which is noted then."""
        if not self.has(name):
            return None
        written = self.group(name).group("DateTimeString", namespace=namespace)
        text, form = written.own_text() or "", written.attribute("format")
        match = _DAY.fullmatch(text)
        try:
            if match and form == _CALENDAR_DAY:
                return date(*map(int, match.groups()))
        except ValueError:
            pass
        self._findings.not_dates.append(Oddity(self.place(term), text[:_SHOWN]))
        return None


_EMPTY = etree.Element("nothing")


class _Nothing(Group):
    """What an absent element has: nothing."""

    def __init__(self, findings: Findings, about: str) -> None:
        super().__init__(_EMPTY, findings, about)


def _path(element: Any) -> str:
    """The names from the third level down, as the standard's tables write them: "SellerTradeParty/Name"."""
    names = [etree.QName(element).localname, *(etree.QName(above).localname for above in element.iterancestors())]
    return "/".join(reversed(names[:-1])) or names[0]
