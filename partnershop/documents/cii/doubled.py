"""Which rules of EN 16931 say what a rule of ours has said: operators read each fault once, in their own language."""

from collections.abc import Iterable, Mapping, Sequence

from partnershop.documents.breach import Breach

# Of each VAT category, by the number of its rule: BR-S-01 to BR-S-10, BR-IC-01 to BR-IC-12.
_CATEGORIES = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "IC": "K", "G": "G", "O": "O"}
_VAT_IDS = {"AE": ("P-CAT-7",), "IC": ("P-CAT-5",), "O": ("P-CAT-10",)}
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "BR-01": ("P-FORM-3",), "BR-02": ("P-FORM-7",), "BR-03": ("P-DATE-1",), "BR-04": ("P-FORM-4",),
    "BR-05": ("P-FORM-5",), "BR-16": ("P-LINE-1",), "BR-21": ("P-LINE-9",), "BR-22": ("P-LINE-10",),
    "BR-23": ("P-LINE-7",), "BR-26": ("P-LINE-10",), "BR-27": ("P-SUM-1",), "BR-28": ("P-SUM-1",),
    "BR-33": ("P-LINE-6",), "BR-38": ("P-LINE-8",), "BR-42": ("P-LINE-6",), "BR-44": ("P-LINE-8",),
    "BR-47": ("P-CAT-14",), "BR-48": ("P-CAT-13",), "BR-49": ("P-PAY-1", "P-PAY-5"), "BR-50": ("P-PAY-1", "P-PAY-2"),
    "BR-55": ("P-REF-1", "P-REF-3"), "BR-61": ("P-PAY-1", "P-PAY-2"), "BR-CO-04": ("P-CAT-14",),
    "BR-CO-09": ("P-PARTY-1", "P-PARTY-3"), "BR-CO-10": ("P-SUM-2",), "BR-CO-11": ("P-SUM-3",),
    "BR-CO-12": ("P-SUM-4",), "BR-CO-13": ("P-SUM-5",), "BR-CO-14": ("P-SUM-6",), "BR-CO-15": ("P-SUM-7",),
    "BR-CO-16": ("P-SUM-8",), "BR-CO-17": ("P-VAT-1", "P-VAT-2", "P-VAT-3"), "BR-CO-18": ("P-VAT-5",),
    "BR-CO-21": ("P-LINE-6",), "BR-CO-22": ("P-LINE-8",), "BR-CO-23": ("P-LINE-6",), "BR-CO-24": ("P-LINE-8",),
    "BR-CO-26": ("P-PARTY-2", "P-CAT-5", "P-CAT-7", "P-CAT-12"),
    **dict.fromkeys(("BR-06", "BR-07", "BR-08", "BR-09", "BR-10", "BR-11", "BR-57"), ("P-PARTY-6",)),
    **{f"BR-DEC-{number:02}": ("P-FORM-6",) for number in range(1, 29)},
    **{f"BR-O-{number}": ("P-CAT-9",) for number in range(11, 15)},
    "BR-IC-11": ("P-CAT-6",), "BR-IC-12": ("P-CAT-6",),
    # Canary Islands, Ceuta and Melilla, split payment: none of our categories.
    **{f"BR-{name}-{number:02}": ("P-CAT-14",) for name in ("AF", "AG") for number in range(1, 11)},
    # Those of Factur-X have no names: countries of seller, buyer and delivery, their names, the currency.
    **dict.fromkeys(
        ("FX-SCH-A-000580", "FX-SCH-A-000568", "FX-SCH-A-000586", "FX-SCH-A-000030"), ("P-PARTY-6",)
    ),
    "FX-SCH-A-000595": ("P-FORM-5",), "FX-SCH-A-000606": ("P-FORM-5",),
}  # fmt: skip


def _of_categories() -> Iterable[tuple[str, tuple[str, ...]]]:
    for name, category in _CATEGORIES.items():
        untaxed = category != "S"
        # Beside O, papers show no VAT ids, so that what is wrong then is that it is not alone.
        identified = (*_VAT_IDS.get(name, ()), "P-PARTY-2", "P-CAT-9")
        rates = ("P-CAT-11",) if category == "O" else ("P-CAT-13",)
        yield f"BR-{name}-01", ("P-VAT-5", "P-CAT-14")
        yield from ((f"BR-{name}-{number:02}", identified) for number in (2, 3, 4))
        yield from ((f"BR-{name}-{number:02}", rates) for number in (5, 6, 7))
        yield f"BR-{name}-08", ("P-VAT-4", "P-VAT-5")
        yield f"BR-{name}-09", ("P-CAT-15",) if untaxed else ("P-VAT-1", "P-VAT-2", "P-VAT-3")
        yield f"BR-{name}-10", ("P-CAT-1",) if category in ("S", "Z") else ("P-CAT-2",)


DOUBLED: Mapping[str, tuple[str, ...]] = {**_OTHERS, **dict(_of_categories())}
"""The rules of ours that say the same, by the standard's; any one of them is enough."""


def each_fault_once(found: Sequence[Breach]) -> list[Breach]:
    """Breaches in their order, without the standard's where a rule of ours that says the same is broken as well."""
    ours = {breach.rule for breach in found}
    return [breach for breach in found if not ours.intersection(DOUBLED.get(breach.rule, ()))]
