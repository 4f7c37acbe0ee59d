"""Reference data of an account, as plain values: customers, items, accounts, subsidiaries, accounting periods.

Each function reads a whole table by key and returns its rows with the notices of what this account lacks: a table whose
feature is off comes back empty with one notice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.page import Row
from revrec.netsuite.problems import Notice
from revrec.netsuite.suiteql import between_instants, date_text, utc_text
from revrec.netsuite.tables import HIDDEN, ONE_WORLD, read_table


@dataclass(frozen=True, slots=True)
class Customer:
    """`name` is the display name: altname, else company name, else first and last name, else the entity id."""

    id: str
    entity_id: str
    name: str
    is_person: bool
    inactive: bool
    external_id: str | None
    parent: str | None
    currency_id: str | None
    modified_at: datetime | None
    subsidiaries: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Item:
    """A product. `name` is the display name, else the item id as people see it."""

    id: str
    item_id: str
    name: str
    item_type: str
    income_account: str | None
    deferral_account: str | None
    inactive: bool
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account. `subsidiaries` may use it; empty means all, or an account without subsidiaries."""

    id: str
    number: str
    name: str
    type: str
    inactive: bool
    summary: bool
    currency_id: str | None
    subsidiaries: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Subsidiary:
    """A subsidiary with its base currency."""

    id: str
    name: str
    parent: str | None
    currency_id: str | None
    country: str | None
    elimination: bool
    inactive: bool


@dataclass(frozen=True, slots=True)
class Period:
    """A base accounting period (a month, or an adjustment period), first and last day included."""

    id: str
    name: str
    start: date
    end: date
    adjustment: bool
    closed: bool
    all_locked: bool
    ar_locked: bool


async def customers(
    columns: AccountColumns, since: datetime | None = None
) -> tuple[list[Customer], list[Notice]]:
    """All customers, or those modified since; their subsidiaries in OneWorld."""
    pairs, notices = await _pairs(
        columns, "customersubsidiaryrelationship", "entity", "subsidiary", "customer subsidiaries"
    )
    found, more = await read_table(
        columns,
        _CUSTOMERS,
        lambda row: _read_customer(row, pairs),
        key="c.id",
        conditions=tuple(between_instants("c.lastmodifieddate", since, None)),
    )
    return found, notices + more


_CUSTOMERS = Select(
    "the query for customers",
    (
        Column("id", "c.id"),
        Column("entityid", "c.entityid"),
        Column("altname", "c.altname", HIDDEN),
        Column("companyname", "c.companyname", HIDDEN),
        Column("firstname", "c.firstname", HIDDEN),
        Column("lastname", "c.lastname", HIDDEN),
        Column("isperson", "c.isperson", HIDDEN),
        Column("isinactive", "c.isinactive"),
        Column("externalid", "c.externalid", HIDDEN),
        Column("parent", "c.parent", HIDDEN),
        Column("currency", "c.currency", "the Multiple Currencies feature"),
        Column("modified", utc_text("c.lastmodifieddate")),
    ),
    "customer c",
)


def _read_customer(row: Row, subsidiaries: dict[str, tuple[str, ...]]) -> Customer:
    customer_id = values.required(row, "id")
    entity_id = values.text(row, "entityid") or customer_id
    return Customer(
        id=customer_id,
        entity_id=entity_id,
        name=customer_name(row) or entity_id,
        is_person=values.flag(row, "isperson"),
        inactive=values.flag(row, "isinactive"),
        external_id=values.text(row, "externalid"),
        parent=values.text(row, "parent"),
        currency_id=values.text(row, "currency"),
        modified_at=values.moment(row, "modified"),
        subsidiaries=subsidiaries.get(customer_id, ()),
    )


def customer_name(row: Row) -> str:
    """COALESCE(altname, companyname, firstname || ' ' || lastname); companyname is null for persons."""
    person = " ".join(part for part in (values.text(row, "firstname"), values.text(row, "lastname")) if part)
    return values.text(row, "altname") or values.text(row, "companyname") or person


_ITEMS = Select(
    "the query for items",
    (
        Column("id", "i.id"),
        Column("itemid", "i.itemid"),
        Column("displayname", "i.displayname", HIDDEN),
        Column("itemtype", "i.itemtype"),
        Column("incomeaccount", "i.incomeaccount", HIDDEN),
        Column(
            "deferralaccount",
            "i.deferralaccount",
            "a revenue recognition feature",
            "i.deferredrevenueaccount",
        ),
        Column("isinactive", "i.isinactive"),
        Column("externalid", "i.externalid", HIDDEN),
    ),
    "item i",
)


async def items(columns: AccountColumns) -> tuple[list[Item], list[Notice]]:
    """All items of every type."""
    return await read_table(
        columns,
        _ITEMS,
        lambda row: Item(
            id=values.required(row, "id"),
            item_id=values.text(row, "itemid") or "",
            name=values.text(row, "displayname") or values.text(row, "itemid") or values.required(row, "id"),
            item_type=values.text(row, "itemtype") or "",
            income_account=values.text(row, "incomeaccount"),
            deferral_account=values.text(row, "deferralaccount"),
            inactive=values.flag(row, "isinactive"),
            external_id=values.text(row, "externalid"),
        ),
        key="i.id",
    )


_ACCOUNTS = Select(
    "the query for accounts",
    (
        Column("id", "a.id"),
        Column("acctnumber", "a.acctnumber", HIDDEN),
        Column("fullname", "a.fullname", HIDDEN, "a.accountsearchdisplayname"),
        Column("accttype", "a.accttype"),
        Column("isinactive", "a.isinactive"),
        Column("issummary", "a.issummary", HIDDEN),
        Column("currency", "a.currency", "the Multiple Currencies feature"),
    ),
    "account a",
)


async def accounts(columns: AccountColumns) -> tuple[list[Account], list[Notice]]:
    """The chart of accounts, with the subsidiaries that may use each."""
    pairs, notices = await _pairs(
        columns, "accountsubsidiarymap", "account", "subsidiary", "accounts per subsidiary"
    )
    found, more = await read_table(
        columns,
        _ACCOUNTS,
        lambda row: Account(
            id=values.required(row, "id"),
            number=values.text(row, "acctnumber") or "",
            name=values.text(row, "fullname") or values.required(row, "id"),
            type=values.required(row, "accttype"),
            inactive=values.flag(row, "isinactive"),
            summary=values.flag(row, "issummary"),
            currency_id=values.text(row, "currency"),
            subsidiaries=pairs.get(values.required(row, "id"), ()),
        ),
        key="a.id",
    )
    return found, notices + more


async def _pairs(
    columns: AccountColumns, table: str, left: str, right: str, what: str
) -> tuple[dict[str, tuple[str, ...]], list[Notice]]:
    select = Select(
        f"the query for {what}", (Column(left, f"m.{left}"), Column(right, f"m.{right}")), f"{table} m"
    )
    rows, notices = await read_table(
        columns,
        select,
        lambda row: (values.required(row, left), values.required(row, right)),
        key=f"m.{left}",
        order=f"m.{left}, m.{right}",
        feature=ONE_WORLD,
    )
    pairs: dict[str, tuple[str, ...]] = {}
    for one, other in rows:
        pairs[one] = (*pairs.get(one, ()), other)
    return pairs, notices


_SUBSIDIARIES = Select(
    "the query for subsidiaries",
    (
        Column("id", "s.id"),
        Column("name", "s.name"),
        Column("parent", "s.parent", HIDDEN),
        Column("currency", "s.currency", "the Multiple Currencies feature"),
        Column("country", "s.country", HIDDEN),
        Column("iselimination", "s.iselimination", HIDDEN),
        Column("isinactive", "s.isinactive"),
    ),
    "subsidiary s",
)


async def subsidiaries(columns: AccountColumns) -> tuple[list[Subsidiary], list[Notice]]:
    """All subsidiaries; empty with a notice outside OneWorld."""
    return await read_table(
        columns,
        _SUBSIDIARIES,
        lambda row: Subsidiary(
            id=values.required(row, "id"),
            name=values.required(row, "name"),
            parent=values.text(row, "parent"),
            currency_id=values.text(row, "currency"),
            country=values.text(row, "country"),
            elimination=values.flag(row, "iselimination"),
            inactive=values.flag(row, "isinactive"),
        ),
        key="s.id",
        feature=ONE_WORLD,
    )


_PERIODS = Select(
    "the query for accounting periods",
    (
        Column("id", "p.id"),
        Column("periodname", "p.periodname"),
        Column("startdate", date_text("p.startdate")),
        Column("enddate", date_text("p.enddate")),
        Column("isadjust", "p.isadjust", HIDDEN),
        Column("closed", "p.closed"),
        Column("alllocked", "p.alllocked", HIDDEN),
        Column("arlocked", "p.arlocked", HIDDEN),
    ),
    "accountingperiod p",
)


async def periods(columns: AccountColumns) -> tuple[list[Period], list[Notice]]:
    """The base periods (no quarters, no years), adjustment periods included and marked, in id order."""

    def read(row: Row) -> Period:
        start, end = values.day(row, "startdate"), values.day(row, "enddate")
        assert start is not None and end is not None, "every accounting period has its dates"
        return Period(
            id=values.required(row, "id"),
            name=values.text(row, "periodname") or "",
            start=start,
            end=end,
            adjustment=values.flag(row, "isadjust"),
            closed=values.flag(row, "closed"),
            all_locked=values.flag(row, "alllocked"),
            ar_locked=values.flag(row, "arlocked"),
        )

    base = ("p.isposting = 'T'", "p.isquarter = 'F'", "p.isyear = 'F'", "p.isinactive = 'F'")
    return await read_table(columns, _PERIODS, read, key="p.id", conditions=base)


_BOOKS = Select(
    "the query for accounting books",
    (Column("id", "ab.id"), Column("isprimary", "ab.isprimary")),
    "accountingbook ab",
)


async def primary_book(columns: AccountColumns) -> tuple[int, list[Notice]]:
    """The id of the primary accounting book; 1 in an account without the Multi-Book feature, with a notice."""
    found, notices = await read_table(
        columns,
        _BOOKS,
        lambda row: (values.whole(row, "id"), values.flag(row, "isprimary")),
        key="ab.id",
        feature="the Multi-Book Accounting feature",
    )
    return next((book for book, primary in found if primary), 1), notices
