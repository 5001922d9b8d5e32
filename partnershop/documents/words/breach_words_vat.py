"""What the rules on VAT categories say to operators and accountants: what is wrong, and what to change."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "P-CAT-1": {
        "en": "Category {category} is taxed, so it has no exemption reason ({reason}). Leave it out.",
        "de": "Kategorie {category} ist besteuert und hat keinen Befreiungsgrund ({reason}). Ihn weglassen.",
        "it": "La categoria {category} è imponibile e non ha motivo di esenzione ({reason}). Ometterlo.",
    },
    "P-CAT-2": {
        "en": "Category {category} needs the reason why no VAT is charged (BT-120). Have the shop send it with the "
        "item.",
        "de": "Kategorie {category} braucht den Grund, warum keine Umsatzsteuer berechnet wird (BT-120). Der Shop muss "
        "ihn mit der Position senden.",
        "it": "La categoria {category} richiede il motivo per cui non si applica l'IVA (BT-120). Il negozio deve "
        "inviarlo con la posizione.",
    },
    "P-CAT-3": {
        "en": "The code {code} (BT-121) is not one of category {category}. Correct the code or the category.",
        "de": "Der Code {code} (BT-121) gehört nicht zur Kategorie {category}. Code oder Kategorie berichtigen.",
        "it": "Il codice {code} (BT-121) non è della categoria {category}. Correggere il codice o la categoria.",
    },
    "P-CAT-4": {
        "en": "The reason of category {category} names another category: {reason}. Correct the words or the category.",
        "de": "Der Grund der Kategorie {category} nennt eine andere Kategorie: {reason}. Worte oder Kategorie "
        "berichtigen.",
        "it": "Il motivo della categoria {category} ne indica un'altra: {reason}. Correggere le parole o la categoria.",
    },
    "P-CAT-5": {
        "en": "An intra-Community supply (K) needs VAT ids of two different member states; they are {seller} and "
        "{buyer}. Correct the buyer's VAT id, or invoice with VAT.",
        "de": "Eine innergemeinschaftliche Lieferung (K) braucht USt-IdNrn. zweier Mitgliedstaaten; hier sind es "
        "{seller} und {buyer}. Die des Käufers berichtigen oder mit Umsatzsteuer berechnen.",
        "it": "Una cessione intracomunitaria (K) richiede partite IVA di due Stati membri diversi; qui sono {seller} e "
        "{buyer}. Correggere quella dell'acquirente o fatturare con IVA.",
    },
    "P-CAT-6": {
        "en": "An intra-Community supply (K) goes to another member state; {where} is {country}. Correct the address, "
        "or invoice with VAT.",
        "de": "Eine innergemeinschaftliche Lieferung (K) geht in einen anderen Mitgliedstaat; {where} ist {country}. "
        "Die Anschrift berichtigen oder mit Umsatzsteuer berechnen.",
        "it": "Una cessione intracomunitaria (K) va in un altro Stato membro; {where} è {country}. Correggere "
        "l'indirizzo o fatturare con IVA.",
    },
    "P-CAT-7": {
        "en": "Reverse charge (AE) needs the VAT ids of both; they are {seller} and {buyer}. Add what is missing.",
        "de": "Die Umkehr der Steuerschuld (AE) braucht beide USt-IdNrn.; hier sind es {seller} und {buyer}. Ergänzen, "
        "was fehlt.",
        "it": "L'inversione contabile (AE) richiede le partite IVA di entrambi; qui sono {seller} e {buyer}. "
        "Completare quella mancante.",
    },
    "P-CAT-8": {
        "en": "An export (G) goes to a buyer outside the EU; {where} is {country}. Correct the address or the "
        "category.",
        "de": "Eine Ausfuhr (G) geht an einen Käufer außerhalb der EU; {where} ist {country}. Anschrift oder Kategorie "
        "berichtigen.",
        "it": "Un'esportazione (G) va a un acquirente fuori dall'UE; {where} è {country}. Correggere l'indirizzo o la "
        "categoria.",
    },
    "P-CAT-9": {
        "en": "What is not subject to VAT (O) must be alone on its paper; here are also {categories}. Invoice them "
        "apart.",
        "de": "Nicht Steuerbares (O) muss allein auf seinem Beleg stehen; hier sind auch {categories}. Getrennt "
        "berechnen.",
        "it": "Le operazioni fuori campo IVA (O) vanno da sole sul documento; qui ci sono anche {categories}. "
        "Fatturarle separatamente.",
    },
    "P-CAT-10": {
        "en": "A paper of category O shows no VAT id; {where} is {id}. Leave it out.",
        "de": "Ein Beleg der Kategorie O zeigt keine USt-IdNr.; {where} ist {id}. Sie weglassen.",
        "it": "Un documento di categoria O non riporta partite IVA; {where} è {id}. Ometterla.",
    },
    "P-CAT-11": {
        "en": "Category O has no VAT rate; {where} is {rate}. Leave it out.",
        "de": "Kategorie O hat keinen Steuersatz; {where} ist {rate}. Ihn weglassen.",
        "it": "La categoria O non ha aliquota; {where} è {rate}. Ometterla.",
    },
    "P-CAT-12": {
        "en": "On a paper of category O the seller needs an identifier (BT-29) or a register entry (BT-30). Add one to "
        "the shop's file.",
        "de": "Auf einem Beleg der Kategorie O braucht der Verkäufer eine Kennung (BT-29) oder einen Registereintrag "
        "(BT-30). Eines davon in der Datei des Shops ergänzen.",
        "it": "Su un documento di categoria O il venditore deve avere un identificativo (BT-29) o un'iscrizione a un "
        "registro (BT-30). Aggiungerne uno nel file del negozio.",
    },
    "P-CAT-13": {
        "en": "In category {category} {where} is {rate}; S needs one above 0, Z, E, AE, K and G need 0.",
        "de": "In Kategorie {category} ist {where} {rate}; S braucht einen über 0, Z, E, AE, K und G "
        "brauchen 0.",
        "it": "Nella categoria {category} {where} è {rate}; S ne richiede una sopra 0; Z, E, AE, K e G "
        "richiedono 0.",
    },
    "P-CAT-14": {
        "en": "{where} is of category {category}; it must be S, Z, E, AE, K, G or O.",
        "de": "{where} hat die Kategorie {category}; sie muss S, Z, E, AE, K, G oder O sein.",
        "it": "{where} ha la categoria {category}; deve essere S, Z, E, AE, K, G o O.",
    },
    "P-CAT-15": {
        "en": "Category {category} comes without VAT, but {where} is {said}. Correct the VAT or the category.",
        "de": "Kategorie {category} ist ohne Umsatzsteuer, aber {where} ist {said}. Steuer oder Kategorie berichtigen.",
        "it": "La categoria {category} è senza IVA, ma {where} è {said}. Correggere l'IVA o la categoria.",
    },
}
ELSEWHERE: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("P-CAT-6", "BT-72"): {
        "en": "An intra-Community supply (K) needs {where}, which is not told. Wait for the delivery, or invoice with "
        "VAT.",
        "de": "Einer innergemeinschaftlichen Lieferung (K) fehlt eine Angabe: {where}. Die Lieferung abwarten oder mit "
        "Umsatzsteuer berechnen.",
        "it": "A una cessione intracomunitaria (K) manca un dato: {where}. Attendere la consegna o fatturare con IVA.",
    },
}
"""What a rule says where it is about another place: by rule and place."""
