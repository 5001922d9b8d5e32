"""The three shops of a drill and what they sell, as the YAML texts that an operator would load. All invented.

VAT ids and bank accounts only pass the test of their check digits. The shops differ in what decides a flow: when the
invoice is issued, which gates stand before a hand-over, what becomes of an order that the settings do not cover, time
zone, currency, language. All three send mails, so that every paper can be looked for in the sink.
"""

_BOTTEGA = """\
shop: bottega
seller:
  legal_name: Bottega della Stampa S.r.l.
  street: Vicolo del Torchio 4
  postcode: "42121"
  city: Reggio Emilia
  province: RE
  country: IT
  vat_id: IT08642010014
  tax_code: "08642010014"
  tax_regime: RF01
  iban: IT59A0300203280000002468135
  email: fatture@bottega.example
language: it
currency: EUR
timezone: Europe/Rome
invoice_on: shipped
require_print_data: true
incomplete_settings: hold
series: {invoice: "BF-{year}-{number:06d}", reversal: "BN-{year}-{number:06d}"}
commission: {rate_percent: "8.0"}
payment_days: 14
fatturapa: {stamp_duty: false}
mail:
  sender_name: Bottega della Stampa
  digest: [officina@bottega.example]
place_of_production:
  mode: some_or_all_in_house
  products:
    leaflet:
      format: [a6, a5]
      paper: [gloss-135, recycled-100]
      run: ["100", "500", "1000"]
      proof: [screen]
    badge:
      shape: [round]
      run: ["50", "100"]
"""

_KONTOR = """\
shop: kontor
seller:
  legal_name: Kontor Druck GmbH
  street: Speicherstraße 9
  postcode: "20457"
  city: Hamburg
  country: DE
  vat_id: DE824681302
  iban: DE17370400440000246813
  email: rechnung@kontor.example
language: de
currency: EUR
timezone: Europe/Berlin
invoice_on: placed
require_print_data: false
incomplete_settings: unitedprint
series: {invoice: "KR-{year}-{number:06d}", reversal: "KS-{year}-{number:06d}"}
commission: {rate_percent: "6.5"}
payment_days: 10
mail: {}
place_of_production:
  mode: some_or_all_in_house
  products:
    leaflet:
      format: [a6]
      paper: [gloss-135, matt-135]
      run: ["500", "1000", "5000"]
      proof: [screen, printed]
"""

_QUAY = """\
shop: quay
seller:
  legal_name: Quay Print Ltd
  street: 17 Lighter Lane
  postcode: BS1 4RN
  city: Bristol
  country: GB
  vat_id: GB753186422
  iban: GB29NWBK60161331926819
  email: invoices@quay.example
language: en
currency: GBP
timezone: Europe/London
invoice_on: shipped
require_print_data: false
incomplete_settings: hold
series: {invoice: "QI-{year}-{number:06d}", reversal: "QC-{year}-{number:06d}"}
commission: {rate_percent: "7.25"}
payment_days: 30
mail:
  sender: orders@quay.example
place_of_production:
  mode: some_or_all_in_house
  products:
    badge:
      shape: [round, square]
      run: ["50", "100", "250"]
    booklet:
      format: [a5]
      pages: ["8", "16"]
      run: ["100", "500"]
      proof: [screen]
"""

_CATALOGUE = """\
version: drill
products:
  leaflet:
    names: {it: Volantini, de: Handzettel, en: Leaflets}
    attributes:
      format:
        names: {it: Formato, de: Format, en: Format}
        options:
          a6: {it: DIN A6, de: DIN A6, en: DIN A6}
          a5: {it: DIN A5, de: DIN A5, en: DIN A5}
          a4: {it: DIN A4, de: DIN A4, en: DIN A4}
      paper:
        names: {it: Carta, de: Papier, en: Paper}
        options:
          gloss-135: {it: lucida 135 g, de: glänzend 135 g, en: gloss 135 gsm}
          matt-135: {it: opaca 135 g, de: matt 135 g, en: matt 135 gsm}
          recycled-100: {it: riciclata 100 g, de: Recycling 100 g, en: recycled 100 gsm}
      run:
        names: {it: Tiratura, de: Auflage, en: Print run}
        options: &runs
          "50": {it: "50", de: "50", en: "50"}
          "100": {it: "100", de: "100", en: "100"}
          "250": {it: "250", de: "250", en: "250"}
          "500": {it: "500", de: "500", en: "500"}
          "1000": {it: "1000", de: "1000", en: "1000"}
          "5000": {it: "5000", de: "5000", en: "5000"}
      proof: &proof
        names: {it: Prova, de: Prüfdruck, en: Proof}
        shown_in_shop: false
        default: screen
        options:
          screen: {it: a video, de: am Bildschirm, en: on screen}
          printed: {it: a stampa, de: gedruckt, en: printed}
  badge:
    names: {it: Adesivi, de: Aufkleber, en: Stickers}
    attributes:
      shape:
        names: {it: Forma, de: Form, en: Shape}
        options:
          round: {it: rotonda, de: rund, en: round}
          square: {it: quadrata, de: eckig, en: square}
      run: {names: {it: Tiratura, de: Auflage, en: Print run}, options: *runs}
  booklet:
    names: {it: Opuscoli, de: Broschüren, en: Booklets}
    attributes:
      format:
        names: {it: Formato, de: Format, en: Format}
        options:
          a5: {it: DIN A5, de: DIN A5, en: DIN A5}
          a4: {it: DIN A4, de: DIN A4, en: DIN A4}
      pages:
        names: {it: Pagine, de: Seiten, en: Pages}
        options:
          "8": {it: 8 pagine, de: 8 Seiten, en: 8 pages}
          "16": {it: 16 pagine, de: 16 Seiten, en: 16 pages}
          "32": {it: 32 pagine, de: 32 Seiten, en: 32 pages}
      run: {names: {it: Tiratura, de: Auflage, en: Print run}, options: *runs}
      proof: *proof
"""


def shop_texts() -> list[str]:
    """The settings of the three shops: bottega (Italy), kontor (Germany), quay (Britain)."""
    return [_BOTTEGA, _KONTOR, _QUAY]


def catalogue_text() -> str:
    """The catalogue that all three sell from; it has to be loaded before them."""
    return _CATALOGUE
