"""The forms of text in FatturaPA 1.2.3 (length, letters, codes), and the rule that a text of another form breaks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

_BASIC = "[\x00-\x7f]"
_LATIN = "[\x00-\xff]"
_ATOM = r"[!#-'*+/-9=?A-Z^-~-]+"
_QUOTED = r'"(\[\]!#-[^-~ \t]|(\\[\t -~]))+"'
_DAY = r"-?[0-9]{4,}-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"


class Blanks(Enum):
    """What becomes of white space before a text is looked at (whiteSpace in XML Schema)."""

    KEPT = "preserve"
    REPLACED = "replace"
    COLLAPSED = "collapse"


@dataclass(frozen=True)
class Form:
    """A form of text: a pattern for the whole of it, and the id of the rule that says so."""

    pattern: re.Pattern[str]
    rule: str
    blanks: Blanks = Blanks.KEPT
    is_day: bool = False

    def fits(self, text: str) -> bool:
        """Whether a text is of this form."""
        if self.blanks is not Blanks.KEPT:
            text = re.sub("[\t\n\r]", " ", text)
        if self.blanks is Blanks.COLLAPSED:
            text = re.sub(" +", " ", text).strip(" ")
        return self.pattern.fullmatch(text) is not None and (not self.is_day or _is_day(text))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _form(pattern: str, rule: str = "P-IT-FORM", blanks: Blanks = Blanks.KEPT, is_day: bool = False) -> Form:
    return Form(re.compile(pattern, re.ASCII | re.DOTALL), rule, blanks, is_day)


def _one_of(*codes: str, rule: str = "P-IT-CODE") -> Form:
    return _form("|".join(re.escape(code) for code in codes), rule)


def _numbered(prefix: str, first: int, last: int) -> Form:
    return _one_of(*(f"{prefix}{number:02d}" for number in range(first, last + 1)))


TAX_REGIMES = tuple(f"RF{number:02d}" for number in range(1, 21) if number != 3)
_REPLACED = Blanks.REPLACED
_COLLAPSED = Blanks.COLLAPSED
FORMS: Mapping[str, Form] = {
    **{f"Basic{most}": _form(f"{_BASIC}{{1,{most}}}", blanks=_REPLACED) for most in (10, 15, 20, 35, 60)},
    **{
        f"Latin{most}": _form(f"{_LATIN}{{1,{most}}}", "P-IT-LATIN", _REPLACED)
        for most in (60, 80, 100, 200, 1000)
    },
    "Numero": _form(f"{_BASIC}{{1,20}}", "P-IT-NUMBER", _REPLACED),
    "Any35": _form(".{1,35}", blanks=_REPLACED),
    "Code28": _form(".{1,28}", "P-IT-ID"),
    "CodEORI": _form(".{13,17}"),
    "CodiceFiscale": _form("[A-Z0-9]{11,16}", "P-IT-ID"),
    "CFQuietanzante": _form("[A-Z0-9]{16}", "P-IT-ID"),
    "CodiceDestinatario": _form("[A-Z0-9]{6,7}", "P-IT-RECIPIENT"),
    "PECDestinatario": _form(
        rf"(?=.{{1,256}}\Z)({_ATOM}(\.{_ATOM})*|{_QUOTED})@({_ATOM}(\.{_ATOM})*|\[[\t -Z^-~]*\])",
        "P-IT-PEC", _COLLAPSED,
    ),
    "Email": _form(r"(?=.{7,256}\Z)[^\n\r]+@[^\n\r]+[.]+[^\n\r]+"),
    "Telefono": _form(f"{_BASIC}{{5,12}}", blanks=_REPLACED),
    "Titolo": _form(f"{_BASIC}{{2,10}}", blanks=_COLLAPSED),
    "NumeroCivico": _form(f"{_BASIC}{{1,8}}", blanks=_REPLACED),
    "CAP": _form("[0-9]{5}", "P-IT-CAP"),
    "Digits5": _form("[0-9]{5}"),
    "Provincia": _form("[A-Z]{2}", "P-IT-PROVINCE"),
    "Country": _form("[A-Z]{2}", "P-IT-COUNTRY"),
    "Letters3": _form("[A-Z]{3}"),
    "IBAN": _form("[a-zA-Z]{2}[0-9]{2}[a-zA-Z0-9]{11,30}", "P-IT-IBAN"),
    "BIC": _form("[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?"),
    "Amount2": _form("-?[0-9]{1,11}\\.[0-9]{2}", "P-IT-AMOUNT", _COLLAPSED),
    "Amount8": _form("-?[0-9]{1,11}\\.[0-9]{2,8}", "P-IT-AMOUNT", _COLLAPSED),
    "Quantity": _form("[0-9]{1,12}\\.[0-9]{2,8}", "P-IT-AMOUNT", _COLLAPSED),
    "Rate": _form("100\\.00|0?[0-9]{1,2}\\.[0-9]{2}", "P-IT-RATE", _COLLAPSED),
    "Weight": _form("[0-9]{1,4}\\.[0-9]{1,2}", blanks=_COLLAPSED),
    "LineNumber": _form("\\+?0*[1-9][0-9]{0,3}", "P-IT-LINES", _COLLAPSED),
    "Phase": _form("\\+?0*[1-9][0-9]{0,2}", blanks=_COLLAPSED),
    "Days": _form("[+-]?0+|\\+?0*[0-9]{1,3}", blanks=_COLLAPSED),
    "Day": _form(_DAY + _ZONE, "P-IT-DATE", _COLLAPSED, is_day=True),
    "InvoiceDay": _form(f"(?=19[7-9]|[2-9]){_DAY}{_ZONE}", "P-IT-DATE", _COLLAPSED, is_day=True),
    "Moment": _form(
        f"{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?{_ZONE}", "P-IT-DATE", _COLLAPSED, is_day=True
    ),
    "Base64": _form(r"(?:[A-Za-z0-9+/]\s*)*(?:=\s*){0,2}"),
    "FormatoTrasmissione": _one_of("FPA12", "FPR12"),
    "SoggettoEmittente": _one_of("CC", "TZ"),
    "SocioUnico": _one_of("SU", "SM"),
    "StatoLiquidazione": _one_of("LS", "LN"),
    "RegimeFiscale": _one_of(*TAX_REGIMES, rule="P-IT-REGIME"),
    "TipoDocumento": _one_of(*(f"TD{number:02d}" for number in (*range(1, 7), *range(16, 30)))),
    "TipoRitenuta": _numbered("RT", 1, 6),
    "CausalePagamento": _one_of(*"ABCDEGHILMNOPQRSTUVWXYZ", "L1", "M1", "M2", "O1", "V1", "ZO"),
    "TipoCassa": _numbered("TC", 1, 22),
    "DiscountOrSurcharge": _one_of("SC", "MG"),
    "TipoCessionePrestazione": _one_of("SC", "PR", "AB", "AC"),
    "Natura": _one_of(
        "N1", "N2", "N2.1", "N2.2", "N3", *(f"N3.{part}" for part in range(1, 7)), "N4", "N5", "N6",
        *(f"N6.{part}" for part in range(1, 10)), "N7", rule="P-IT-NATURE",
    ),
    "EsigibilitaIVA": _one_of("D", "I", "S"),
    "CondizioniPagamento": _one_of("TP01", "TP02", "TP03"),
    "ModalitaPagamento": _numbered("MP", 1, 23),
    "Yes": _one_of("SI"),
}  # fmt: skip
