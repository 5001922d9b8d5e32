"""What is wrong with a file as a whole, in three languages; the rules of papers have their own words."""

from partnershop.documents.breach import Breach
from partnershop.documents.words.breach_words import sentence as sentence_of_paper

_WORDS: dict[str, dict[str, str]] = {
    "P-FILE-1": {
        "en": "no CII invoice is embedded in the PDF; a Factur-X carries one, named factur-x.xml",
        "de": "in das PDF ist keine CII-Rechnung eingebettet; eine Factur-X enthält eine mit dem Namen factur-x.xml",
        "it": "nel PDF non è incorporata alcuna fattura CII; una Factur-X ne contiene una di nome factur-x.xml",
    },
    "P-FILE-2": {
        "en": "the PDF does not say that it is PDF/A-3 (it says: {claim}); only that may carry an invoice",
        "de": "das PDF nennt sich nicht PDF/A-3 (es sagt: {claim}); nur ein solches darf eine Rechnung enthalten",
        "it": "il PDF non dichiara di essere PDF/A-3 (dichiara: {claim}); solo quello può contenere una fattura",
    },
    "P-FILE-3": {
        "en": "the PDF's metadata name the invoice {file} at level {level}, but it holds {name} at level {profile}",
        "de": "die Metadaten des PDF nennen die Rechnung {file} mit der Stufe {level}, enthalten ist {name} mit der "
        "Stufe {profile}",
        "it": "i metadati del PDF indicano la fattura {file} di livello {level}, ma esso contiene {name} di livello "
        "{profile}",
    },
    "P-FILE-4": {
        "en": "the invoices inside the PDF say different things: {first}; and {other}",
        "de": "die Rechnungen im PDF sagen Verschiedenes: {first}; und {other}",
        "it": "le fatture nel PDF dicono cose diverse: {first}; e {other}",
    },
    "P-FILE-5": {
        "en": "the PDF holds {count} files named {name}; of one name there may be only one",
        "de": "das PDF enthält {count} Dateien mit dem Namen {name}; von einem Namen darf es nur eine geben",
        "it": "il PDF contiene {count} file di nome {name}; di ogni nome può essercene uno solo",
    },
}  # fmt: skip
RULES = tuple(_WORDS)


def sentence(breach: Breach, language: str) -> str:
    """What is wrong, in it, de or en; of any rule that `verify` can find broken."""
    own = _WORDS.get(breach.rule)
    return own[language].format(**breach.values) if own else sentence_of_paper(breach, language)
