"""Which words the papers need; each language is a module of its own. Sentences of the e-invoice too are in notes.py."""

from collections.abc import Mapping
from dataclasses import dataclass

from partnershop.documents.paper import PaperKind


@dataclass(frozen=True)
class Wording:
    """The words of one language. Sentences hold `{names}` in braces, to be filled by `str.format`."""

    language: str
    titles: Mapping[PaperKind, str]
    page: str  # before the page number
    page_of: str  # between page number and number of pages
    number: str
    issue_date: str
    order: str
    order_date: str
    customer_number: str
    supply_date: str
    due_date: str
    vat_id: str
    tax_code: str
    registration: str
    identifier: str
    buyer_vat_id: str
    buyer_tax_code: str
    position: str
    description: str
    quantity: str
    unit_price: str
    vat: str
    net: str
    reduction: str
    net_reduced: str
    vat_rate: str
    vat_base: str
    vat_amount: str
    total_net: str
    total_vat: str
    total_gross: str
    total_reversed: str
    prepaid: str
    amount_due: str
    payment_method: str
    methods: Mapping[str, str]
    transfer: str  # `by` is empty or what `transfer_by` says
    transfer_to: str
    transfer_by: str
    replaces: str
    replaces_reversed: str
    reason: str
    money_back: Mapping[str, str]
    money_back_otherwise: str
    categories: Mapping[str, str]
    not_taxed: str  # in the place of a rate, where VAT does not apply at all
    courtesy: str  # that not this page is the invoice; `file` is the name of the electronic one
    vat_directive: str
