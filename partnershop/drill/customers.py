"""Who buys in a drill, and which VAT members a line may have, by the country of the seller. All invented."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

_ITALIANS: Sequence[Mapping[str, Any]] = (
    {"number": "K-1", "name": "Clara Bianchi", "street": "Via dei Tigli 3", "postcode": "42121",
     "city": "Reggio Emilia", "country": "IT", "email": "clara@customers.example", "tax_code": "BNCLRA82A41H223G",
     "language": "it"},
    {"number": "K-2", "name": "Marco Verdi", "company": "Verdi Eventi S.r.l.", "street": "Viale Isonzo 20",
     "postcode": "42122", "city": "Reggio Emilia", "country": "IT", "email": "marco@customers.example",
     "vat_id": "IT01357900016", "tax_code": "01357900016", "language": "it"},
    {"number": "K-3", "name": "Gianni Rossi", "street": "Via Dante 8", "postcode": "39100", "city": "Bolzano",
     "country": "IT", "email": "gianni@customers.example", "tax_code": "RSSGNN90T55A944I", "language": "de"},
)  # fmt: skip
_GERMANS: Sequence[Mapping[str, Any]] = (
    {"number": "K-1", "name": "Jürgen Groß", "street": "Deichweg 1", "postcode": "20459", "city": "Hamburg",
     "country": "DE", "email": "juergen@customers.example", "language": "de"},
    {"number": "K-2", "name": "Wiebke Hansen", "company": "Hansen & Töchter OHG", "street": "Am Sandtor 7",
     "postcode": "20457", "city": "Hamburg", "country": "DE", "email": "wiebke@customers.example"},
)  # fmt: skip
_BRITONS: Sequence[Mapping[str, Any]] = (
    {"number": "K-1", "name": "Ada Penrose", "street": "4 Mill Row", "postcode": "BS2 0AA", "city": "Bristol",
     "country": "GB", "email": "ada@customers.example", "language": "en"},
    {"number": "K-2", "name": "Owen Pryce", "company": "Pryce Posters Ltd", "street": "22 Dock Street",
     "postcode": "CF10 1AA", "city": "Cardiff", "country": "GB", "email": "owen@customers.example", "language": "en"},
)  # fmt: skip
_CUSTOMERS = {"IT": _ITALIANS, "DE": _GERMANS, "GB": _BRITONS}

LINES: Mapping[str, Sequence[Mapping[str, str]]] = {
    "IT": (
        {"vat_rate": "22"},
        {"vat_rate": "22", "vat_category": "S"},
        {"vat_rate": "10"},
        {"vat_rate": "4"},
        {"vat_rate": "0", "vat_category": "E", "vat_exemption": "Esente art. 10 DPR 633/72"},
    ),
    "DE": (
        {"vat_rate": "19"},
        {"vat_rate": "7"},
        {"vat_rate": "0", "vat_category": "E", "vat_exemption": "Steuerfrei nach § 4 UStG"},
    ),
    "GB": ({"vat_rate": "20"}, {"vat_rate": "5"}, {"vat_rate": "0", "vat_category": "Z"}),
}
"""The first is the rate of what comes beside the goods."""


def customer_of(dice: random.Random, country: str) -> dict[str, Any]:
    """A customer of a shop in this country."""
    return dict(dice.choice(_CUSTOMERS[country]))
