"""Text that strangers wrote, made fit for paper: what cannot be printed, or hides or turns text, is left out.

The page, the e-invoice and the FatturaPA say the same because all take their text from here.
"""

import unicodedata

# Cc controls, Cs lone surrogates, Co private use: nothing to print, and they break PDF/A. Cf is invisible, and its
# members that turn the direction of writing can make an address or an amount read differently from what it is.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co"}
_JOINERS = {"\u200c", "\u200d"}  # zero-width, but several scripts need them to write words properly
_BLANKS = {"\t", "\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"}


def printable(text: str) -> str:
    """`text` in composed form (NFC) without control characters, surrogates, private use and direction marks.

    Tabs and line breaks become blanks, special blanks a no-break space. Letters of any script stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", "".join(_printed(character) for character in text))


def _printed(character: str) -> str:
    if character in _BLANKS:
        return " "
    category = unicodedata.category(character)
    if category == "Zs":
        return " " if character == " " else "\u00a0"  # fonts rarely have the narrow ones that CLDR formats use
    if (category in _UNPRINTABLE and character not in _JOINERS) or _is_noncharacter(character):
        return ""
    return character


def _is_noncharacter(character: str) -> bool:
    """The 66 code points that Unicode keeps for internal use (Unicode 23.7); XML forbids two of them."""
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
