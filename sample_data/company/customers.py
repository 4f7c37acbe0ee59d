"""Customers: one record in NetSuite, none, one or two accounts in the CRM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sample_data.company.crm_ids import ACCOUNT, CONTRACT, salesforce_id
from sample_data.company.draws import draw, pick_weighted, stream
from sample_data.company.names import NAME_KINDS, spell

_SLOTS_KIND, _HOME_KIND = 21, 22
_EVERY_KIND_WITHIN = 40
_HOMES = (
    ((1, "USD"), 58),
    ((1, "EUR"), 6),
    ((2, "GBP"), 16),
    ((2, "EUR"), 8),
    ((3, "JPY"), 10),
    ((3, "USD"), 2),
)
_COUNTRY = {1: "US", 2: "GB", 3: "JP"}


@dataclass(frozen=True, slots=True)
class CrmAccount:
    """A Salesforce Account."""

    id: str
    name: str
    number: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class CrmContract:
    """A Salesforce Contract that orders may belong to; orders under one number are accounted for together."""

    id: str
    number: str
    account_id: str
    start_year: int
    term_months: int


@dataclass(frozen=True, slots=True)
class Customer:
    """`kind` says how the names differ (names.NAME_KINDS); `accounts` is the CRM's side, empty where it has none.

    `later_name` is the name NetSuite will give a `renamed` customer when the story says so.
    """

    index: int
    id: int
    entity_id: str
    name: str
    kind: str
    subsidiary: int
    currency: str
    country: str
    region: int
    class_: int
    tax_basis_points: int
    accounts: tuple[CrmAccount, ...]
    contracts: tuple[CrmContract, ...]
    later_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    @property
    def in_crm(self) -> bool:
        return bool(self.accounts)


def make_customer(seed: int, index: int) -> Customer:
    """The `index`-th customer, the same for every size of company."""
    kind = _name_kinds(seed)[index % 100]
    subsidiary, currency = pick_weighted(draw(seed, _HOME_KIND, index), _HOMES)
    rng = stream(seed, _HOME_KIND, index)
    country = _COUNTRY[subsidiary]
    if kind == "person":
        subsidiary, currency, country = 1, "USD", "US"
    spelling = spell(kind, index, country)
    accounts = tuple(
        CrmAccount(
            salesforce_id(ACCOUNT, 2 * index + place + 1),
            name,
            f"A-{2 * index + place + 1:06d}",
            country,
            currency,
        )
        for place, name in enumerate(spelling.crm)
    )
    contracts = tuple(
        CrmContract(
            salesforce_id(CONTRACT, 2 * index + place + 1),
            f"{2 * index + place + 1:08d}",
            accounts[0].id,
            2026,
            36,
        )
        for place in range(2)
        if accounts
    )
    region = {1: 1 if rng.random() < 0.85 else 2, 2: 3, 3: 4}[subsidiary]
    taxed = {1: rng.random() < 0.35, 2: currency == "GBP", 3: currency == "JPY"}[subsidiary]
    rate = {1: 625, 2: 2000, 3: 1000}[subsidiary]
    first, last = spelling.person or (None, None)
    return Customer(
        index=index,
        id=1001 + index,
        entity_id=f"CUST{1001 + index}",
        name=spelling.netsuite,
        kind=kind,
        subsidiary=subsidiary,
        currency=currency,
        country=country,
        region=region,
        class_=rng.choice((1, 1, 2, 2, 2, 3, 4)),
        tax_basis_points=rate if taxed else 0,
        accounts=accounts,
        contracts=contracts,
        later_name=spelling.later,
        first_name=first,
        last_name=last,
    )


@lru_cache(maxsize=8)
def _name_kinds(seed: int) -> tuple[str, ...]:
    """A hundred kinds in their shares, mixed, every kind among the first forty."""
    left = {kind: weight - 1 for kind, weight in NAME_KINDS}
    early = list(left)
    rest = [kind for kind, count in left.items() for _ in range(count)]
    rng = stream(seed, _SLOTS_KIND, 0)
    rng.shuffle(rest)
    missing = _EVERY_KIND_WITHIN - len(early)
    early += rest[:missing]
    rng.shuffle(early)
    return tuple(early + rest[missing:])
