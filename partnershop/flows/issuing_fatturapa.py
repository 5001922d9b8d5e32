"""What the FatturaPA of an Italian seller's paper says beside its row, frozen when it is issued."""

from typing import Any

from models import ShopSettings
from partnershop.documents import fatturapa
from partnershop.documents.fatturapa.names import ITALY
from partnershop.documents.paper import PaperTax
from partnershop.flows.drafts import Draft


def for_sdi(settings: ShopSettings, draft: Draft, document_id: int) -> dict[str, Any] | None:
    """The column `fatturapa` of a paper to be issued; None for sellers elsewhere.

    A correction says what the paper that it corrects said, with a file name and a stamp duty of its own; where that one
    was issued before there was any FatturaPA, what the settings say now.
    """
    seller, buyer = draft.seller, draft.buyer
    if seller["country"] != ITALY:
        return None
    original = (draft.refers_to.fatturapa if draft.refers_to else None) or _from_settings(settings, draft)
    fiscal_code = fatturapa.fiscal_code(seller.get("tax_code"), seller.get("vat_id"))
    recipient_code, pec = fatturapa.recipient(buyer["country"], buyer.get("recipient_code"), buyer.get("pec"))
    return {
        "file_name": fatturapa.file_name(fiscal_code, document_id),
        "regime": original["regime"],
        "natures": original["natures"],
        "stamp_duty": _stamp_duty(settings, draft, original["natures"]),
        "recipient_code": recipient_code,
        "pec": pec,
    }


def _from_settings(settings: ShopSettings, draft: Draft) -> dict[str, Any]:
    return {"regime": draft.seller.get("tax_regime") or "RF01", "natures": settings.fatturapa.get("natures") or {}}


def _stamp_duty(settings: ShopSettings, draft: Draft, natures: dict[str, str]) -> int:
    """Minor units; 0 where the shop does not pay it or none is due."""
    taxes = [
        PaperTax(key.category, key.rate, amount.base, amount.tax) for key, amount in draft.figures.taxes.items()
    ]
    enabled = settings.fatturapa.get("stamp_duty") is True
    return fatturapa.stamp_duty_of(taxes, natures, draft.order.currency, enabled)
