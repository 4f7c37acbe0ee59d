"""A company in its second year, written straight into the tables: what the pages are measured over.

Every table is filled by one statement from numbers 1 to n, so that a million lines take seconds. The rows hang together
(ids, states, periods, currencies), and their amounts are made up: nothing here closes a period or is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Table, text
from sqlalchemy.types import JSON
from sqlmodel import Session, SQLModel

from revrec.store.engine import Store

PERIODS = 12
YEAR = 2025
FILE = "789cabae0500017500f9"
"""An empty JSON object, compressed."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is. `lines`: billing lines, two a document."""

    lines: int

    @property
    def documents(self) -> int:
        return self.lines // 2

    @property
    def pending(self) -> int:
        """Of the documents, the last."""
        return self.lines // 10

    @property
    def contracts(self) -> int:
        return self.lines // 5

    @property
    def obligations(self) -> int:
        return self.contracts * 2

    @property
    def customers(self) -> int:
        """Of NetSuite; the last fifth has no customer of the CRM."""
        return max(self.lines // 20, 10)

    @property
    def linked(self) -> int:
        return self.customers * 4 // 5

    @property
    def events(self) -> int:
        return self.lines // 10

    @property
    def journals(self) -> int:
        return max(self.lines // 800, 24)


class Filling:
    """Rows by number: expressions over `i`, the same on both databases but for days and text of a width."""

    def __init__(self, session: Session, *, postgresql: bool) -> None:
        self._session = session
        self._postgresql = postgresql

    def fill(self, table: str, rows: int, columns: Mapping[str, str]) -> None:
        """`rows` rows numbered from 1; what is not named is empty, zero or false."""
        described: Table = SQLModel.metadata.tables[table]
        given = {
            column.name: columns.get(column.name, self._nothing(column))
            for column in described.columns
            if column.name in columns or not (column.primary_key or column.nullable)
        }
        unknown = set(columns) - set(given)
        if unknown:
            raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}.")
        names, values = ", ".join(f'"{name}"' for name in given), ", ".join(given.values())
        numbers = (
            f"FROM generate_series(1::bigint, {rows}) AS n(i)"
            if self._postgresql
            else f"FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
            " SELECT i FROM n)"
        )
        self._session.connection().exec_driver_sql(
            f"INSERT INTO {table} ({names}) SELECT {values} {numbers}".replace(
                "%", "%%" if self._postgresql else "%"
            )
        )

    def day(self, days: str) -> str:
        """So many days after the year began."""
        if self._postgresql:
            return f"(DATE '{YEAR}-01-01' + CAST({days} AS integer))"
        return f"date('{YEAR}-01-01', '+' || ({days}) || ' days')"

    def moment(self, minutes: str) -> str:
        """So many minutes after the year began, UTC."""
        if self._postgresql:
            return f"(TIMESTAMPTZ '{YEAR}-01-01 00:00:00+00' + ({minutes}) * INTERVAL '1 minute')"
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', '{YEAR}-01-01', '+' || ({minutes}) || ' minutes')"

    def digits(self, value: str, width: int) -> str:
        """A number as text, zeros before it."""
        padded = f"('{'0' * width}' || CAST({value} AS TEXT))"
        return f"right({padded}, {width})" if self._postgresql else f"substr({padded}, -{width})"

    def period(self, number: str) -> str:
        """`2025-01` of the number 0."""
        return f"('{YEAR}-' || {self.digits(f'({number}) % 12 + 1', 2)})"

    def _nothing(self, column: Column[object]) -> str:
        if isinstance(column.type, JSON):
            return "'{}'"
        kind = getattr(column.type, "impl_instance", column.type).python_type
        if kind is bytes:
            return f"'\\x{FILE}'" if self._postgresql else f"x'{FILE}'"
        if kind is date:
            return self.day("0")
        if kind is datetime:
            return self.moment("0")
        return {bool: "FALSE", str: "''"}.get(kind, "0")


def seed_books(store: Store, size: Size) -> None:
    """Fill a database at this release's schema that holds nothing yet."""
    postgresql = store.is_postgresql
    with store.write() as session:
        connection = session.connection()
        if postgresql:
            connection.exec_driver_sql(
                "SET LOCAL session_replication_role = replica"
            )  # no look-ups of references
        else:
            connection.exec_driver_sql("PRAGMA cache_size = -1500000")  # indexes are written at the end, once
        filling = Filling(session, postgresql=postgresql)
        for part in (_reference, _customers, _contracts, _documents, _closes, _ledger, _journals, _events):
            part(filling, size)
        if postgresql:
            for sequence in session.execute(text(SEQUENCES)).scalars():
                table, _, column = sequence.partition(".")
                session.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'),"
                        f" (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)"
                    )
                )
    store.refresh_statistics(*SQLModel.metadata.tables)


SEQUENCES = """
SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
   AND pg_get_serial_sequence(c.relname, a.attname) IS NOT NULL
"""
CURRENCY = "CASE WHEN i % 4 = 0 THEN 'EUR' ELSE 'USD' END"
CURRENCY_ID = "CASE WHEN i % 4 = 0 THEN 2 ELSE 1 END"
SUBSIDIARY = "CASE WHEN i % 4 = 0 THEN 2 ELSE 1 END"
PRODUCTS = 200


def _reference(filling: Filling, size: Size) -> None:
    filling.fill(
        "currency",
        2,
        {"id": "i", "symbol": "CASE WHEN i = 1 THEN 'USD' ELSE 'EUR' END", "name": "'Currency ' || i",
         "precision": "2", "active": "TRUE"},
    )  # fmt: skip
    filling.fill(
        "subsidiary", 2, {"id": "i", "name": "'Subsidiary ' || i", "currency_id": "i", "active": "TRUE"}
    )
    filling.fill(
        "account",
        60,
        {"id": "i", "number": "CAST(4000 + i AS TEXT)", "name": "'Account ' || i", "active": "TRUE",
         "type": "CASE WHEN i < 30 THEN 'Income' WHEN i < 45 THEN 'DeferRevenue' ELSE 'OthCurrAsset' END"},
    )  # fmt: skip
    filling.fill(
        "account_mapping",
        6,
        {"role": "CASE i WHEN 1 THEN 'revenue' WHEN 2 THEN 'contract_liability' WHEN 3 THEN 'contract_asset'"
         " WHEN 4 THEN 'clearing' WHEN 5 THEN 'fx_adjustment' ELSE 'unbilled_receivable' END",
         "account_id": "CASE WHEN i = 1 THEN 10 WHEN i = 2 THEN 31 ELSE 45 + i END", "set_by": "'admin'"},
    )  # fmt: skip
    filling.fill(
        "netsuite_period",
        24,
        {"id": "i", "name": "'Period ' || i", "first_day": filling.day("(i - 1) * 30"),
         "last_day": filling.day("i * 30 - 1"), "active": "TRUE"},
    )  # fmt: skip
    filling.fill(
        "product",
        PRODUCTS,
        {"id": "i", "key": "'product ' || i", "code": "'P-' || " + filling.digits("i", 4),
         "name": "'Product ' || i", "category": "'Category ' || (i % 8)"},
    )  # fmt: skip
    filling.fill(
        "item",
        PRODUCTS,
        {"id": "i", "name": "'P-' || " + filling.digits("i", 4), "type": "'Service'", "product_id": "i",
         "active": "TRUE", "paired": "'code'"},
    )  # fmt: skip
    filling.fill("segment", 1, {"field": "'department'", "name": "'Department'", "kind": "'standard'",
                                "on_journals": "TRUE", "active": "TRUE"})  # fmt: skip
    filling.fill("segment_value", 40, {"segment": "'department'", "value_id": "i", "name": "'Department ' || i",
                                       "active": "TRUE"})  # fmt: skip
    filling.fill("segment_set", 40, {"id": "i", "canonical": "'{\"department\":\"' || i || '\"}'"})
    filling.fill(
        "standalone_price",
        PRODUCTS * 5,
        {"product_id": f"i % {PRODUCTS} + 1", "currency": CURRENCY, "kind": "'observed'", "per": "'each'",
         "low_minor": "10000 + i", "high_minor": "10000 + i", "valid_from": filling.day("(i % 5) * 60"),
         "set_by": "'admin'"},
    )  # fmt: skip
    filling.fill(
        "policy_setting",
        1,
        {"key": "'first_period'", "value": f"'\"{YEAR}-01\"'", "set_by": "'admin'"},
    )


def _customers(filling: Filling, size: Size) -> None:
    name = "'Customer ' || " + filling.digits("i", 6)
    filling.fill(
        "netsuite_customer",
        size.customers,
        {"id": "i", "name": name, "key": "'customer ' || i", "key_version": "1", "active": "TRUE",
         "subsidiary_id": SUBSIDIARY, "match": f"CASE WHEN i <= {size.linked} THEN 'linked' ELSE 'none' END"},
    )  # fmt: skip
    filling.fill(
        "crm_customer",
        size.customers,
        {"id": "i", "external_id": "'001' || " + filling.digits("i", 12), "name": name + " || ' Inc.'",
         "key": "'customer ' || i", "key_version": "1", "active": "TRUE"},
    )  # fmt: skip
    filling.fill(
        "customer_link",
        size.linked,
        {"netsuite_customer_id": "i", "crm_customer_id": "i", "basis": "'name'", "linked_by": "'service'",
         "netsuite_name": name, "crm_name": name},
    )  # fmt: skip
    filling.fill(
        "job",
        120,
        {"id": "i", "kind": "CASE i % 4 WHEN 0 THEN 'close' WHEN 1 THEN 'orders' ELSE 'invoices' END",
         "state": "'done'", "requested_by": "'service'", "created_at": filling.moment("i * 4000"),
         "started_at": filling.moment("i * 4000 + 1"), "finished_at": filling.moment("i * 4000 + 9"),
         "published_at": filling.moment("i * 4000 + 8")},
    )  # fmt: skip
    filling.fill(
        "job_note",
        2_400,
        {"job_id": "i % 120 + 1", "severity": "'info'", "message": "'Read page ' || i",
         "at": filling.moment("i * 200")},
    )  # fmt: skip
    filling.fill(
        "group_result",
        size.documents // 50,
        {"job_id": "118", "period": filling.period("i"), "kind": "'CustInvc'", "currency": CURRENCY,
         "customer_id": f"i % {size.customers} + 1", "status": "'PASS'", "source_documents": "2",
         "our_documents": "2", "source_lines": "4", "loaded_lines": "4", "source_minor": "i",
         "loaded_minor": "i"},
    )  # fmt: skip


def _contracts(filling: Filling, size: Size) -> None:
    contract = "(i - 1) / 2 + 1"  # of an obligation
    number = "'C-' || " + filling.digits("i", 7)
    filling.fill(
        "contract",
        size.contracts,
        {"id": "i", "key": "'contract ' || i", "number": number, "crm_customer_id": f"i % {size.linked} + 1",
         "currency": CURRENCY, "stated_minor": "(i * 7919) % 1000000 + 120000"},
    )  # fmt: skip
    filling.fill(
        "sales_order",
        size.contracts,
        {"id": "i", "external_id": "'801' || " + filling.digits("i", 12),
         "number": "'SO-' || " + filling.digits("i", 7), "contract_id": "i"},
    )  # fmt: skip
    filling.fill(
        "order_version",
        size.contracts,
        {"id": "i", "order_id": "i", "number": "1", "job_id": "1", "published": "TRUE",
         "sha256": "CAST(i AS TEXT)", "effective_on": filling.day("i % 330"),
         "ordered_on": filling.day("i % 330"), "crm_customer_id": f"i % {size.linked} + 1",
         "contract_number": number, "currency": CURRENCY, "subsidiary_id": SUBSIDIARY},
    )  # fmt: skip
    filling.fill(
        "obligation",
        size.obligations,
        {"id": "i", "order_id": contract, "line_external_id": "CAST(i AS TEXT)"},
    )
    filling.fill(
        "order_line",
        size.obligations,
        {"id": "i", "version_id": contract, "obligation_id": "i", "line_external_id": "CAST(i AS TEXT)",
         "sequence": "i % 2 + 1", "product_id": f"i % {PRODUCTS} + 1", "description": "'Subscription'",
         "quantity_e6": "1000000", "amount_minor": "(i * 7919) % 500000 + 60000",
         "starts": filling.day("i % 330"), "ends": filling.day("i % 330 + 364"), "method": "'daily'"},
    )  # fmt: skip


def _documents(filling: Filling, size: Size) -> None:
    loaded = size.documents - size.pending
    unlinked = size.customers - size.linked
    customer = (
        f"CASE WHEN i <= {loaded} THEN i % {size.linked} + 1 ELSE i % {unlinked} + {size.linked} + 1 END"
    )
    filling.fill(
        "source_document",
        size.documents,
        {"id": "i", "external_id": "1000 + i", "current_version_id": "i",
         "kind": "CASE WHEN i % 20 = 0 THEN 'CustCred' ELSE 'CustInvc' END",
         "state": f"CASE WHEN i <= {loaded} THEN 'loaded' ELSE 'pending' END",
         "reason": f"CASE WHEN i <= {loaded} THEN '' ELSE 'no customer of this name' END"},
    )  # fmt: skip
    filling.fill(
        "document_version",
        size.documents,
        {"id": "i", "document_id": "i", "number": "1", "job_id": "i % 120 + 1", "sha256": "CAST(i AS TEXT)",
         "modified_at": filling.moment("i"), "tran_id": "'INV' || " + filling.digits("i", 7),
         "tran_date": filling.day("i % 365"), "period_id": "i % 12 + 1", "period": filling.period("i"),
         "customer_id": customer, "subsidiary_id": SUBSIDIARY, "currency_id": CURRENCY_ID,
         "currency": CURRENCY, "exchange_rate_e10": "10000000000", "status": "'Open'",
         "order_reference": f"'SO-' || {filling.digits(f'i % {size.contracts} + 1', 7)}",
         "main_minor": "((i * 7919) % 300000 + 2000) * CASE WHEN i % 20 = 0 THEN -1 ELSE 1 END"},
    )  # fmt: skip
    sign = "CASE WHEN (i + 1) / 2 % 20 = 0 THEN -1 ELSE 1 END"
    filling.fill(
        "document_line",
        size.lines,
        {"id": "i", "version_id": "(i + 1) / 2", "line_id": "i % 2 + 1", "sequence": "i % 2 + 1",
         "role": "'billing'", "item_id": f"i % {PRODUCTS} + 1", "item_type": "'Service'",
         "description": "'Subscription'", "quantity_e6": "1000000",
         "amount_minor": f"((i * 7919) % 150000 + 1000) * {sign}",
         "billing_minor": f"((i * 7919) % 150000 + 1000) * {sign}",
         "base_minor": f"((i * 7919) % 150000 + 1000) * {sign}", "account_id": "31",
         "account_type": "'DeferRevenue'"},
    )  # fmt: skip


def _closes(filling: Filling, size: Size) -> None:
    filling.fill(
        "period_close",
        PERIODS,
        {"id": "i", "period": filling.period("i - 1"), "state": "'closed'", "job_id": "4 * i",
         "closed_by": "'controller@books.test'", "closed_at": filling.moment("i * 43800")},
    )  # fmt: skip
    close = f"(i * 5) % {PERIODS} + 1"
    figures = {"period_close_id": close, "obligation_id": "i", "contract_id": "(i - 1) / 2 + 1"}
    filling.fill(
        "allocation",
        size.obligations,
        figures
        | {"method": "'daily'", "starts": filling.day("i % 330"), "ends": filling.day("i % 330 + 364"),
           "quantity_e6": "1000000", "price_minor": "(i * 7919) % 500000 + 60000",
           "stated_minor": "(i * 7919) % 500000 + 60000", "weight": "1",
           "inception_minor": "(i * 7919) % 500000 + 60000", "allocated_minor": "(i * 7919) % 500000 + 60000",
           "rest_minor": "(i * 7919) % 500000 + 60000"},
    )  # fmt: skip
    for later in range(3):
        filling.fill(
            "booked",
            size.obligations,
            figures
            | {"period_close_id": f"(i * 5 + {later}) % {PERIODS} + 1",
               "allocated_minor": "(i * 7919) % 500000 + 60000", "fraction_numerator": str(31 * (later + 1)),
               "fraction_denominator": "365", "target_minor": f"(i % 900 + 100) * {later + 1}",
               "revenue_minor": "i % 900 + 100", "revenue_base_minor": "i % 900 + 100",
               "target_base_minor": f"(i % 900 + 100) * {later + 1}"},
        )  # fmt: skip
        filling.fill(
            "balance",
            size.contracts,
            {"period_close_id": f"(i * 5 + {later}) % {PERIODS} + 1", "scope": "'contract'", "contract_id": "i",
             "customer_id": f"i % {size.linked} + 1", "subsidiary_id": SUBSIDIARY, "currency": CURRENCY,
             "billed_minor": "120000", "recognised_minor": f"{later + 1} * 10000",
             "liability_minor": f"120000 - {later + 1} * 10000", "billed_base_minor": "120000",
             "recognised_base_minor": f"{later + 1} * 10000",
             "liability_base_minor": f"120000 - {later + 1} * 10000"},
        )  # fmt: skip
    filling.fill(
        "waiting_item",
        size.contracts // 50,
        {"period_close_id": f"i % {PERIODS} + 1", "kind": "'held'", "reason": "'no_end'", "contract_id": "i",
         "obligation_id": "2 * i", "currency": CURRENCY, "amount_minor": "1000 + i", "age_days": "i % 90"},
    )  # fmt: skip


def _ledger(filling: Filling, size: Size) -> None:
    loaded = 2 * (size.documents - size.pending)
    document = "(i + 1) / 2"
    billed = {
        "period_close_id": f"{document} % {PERIODS} + 1",
        "document_id": document,
        "line_id": "i % 2 + 1",
        "contract_id": f"i % {size.contracts} + 1",
        "customer_id": f"i % {size.linked} + 1",
        "subsidiary_id": SUBSIDIARY,
        "currency": CURRENCY,
        "amount_minor": "(i * 7919) % 150000 + 1000",
        "base_minor": "(i * 7919) % 150000 + 1000",
    }
    filling.fill("billing_split", loaded, billed | {"account_id": "31", "account_type": "3"})
    transfer = {
        "subsidiary_id": SUBSIDIARY,
        "currency": CURRENCY,
        "base_currency": CURRENCY,
        "category": "'Category ' || (i % 8)",
        "product_id": f"i % {PRODUCTS} + 1",
    }
    filling.fill(
        "ledger_transfer",
        loaded,
        billed
        | transfer
        | {"period": filling.period(document), "event": "'billing'", "debit_role": "'clearing'",
           "credit_role": "'contract_liability'"},
    )  # fmt: skip
    filling.fill(
        "ledger_transfer",
        size.obligations,
        transfer
        | {"period_close_id": f"(i * 5) % {PERIODS} + 1", "period": filling.period("i * 5"),
           "event": "'recognition'", "debit_role": "'contract_liability'", "credit_role": "'revenue'",
           "contract_id": "(i - 1) / 2 + 1", "obligation_id": "i",
           "customer_id": f"(i - 1) / 2 % {size.linked} + 1", "amount_minor": "i % 900 + 100",
           "base_minor": "i % 900 + 100"},
    )  # fmt: skip
    filling.fill(
        "gl_balance",
        PERIODS * 60,
        {"period": filling.period("(i - 1) / 60"), "subsidiary_id": "1", "account_id": "(i - 1) % 60 + 1",
         "currency": "'USD'", "balance_minor": "i * 1000", "ledger_minor": "i * 1000", "job_id": "118"},
    )  # fmt: skip


def _journals(filling: Filling, size: Size) -> None:
    number = filling.period("i") + " || '-' || " + filling.digits("i", 5)
    waiting = 100
    filling.fill(
        "journal",
        size.journals,
        {"id": "i", "period_close_id": f"i % {PERIODS} + 1", "period": filling.period("i"),
         "subsidiary_id": SUBSIDIARY, "currency": CURRENCY, "journal_date": filling.day("(i % 12) * 30 + 29"),
         "part": "1", "parts": "1", "memo": "'Revenue recognition'",
         "state": f"CASE WHEN i <= {size.journals - waiting} THEN 'posted' WHEN i % 9 = 0 THEN 'failed'"
         " ELSE 'draft' END",
         "sequence": "i", "number": number, "external_id": f"'rr-' || {number}",
         "prepared_by": "'accountant@books.test'", "approved_by": "'controller@books.test'",
         "netsuite_id": "900000 + i", "posted_at": filling.moment("i * 400"), "attempts": "1"},
    )  # fmt: skip
    filling.fill(
        "journal_line",
        size.journals * 40,
        {"journal_id": "(i - 1) / 40 + 1", "line": "(i - 1) % 40 + 1", "account_id": "i % 60 + 1",
         "role": "CASE WHEN i % 2 = 0 THEN 'revenue' ELSE 'contract_liability' END",
         "debit_minor": "CASE WHEN i % 2 = 0 THEN 0 ELSE 5000 END",
         "credit_minor": "CASE WHEN i % 2 = 0 THEN 5000 ELSE 0 END", "segment_set_id": "i % 40 + 1"},
    )  # fmt: skip
    filling.fill(
        "posting_attempt",
        size.journals * 2,
        {"journal_id": "(i - 1) / 2 + 1", "at": filling.moment("i * 200"), "status": "204",
         "action": "CASE WHEN i % 2 = 1 THEN 'post' ELSE 'read_back' END", "outcome": "'posted'",
         "milliseconds": "300 + i % 200"},
    )  # fmt: skip


def _events(filling: Filling, size: Size) -> None:
    filling.fill(
        "audit_event",
        size.events,
        {"id": "i", "at": filling.moment("i * 5"), "previous_hash": "CAST(i - 1 AS TEXT)",
         "actor": "CASE WHEN i % 3 = 0 THEN 'service' ELSE 'accountant@books.test' END",
         "action": "CASE i % 5 WHEN 0 THEN 'pair_customer' WHEN 1 THEN 'approve_journal'"
         " WHEN 2 THEN 'set_policy' WHEN 3 THEN 'close_period' ELSE 'sign_in' END",
         "subject": f"'customer ' || (i % {size.customers})", "hash": "CAST(i AS TEXT)"},
    )  # fmt: skip
