"""Seeding the lists: chart of accounts, items, customers, periods, currencies, segments."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sample_data.company import Customer, Segment
from sample_data.netsuite.catalogue import TABLES
from sample_data.netsuite.seed_part import Part
from sample_data.netsuite.units import stored_date, stored_utc
from sample_data.netsuite.zones import Zone

TAX_ITEM = 901
EMPLOYEES = ((3, "Integration, RevRec"), (11, "Okafor, Nkechi"), (12, "Lindqvist, Per"))

CHANNELS = ((1, "Direct", False), (2, "Partner", False), (3, "Catalogue", True))

STATUSES = (
    ("A", "CustInvc", "Open", "Invoice : Open"),
    ("B", "CustInvc", "Paid In Full", "Invoice : Paid In Full"),
    ("D", "CustInvc", "Pending Approval", "Invoice : Pending Approval"),
    ("E", "CustInvc", "Rejected", "Invoice : Rejected"),
    ("V", "CustInvc", "Voided", "Invoice : Voided"),
    ("A", "CustCred", "Open", "Credit Memo : Open"),
    ("B", "CustCred", "Fully Applied", "Credit Memo : Fully Applied"),
    ("D", "CustCred", "Pending Approval", "Credit Memo : Pending Approval"),
    ("V", "CustCred", "Voided", "Credit Memo : Voided"),
    ("C", "CustPymt", "Deposited", "Payment : Deposited"),
    ("A", "Journal", "Pending Approval", "Journal : Pending Approval"),
    ("B", "Journal", "Approved for Posting", "Journal : Approved for Posting"),
)
APPROVALS = ((1, "Pending Approval"), (2, "Approved"), (3, "Rejected"), (11, "Open"))


class ListSeeder:
    """Writes the lists of one company, or of a part of it."""

    def __init__(self, connection: sqlite3.Connection, part: Part, zone: Zone) -> None:
        self._connection = connection
        self._part = part
        self._company = part.company
        self._zone = zone
        self._stamp = stored_utc(part.company.as_of) - 200 * 86_400

    def write(self) -> None:
        """All lists."""
        self._fixed()
        self._organisation()
        self._segments()
        self._accounts()
        self._items()
        self._periods()
        self._customers()

    def _insert(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Insert rows; each datetime column is given as UTC seconds and stored on both clocks."""
        of = TABLES[table]
        names = of.stored_names
        twins = {column.name: column.utc_name for column in of.columns if column.has_utc_twin}
        listed = ", ".join(f"[{name}]" for name in names)
        statement = f"INSERT INTO [{table}] ({listed}) VALUES ({', '.join('?' * len(names))})"

        def values(row: dict[str, Any]) -> Sequence[Any]:
            for name, twin in twins.items():
                moment = row.get(name, self._stamp)
                row[twin], row[name] = moment, self._zone.from_utc(moment)
            unknown = row.keys() - set(names)
            assert not unknown, f"{table} has no columns {unknown}"
            return [row.get(name) for name in names]

        self._connection.executemany(statement, map(values, rows))

    def _fixed(self) -> None:
        self._insert("dual", [{"dummy": "X"}])
        self._insert(
            "transactionstatus",
            [dict(zip(("id", "trantype", "name", "fullname"), row, strict=True)) for row in STATUSES],
        )
        self._insert("approvalstatus", [{"id": number, "name": name} for number, name in APPROVALS])
        self._insert(
            "employee", [{"id": number, "entityid": name, "isinactive": "F"} for number, name in EMPLOYEES]
        )
        self._insert("accountingbook", [{"id": 1, "name": "Primary Accounting Book", "isprimary": "T"},
                                        {"id": 2, "name": "IFRS Book", "isprimary": "F"}])  # fmt: skip

    def _organisation(self) -> None:
        company = self._company
        currency_id = {each.code: each.id for each in company.currencies}
        root = company.subsidiaries[0]
        self._insert(
            "currency",
            (
                {
                    "id": each.id,
                    "symbol": each.code,
                    "name": each.name,
                    "displaysymbol": each.symbol,
                    "currencyprecision": each.precision,
                    "exchangerate": 10**10,
                    "isbasecurrency": _flag(any(s.currency == each.code for s in company.subsidiaries)),
                    "isinactive": "F",
                }
                for each in company.currencies
            ),
        )
        self._insert(
            "subsidiary",
            (
                {
                    "id": each.id,
                    "name": each.name,
                    "fullname": each.name if each.parent is None else f"{root.name} : {each.name}",
                    "legalname": each.legal_name,
                    "parent": each.parent,
                    "currency": currency_id[each.currency],
                    "country": each.country,
                    "iselimination": "F",
                    "isinactive": "F",
                    "fiscalcalendar": 1,
                }
                for each in self._part.subsidiaries
            ),
        )
        self._insert(
            "currencyrate",
            (
                {
                    "id": each.id,
                    "basecurrency": currency_id[each.base],
                    "transactioncurrency": currency_id[each.currency],
                    "effectivedate": stored_date(each.effective),
                    "exchangerate": each.rate,
                }
                for each in company.exchange_rates
            ),
        )

    def _segments(self) -> None:
        company = self._company
        for table, segments in (
            ("department", company.departments),
            ("classification", company.classes),
            ("location", company.locations),
        ):
            self._insert(table, (self._segment(each) for each in segments))
        self._insert(
            "customrecordtype",
            [
                {
                    "internalid": 151,
                    "scriptid": "CUSTOMRECORD_CSEG_REGION",
                    "name": "Region",
                    "isinactive": "F",
                }
            ],
        )
        self._insert(
            "customsegment",
            [
                {
                    "internalid": 1,
                    "scriptid": "cseg_region",
                    "name": "Region",
                    "recordtype": 151,
                    "glimpact": "T",
                    "isinactive": "F",
                }
            ],
        )
        self._insert(
            "customlist_channel",
            (
                {"id": number, "recordid": number, "name": name, "isinactive": _flag(inactive)}
                for number, name, inactive in CHANNELS
            ),
        )
        self._insert(
            "customrecord_cseg_region",
            (
                {
                    "id": each.id,
                    "recordid": each.id,
                    "name": each.name,
                    "scriptid": f"VAL_{each.id}",
                    "isinactive": _flag(each.is_inactive),
                }
                for each in company.regions
            ),
        )

    def _segment(self, of: Segment) -> dict[str, Any]:
        return {
            "id": of.id,
            "name": of.name,
            "fullname": of.name,
            "subsidiary": of.subsidiaries[0] if len(of.subsidiaries) == 1 else None,
            "isinactive": _flag(of.is_inactive),
        }

    def _accounts(self) -> None:
        company = self._company
        everywhere = {each.id for each in self._part.subsidiaries}
        self._insert(
            "account",
            (
                {
                    "id": each.id,
                    "acctnumber": each.number,
                    "acctname": each.name,
                    "fullname": each.name,
                    "accountsearchdisplayname": f"{each.number} {each.name}",
                    "accountsearchdisplaynamecopy": f"{each.number} {each.name}",
                    "displaynamewithhierarchy": each.name,
                    "accttype": each.type,
                    "subsidiary": ", ".join(str(n) for n in each.subsidiaries if n in everywhere) or None,
                    "includechildren": _flag(set(each.subsidiaries) >= everywhere),
                    "generalrate": "CURRENT",
                    "cashflowrate": "AVERAGE",
                    "isinactive": _flag(each.is_inactive),
                    "issummary": "F",
                    "eliminate": "F",
                }
                for each in company.accounts
            ),
        )
        self._insert(
            "accountsubsidiarymap",
            (
                {"account": each.id, "subsidiary": subsidiary}
                for each in company.accounts
                for subsidiary in each.subsidiaries
                if subsidiary in everywhere
            ),
        )

    def _items(self) -> None:
        everywhere = ", ".join(str(each.id) for each in self._part.subsidiaries)
        self._insert(
            "item",
            (
                {
                    "id": each.id,
                    "itemid": each.code,
                    "fullname": each.code,
                    "displayname": each.name,
                    "itemtype": each.item_type,
                    "subtype": "Sale" if each.item_type in ("Service", "NonInvtPart") else None,
                    "description": each.name,
                    "incomeaccount": each.income_account,
                    "deferralaccount": each.deferral_account,
                    "deferredrevenueaccount": each.deferral_account,
                    "expenseaccount": each.cost_account,
                    "assetaccount": each.asset_account,
                    "department": each.department,
                    "subsidiary": everywhere,
                    "isinactive": _flag(each.is_inactive),
                }
                for each in self._company.products
            ),
        )
        self._insert(
            "item",
            [
                {
                    "id": TAX_ITEM,
                    "itemid": "Sales Tax",
                    "fullname": "Sales Tax",
                    "itemtype": "TaxItem",
                    "isinactive": "F",
                }
            ],
        )

    def _periods(self) -> None:
        self._insert(
            "accountingperiod",
            (
                {
                    "id": each.id,
                    "periodname": each.name,
                    "startdate": stored_date(each.start),
                    "enddate": stored_date(each.end),
                    "parent": each.parent,
                    "isposting": _flag(not (each.is_quarter or each.is_year)),
                    "isadjust": "F",
                    "isquarter": _flag(each.is_quarter),
                    "isyear": _flag(each.is_year),
                    "isinactive": "F",
                    "closed": _flag(each.closed),
                    "closedondate": stored_date(each.end) + 12 * 86_400 if each.closed else None,
                    "alllocked": _flag(each.closed),
                    "arlocked": _flag(each.closed),
                    "aplocked": _flag(each.closed),
                    "allownonglchanges": "T",
                }
                for each in self._company.periods
            ),
        )

    def _customers(self) -> None:
        currency_id = {each.code: each.id for each in self._company.currencies}
        self._insert("customer", (self._customer(each, currency_id) for each in self._part.customers()))
        self._insert(
            "customersubsidiaryrelationship",
            (
                {"id": each.id * 10, "entity": each.id, "subsidiary": each.subsidiary, "isprimarysub": "T"}
                for each in self._part.customers()
            ),
        )

    def _customer(self, of: Customer, currency_id: dict[str, int]) -> dict[str, Any]:
        person = of.first_name is not None
        return {
            "id": of.id,
            "entityid": of.entity_id,
            "companyname": None if person else of.name,
            "altname": of.name,
            "firstname": of.first_name,
            "lastname": of.last_name,
            "isperson": _flag(person),
            "isinactive": "F",
            "email": f"accounts@{of.entity_id.lower()}.example",
            "currency": currency_id[of.currency],
            "terms": "Net 30",
        }


def _flag(given: bool) -> str:
    return "T" if given else "F"
