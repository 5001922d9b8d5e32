"""The structure of FatturaPA 1.2.3 as its technical specifications lay it down, type by type.

A type is a sequence of `Element` or `Element:Type` (without a type: the one of its own name), each with ?, * or + as
in regular expressions. Types that are not here are forms of text, in `forms`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from partnershop.documents.fatturapa.elements import NAMESPACE

ROOT = "FatturaElettronica"
ROOT_TAG = f"{{{NAMESPACE}}}{ROOT}"

_NAMES = "(?:Denominazione:Latin80|Nome:Latin60 Cognome:Latin60)"
_RELATED = "DatiCorrelati*"
_SEQUENCES: Mapping[str, str] = {
    ROOT: "FatturaElettronicaHeader FatturaElettronicaBody+ Signature?",
    "FatturaElettronicaHeader": (
        "DatiTrasmissione CedentePrestatore RappresentanteFiscale:Rappresentante? CessionarioCommittente"
        " TerzoIntermediarioOSoggettoEmittente:Terzo? SoggettoEmittente?"
    ),
    "FatturaElettronicaBody": (
        "DatiGenerali DatiBeniServizi DatiVeicoli? DatiPagamento* Allegati*"
    ),
    "DatiTrasmissione": (
        "IdTrasmittente:IdFiscale ProgressivoInvio:Basic10 FormatoTrasmissione CodiceDestinatario"
        " ContattiTrasmittente? PECDestinatario?"
    ),
    "ContattiTrasmittente": "Telefono? Email?",
    "IdFiscale": "IdPaese:Country IdCodice:Code28",
    "CedentePrestatore": (
        "DatiAnagrafici:DatiCedente Sede:Indirizzi StabileOrganizzazione:Indirizzi? IscrizioneREA? Contatti?"
        " RiferimentoAmministrazione:Basic20?"
    ),
    "DatiCedente": (
        "IdFiscaleIVA:IdFiscale CodiceFiscale? Anagrafica AlboProfessionale:Latin60? ProvinciaAlbo:Provincia?"
        " NumeroIscrizioneAlbo:Basic60? DataIscrizioneAlbo:Day? RegimeFiscale"
    ),
    "Anagrafica": f"{_NAMES} Titolo? CodEORI?",
    "Indirizzi": "Indirizzo:Latin60 NumeroCivico? CAP Comune:Latin60 Provincia? Nazione:Country",
    "IscrizioneREA": (
        "Ufficio:Provincia NumeroREA:Basic20 CapitaleSociale:Amount2? SocioUnico? StatoLiquidazione"
    ),
    "Contatti": "Telefono? Fax:Telefono? Email?",
    "Rappresentante": "DatiAnagrafici:DatiRappresentante",
    "DatiRappresentante": "IdFiscaleIVA:IdFiscale CodiceFiscale? Anagrafica",
    "CessionarioCommittente": (
        "DatiAnagrafici:DatiCessionario Sede:Indirizzi StabileOrganizzazione:Indirizzi?"
        " RappresentanteFiscale:RappresentanteCessionario?"
    ),
    "DatiCessionario": "IdFiscaleIVA:IdFiscale? CodiceFiscale? Anagrafica",
    "RappresentanteCessionario": f"IdFiscaleIVA:IdFiscale {_NAMES}",
    "Terzo": "DatiAnagrafici:DatiCessionario",
    "DatiGenerali": (
        f"DatiGeneraliDocumento DatiOrdineAcquisto:{_RELATED} DatiContratto:{_RELATED} DatiConvenzione:{_RELATED}"
        f" DatiRicezione:{_RELATED} DatiFattureCollegate:{_RELATED} DatiSAL* DatiDDT* DatiTrasporto? FatturaPrincipale?"
    ),
    "DatiGeneraliDocumento": (
        "TipoDocumento Divisa:Letters3 Data:InvoiceDay Numero DatiRitenuta* DatiBollo? DatiCassaPrevidenziale*"
        " ScontoMaggiorazione* ImportoTotaleDocumento:Amount2? Arrotondamento:Amount2? Causale:Latin200* Art73:Yes?"
    ),
    "DatiRitenuta": "TipoRitenuta ImportoRitenuta:Amount2 AliquotaRitenuta:Rate CausalePagamento",
    "DatiBollo": "BolloVirtuale:Yes ImportoBollo:Amount2?",
    "DatiCassaPrevidenziale": (
        "TipoCassa AlCassa:Rate ImportoContributoCassa:Amount2 ImponibileCassa:Amount2? AliquotaIVA:Rate Ritenuta:Yes?"
        " Natura? RiferimentoAmministrazione:Basic20?"
    ),
    "ScontoMaggiorazione": "Tipo:DiscountOrSurcharge Percentuale:Rate? Importo:Amount8?",
    "DatiCorrelati": (
        "RiferimentoNumeroLinea:LineNumber* IdDocumento:Basic20 Data:Day? NumItem:Basic20?"
        " CodiceCommessaConvenzione:Latin100? CodiceCUP:Basic15? CodiceCIG:Basic15?"
    ),
    "DatiSAL": "RiferimentoFase:Phase",
    "DatiDDT": "NumeroDDT:Basic20 DataDDT:Day RiferimentoNumeroLinea:LineNumber*",
    "DatiTrasporto": (
        "DatiAnagraficiVettore? MezzoTrasporto:Latin80? CausaleTrasporto:Latin100? NumeroColli:LineNumber?"
        " Descrizione:Latin100? UnitaMisuraPeso:Basic10? PesoLordo:Weight? PesoNetto:Weight? DataOraRitiro:Moment?"
        " DataInizioTrasporto:Day? TipoResa:Letters3? IndirizzoResa:Indirizzi? DataOraConsegna:Moment?"
    ),
    "DatiAnagraficiVettore": "IdFiscaleIVA:IdFiscale CodiceFiscale? Anagrafica NumeroLicenzaGuida:Basic20?",
    "FatturaPrincipale": "NumeroFatturaPrincipale:Basic20 DataFatturaPrincipale:Day",
    "DatiBeniServizi": "DettaglioLinee+ DatiRiepilogo+",
    "DettaglioLinee": (
        "NumeroLinea:LineNumber TipoCessionePrestazione? CodiceArticolo* Descrizione:Latin1000 Quantita:Quantity?"
        " UnitaMisura:Basic10? DataInizioPeriodo:Day? DataFinePeriodo:Day? PrezzoUnitario:Amount8 ScontoMaggiorazione*"
        " PrezzoTotale:Amount8 AliquotaIVA:Rate Ritenuta:Yes? Natura? RiferimentoAmministrazione:Basic20?"
        " AltriDatiGestionali*"
    ),
    "CodiceArticolo": "CodiceTipo:Basic35 CodiceValore:Any35",
    "AltriDatiGestionali": (
        "TipoDato:Basic10 RiferimentoTesto:Latin60? RiferimentoNumero:Amount8? RiferimentoData:Day?"
    ),
    "DatiRiepilogo": (
        "AliquotaIVA:Rate Natura? SpeseAccessorie:Amount2? Arrotondamento:Amount8? ImponibileImporto:Amount2"
        " Imposta:Amount2 EsigibilitaIVA? RiferimentoNormativo:Latin100?"
    ),
    "DatiVeicoli": "Data:Day TotalePercorso:Basic15",
    "DatiPagamento": "CondizioniPagamento DettaglioPagamento+",
    "DettaglioPagamento": (
        "Beneficiario:Latin200? ModalitaPagamento DataRiferimentoTerminiPagamento:Day? GiorniTerminiPagamento:Days?"
        " DataScadenzaPagamento:Day? ImportoPagamento:Amount2 CodUfficioPostale:Basic20? CognomeQuietanzante:Latin60?"
        " NomeQuietanzante:Latin60? CFQuietanzante? TitoloQuietanzante:Titolo? IstitutoFinanziario:Latin80? IBAN?"
        " ABI:Digits5? CAB:Digits5? BIC? ScontoPagamentoAnticipato:Amount2? DataLimitePagamentoAnticipato:Day?"
        " PenalitaPagamentiRitardati:Amount2? DataDecorrenzaPenale:Day? CodicePagamento:Basic60?"
    ),
    "Allegati": (
        "NomeAttachment:Latin60 AlgoritmoCompressione:Basic10? FormatoAttachment:Basic10?"
        " DescrizioneAttachment:Latin100? Attachment:Base64"
    ),
}  # fmt: skip
_ELEMENT = re.compile(r"(?P<name>[A-Z]\w*)(?::(?P<type>[A-Z]\w*))?(?P<times>[?*+]?)")


@dataclass(frozen=True)
class Sequence:
    """What an element holds: `pattern` matches the names of its children, each followed by a blank; their types."""

    pattern: re.Pattern[str]
    types: Mapping[str, str]


def _sequence(written: str) -> Sequence:
    types = {match["name"]: match["type"] or match["name"] for match in _ELEMENT.finditer(written)}
    pattern = _ELEMENT.sub(r"(?:\g<name>@)\g<times>", written).replace(" ", "").replace("@", " ")
    return Sequence(re.compile(pattern), types)


SEQUENCES: Mapping[str, Sequence] = {name: _sequence(written) for name, written in _SEQUENCES.items()}
