"""Header fields in ASCII: whatever a text holds, it ends as the text of its own field.

Written out here and not left to `email.message`: that folds and encodes otherwise from one Python to the next, so that
a mail sent again after an upgrade would be other bytes, and in older ones a folded name loses its quotation marks.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence

# RFC 2047: a line that holds encoded words has at most 76 characters. With that all lines stay below 78.
_LINE = 76
_WORD = 60
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_BREAKS = re.compile("\r\n|[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# Characters that turn the direction of what follows: with them a name shows as another one.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PLAIN_TEXT = re.compile(rf"[!-~]{{1,{_WORD}}}(?: [!-~]{{1,{_WORD}}})*")
_PLAIN_NAME = re.compile(rf"[A-Za-z0-9&'+-]{{1,{_WORD}}}(?: [A-Za-z0-9&'+-]{{1,{_WORD}}})*")
_PLAIN_FILENAME = re.compile(rf"[A-Za-z0-9(_-][A-Za-z0-9 ._()-]{{0,{_WORD - 1}}}")


def visible(text: str, keep: str = "") -> str:
    """`text` without control characters (but those in `keep`), marks that turn its direction, and half characters."""
    return "".join(
        character
        for character in text
        if character in keep or (unicodedata.category(character) not in {"Cc", "Cs"} and character not in _TURNING)
    )


def cleaned(text: str) -> str:
    """`text` as one line: each line break or tab a space, none at the ends, and only what `visible` leaves."""
    return visible(_BREAKS.sub(" ", text)).strip()


def field(name: str, words: Sequence[str]) -> str:
    """A header field of words with a space between them, folded, with its CRLF.

    Words must be ASCII or internationalised addresses, and hold no space; one that is longer than a line stays whole.
    """
    lines = [f"{name}:"]
    for position, word in enumerate(words):
        # Never before the first word: a line of the field's name alone is more than some readers expect.
        if position and len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def text_words(text: str) -> list[str]:
    """The words of a text such as a subject, cleaned; encoded where they would not be read as they stand."""
    return _plain_or_encoded(cleaned(text), _PLAIN_TEXT)


def mailbox_words(name: str | None, address: str) -> list[str]:
    """The words of a mailbox: the name, cleaned, if there is any, and the address, which must have been checked."""
    return [*_plain_or_encoded(cleaned(name or ""), _PLAIN_NAME), f"<{address}>"]


def filename_words(filename: str) -> list[str]:
    """The words of `Content-Disposition` for an attachment of that name: cleaned, and never a path (RFC 2231)."""
    name = cleaned(filename).replace("/", "_").replace("\\", "_") or "attachment"
    if _PLAIN_FILENAME.fullmatch(name):
        return ["attachment;", f'filename="{name}"']
    chunks = list(_chunks(name, _percent, _WORD))
    if len(chunks) == 1:
        return ["attachment;", f"filename*=utf-8''{chunks[0]}"]
    chunks[0] = f"utf-8''{chunks[0]}"
    numbered = [f"filename*{number}*={chunk}" for number, chunk in enumerate(chunks)]
    return ["attachment;", *(f"{parameter};" for parameter in numbered[:-1]), numbered[-1]]


def _plain_or_encoded(text: str, plain: re.Pattern[str]) -> list[str]:
    if not text:
        return []
    if plain.fullmatch(text) and "=?" not in text:
        return text.split(" ")
    encode = min(_quoted, _base64, key=lambda encoding: len(encoding(text)))
    return list(_chunks(text, encode, _WORD))


def _chunks(text: str, encode: Callable[[str], str], room: int) -> Iterator[str]:
    """`text` encoded in pieces of whole characters, each as long as `room` allows."""
    piece = ""
    for character in text:
        if len(encode(piece + character)) > room:
            yield encode(piece)
            piece = ""
        piece += character
    yield encode(piece)


def _quoted(text: str) -> str:
    spelt = (chr(octet) if octet in _SAFE else f"={octet:02X}" for octet in text.encode())
    return f"=?utf-8?q?{''.join(spelt).replace('=20', '_')}?="


def _base64(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode('ascii')}?="


def _percent(text: str) -> str:
    safe = _SAFE - frozenset(b"!*+/")
    return "".join(chr(octet) if octet in safe or octet == 0x2E else f"%{octet:02X}" for octet in text.encode())
