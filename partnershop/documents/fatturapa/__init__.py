"""FatturaPA 1.2.3, the e-invoice of Italian sellers: written, read, and checked as the Sistema di Interscambio does."""

from partnershop.documents.fatturapa.names import file_name, fiscal_code, recipient
from partnershop.documents.fatturapa.natures import stamp_duty_of
from partnershop.documents.fatturapa.reading import Fattura, read
from partnershop.documents.fatturapa.rules import breaches
from partnershop.documents.fatturapa.writing import write

__all__ = ["Fattura", "breaches", "file_name", "fiscal_code", "read", "recipient", "stamp_duty_of", "write"]
