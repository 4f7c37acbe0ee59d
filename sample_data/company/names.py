"""Names of made-up customers, and the ways one customer is spelled in NetSuite and in the CRM.

`customer_name(n)` differs from every other n even after case, punctuation, accents and legal forms are taken away, so
two customers are ambiguous only where the data says so.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_FIRST = (
    "Halden", "Northgate", "Brightwater", "Calloway", "Ostrander", "Vega", "Marchetti", "Pinecrest", "Larkspur",
    "Redmond", "Sable", "Tamarack", "Ulrich", "Whitcombe", "Yarrow", "Zephyr", "Ashdown", "Bellweather", "Cordova",
    "Dunmore", "Eastlake", "Fairbanks", "Granville", "Hawthorne", "Ironbridge", "Juniper", "Kingsley", "Lindqvist",
    "Montrose", "Navarro", "Oakhurst", "Pemberton", "Quillon", "Ravenswood", "Silverton", "Thornbury", "Umber",
    "Vantage", "Westbrook", "Alderney", "Blackwood", "Castellan", "Drummond", "Ellison", "Foxglove", "Gresham",
    "Holloway", "Inverness", "Jasper", "Kendrick", "Lockhart", "Merriweather", "Norwood", "Orchard", "Prescott",
    "Queensbury", "Rosedale", "Stanhope", "Trelawney", "Upton", "Verity", "Winslow", "Amberley", "Burgess",
    "Chadwick", "Delacroix", "Everett", "Finchley", "Garrison", "Hartwell", "Ingram", "Jennings", "Kirkland",
    "Langford", "Mayfield", "Newbury", "Osborne", "Penrose", "Radcliffe", "Sinclair", "Tavistock", "Underhill",
    "Vaughn", "Wexford", "Abernathy", "Brennan", "Corbett", "Devereux",
)  # fmt: skip
_SECOND = (
    "Logistics", "Robotics", "Analytics", "Foods", "Biosciences", "Energy", "Retail Group", "Media", "Capital",
    "Freight", "Dental", "Aviation", "Interiors", "Textiles", "Semiconductors", "Insurance", "Pharma", "Marine",
    "Hospitality", "Packaging", "Software", "Diagnostics", "Agriculture", "Construction", "Instruments", "Outfitters",
    "Publishing", "Water Utilities", "Optics", "Motors", "Ceramics", "Telecom", "Education", "Chemicals", "Timber",
    "Health Partners", "Steelworks", "Design Studio", "Labs", "Brewing", "Systems Integration",
)  # fmt: skip
_PLACES = (
    "Boston", "Leeds", "Osaka", "Denver", "Bristol", "Lyon", "Porto", "Austin", "Kyoto", "Dublin", "Tampa", "Turin",
    "Ghent", "Reno", "Cork", "Basel", "Malmo", "Lille", "Perth", "Omaha", "Derby", "Nagoya", "Bergen", "Salem",
)  # fmt: skip
_ACCENTED = ("Müller", "Société Générale d'Étoffes", "Bjørnstad", "Café Peñalosa", "Añejo", "Strömberg", "Québec Béton",
             "Łódź Odzież", "São Brás", "Žižkov", "Grüne Höfe", "Señorío")  # fmt: skip
_PEOPLE = (("Ana Lúcia", "Ferreira"), ("Thomas", "Okafor"), ("Mei-Ling", "Zhao"), ("Patrick", "O'Donnell"),
           ("Ingrid", "Solheim"), ("Rahul", "Venkataraman"))  # fmt: skip

LEGAL_FORMS = {"US": ("Inc.", "LLC", "Corp."), "GB": ("Ltd", "Limited", "PLC"), "JP": ("K.K.", "Co., Ltd.")}

NAME_KINDS = (
    ("identical", 52), ("case", 6), ("punctuation", 6), ("white_space", 5), ("legal_form", 8), ("composed", 2),
    ("full_width", 1), ("accents", 3), ("ambiguous", 4), ("absent", 5), ("renamed", 5), ("person", 3),
)  # fmt: skip
"""How a customer's two names differ, in customers per cent.

case, punctuation, white_space, composed (NFD against NFC) and full_width are equal after normalising; legal_form only
where a setting strips legal forms; accents (dropped in the CRM) never by key, so it is a suggestion; ambiguous has two
CRM accounts of one key; absent has none; renamed is found only once NetSuite's name has become `later_name`.
"""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One customer's names: NetSuite's, the CRM's (None: not there; two: ambiguous), and NetSuite's later one."""

    netsuite: str
    crm: tuple[str, ...]
    later: str | None = None
    person: tuple[str, str] | None = None


def customer_name(number: int) -> str:
    """A company name that no other number gives, whatever the spelling."""
    # 1,009 shares no factor with the number of pairs, so pairs come mixed and none comes twice.
    pairs = len(_FIRST) * len(_SECOND)
    lap, place = divmod(number, pairs)
    pair = place * 1_009 % pairs
    name = f"{_FIRST[pair % len(_FIRST)]} {_SECOND[pair // len(_FIRST)]}"
    if lap == 0:
        return name
    again, town = divmod(lap - 1, len(_PLACES))
    return f"{name} {_PLACES[town]}" + (f" {again + 2}" if again else "")


def accented_name(number: int) -> str:
    """A name with accents; unique as `customer_name` is."""
    return f"{_ACCENTED[number % len(_ACCENTED)]} {customer_name(number)}"


def spell(kind: str, number: int, country: str) -> Spelling:
    """The names of customer `number`, whose two spellings differ in the way `kind` says."""
    base = customer_name(number)
    forms = LEGAL_FORMS[country]
    form = forms[number % len(forms)]
    full = f"{base} {form}"
    match kind:
        case "identical":
            name = full if number % 3 else base
            return Spelling(name, (name,))
        case "case":
            return Spelling(full.upper(), (full,))
        case "punctuation":
            dashed = base.replace(" ", " - ", 1)
            return Spelling(f"{dashed}, {form}", (f"{base} {form}",))
        case "white_space":
            return Spelling(f" {base.replace(' ', '  ')} {form} ", (full.replace(" ", "\u00a0", 1),))
        case "legal_form":
            other = forms[(number + 1) % len(forms)]
            return Spelling(full, (base if number % 2 else f"{base} {other}",))
        case "composed":
            name = f"{accented_name(number)} {form}"
            return Spelling(unicodedata.normalize("NFD", name), (unicodedata.normalize("NFC", name),))
        case "full_width":
            return Spelling(_full_width(base.upper()), (base,))
        case "accents":
            name = accented_name(number)
            return Spelling(name, (_without_accents(name),))
        case "ambiguous":
            return Spelling(full, (full.replace(" ", ", ", 1), full.upper()))
        case "absent":
            return Spelling(full, ())
        case "renamed":
            return Spelling(f"{base.split()[0]} Trading No. {number + 100}", (full,), later=full)
        case "person":
            first, last = person_name(number)
            return Spelling(f"{first} {last}", (f"{first} {last}",), person=(first, last))
    raise ValueError(f"unknown kind of name {kind!r}")


def person_name(number: int) -> tuple[str, str]:
    """First and last name of a private customer; no other number gives both."""
    count = len(_PEOPLE)
    lap, place = divmod(number, count * count)
    first, last = _PEOPLE[place % count][0], _PEOPLE[place // count][1]
    if lap == 0:
        return first, last
    again, maiden = divmod(lap - 1, len(_FIRST))
    return first, f"{_FIRST[maiden]}-{last}" + (f" {again + 1}" if again else "")


def _full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _without_accents(text: str) -> str:
    plain = text.replace("ø", "o").replace("Ł", "L").replace("ł", "l")
    return "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char))
