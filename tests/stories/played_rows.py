"""The rows in which the books of one life are written: what the flows and people leave behind."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from revrec.accounting.currencies import decimals_of
from revrec.store.engine import Store
from revrec.store.tables import (
    Account,
    Bundle,
    BundleProduct,
    Contract,
    CrmCustomer,
    Currency,
    CurrencyRate,
    CustomerLink,
    DocumentLine,
    DocumentVersion,
    Item,
    Job,
    LineRule,
    NetSuiteCustomer,
    NetSuitePeriod,
    Obligation,
    OrderLine,
    OrderVersion,
    PolicySetting,
    Product,
    ProductRule,
    SalesOrder,
    SourceDocument,
    StandalonePrice,
    Subsidiary,
)

OFFSETS = {"deferred": "DeferRevenue", "revenue": "Income"}
POLICIES = ("allocation", "rounding", "netting", "method", "missing_ssp", "fx_rate")
BEGAN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Rows:
    """The books of one life, and the keys of what is in them."""

    store: Store
    life: dict[str, Any]
    clock: datetime = BEGAN
    customers: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)
    stated: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    ordered: dict[str, str] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)
    job: int = 0

    @property
    def currency(self) -> str:
        return str(self.life.get("currency", "USD"))

    @property
    def base(self) -> str:
        return str(self.life.get("base_currency", self.currency))

    def minor(self, amount: str) -> int:
        return int(Decimal(amount).scaleb(decimals_of(self.currency)))

    def open(self, first: str) -> None:
        """Company, policies, products and prices, with `first` as the first period."""
        with self.store.write() as session:
            for key, symbol in enumerate(dict.fromkeys((self.base, self.currency)), start=1):
                session.add(Currency(id=key, symbol=symbol, name=symbol, precision=decimals_of(symbol)))
            session.add(Subsidiary(id=1, name="Company", currency_id=1))
            session.add(
                Account(id=1, name="Billed", type=OFFSETS[self._policy("billing_offset", "deferred")])
            )
            values = {key: self._policy(key, None) for key in POLICIES} | {"first_period": first}
            for key, value in values.items():
                if value is not None:
                    session.add(PolicySetting(key=key, value=value, set_by="story", set_at=BEGAN))
            session.flush()
            for name, product in self.life.get("products", {}).items():
                self._product(session, name, product)
            for number, bundle in enumerate(self.life.get("bundles", [])):
                row = Bundle(
                    name=f"bundle {number}",
                    currency=self.currency,
                    price_minor=self.minor(bundle["price"]),
                    set_by="story",
                    set_at=BEGAN,
                )
                session.add(row)
                session.flush()
                for name in bundle["products"]:
                    session.add(BundleProduct(bundle_id=row.id, product_id=self._product(session, name)))
            job = self._job("setting up")
            session.add(job)
            session.flush()
            self.job = job.id

    def _version(self, session: Any, event: dict[str, Any], cancelled: str = "") -> int:
        name = event["order"]
        number = self.versions[name] = self.versions.get(name, 0) + 1
        version = OrderVersion(
            order_id=self.orders[name],
            number=number,
            job_id=self.job,
            published=True,
            sha256=f"{name} {number}",
            raw=b"",
            modified_at=self._now(),
            effective_on=date.fromisoformat(event["date"]),
            ordered_on=date.fromisoformat(self.ordered[name]),
            crm_customer_id=next(iter(self.customers.values())),
            currency=self.currency,
            subsidiary_id=1,
            cancelled_on=date.fromisoformat(cancelled) if cancelled else None,
        )
        version.crm_customer_id = session.get_one(
            Contract, session.get_one(SalesOrder, self.orders[name]).contract_id
        ).crm_customer_id
        session.add(version)
        session.flush()
        for sequence, line in enumerate(self.stated[name], start=1):
            key = name, line["line"]
            if key not in self.lines:
                self._begin_line(session, key, line)
            session.add(
                OrderLine(
                    version_id=version.id,
                    obligation_id=self.lines[key],
                    line_external_id=line["line"],
                    sequence=sequence,
                    product_id=self._product(
                        session, line.get("product", f"product of {name} {line['line']}")
                    ),
                    quantity_e6=int(Decimal(line.get("quantity", "1")) * 10**6),
                    amount_minor=self.minor(line["amount"]),
                    starts=date.fromisoformat(line["start"]) if line.get("start") else None,
                    ends=date.fromisoformat(line["end"]) if line.get("end") else None,
                    method=line.get("method", ""),
                    trigger=line.get("trigger", ""),
                    region=" ".join(key) if "ssp" in line else line.get("region", ""),
                )
            )
        return version.id

    def _begin_line(self, session: Any, key: tuple[str, str], line: dict[str, Any]) -> None:
        row = Obligation(order_id=self.orders[key[0]], line_external_id=key[1])
        session.add(row)
        session.flush()
        self.lines[key] = row.id
        product = self._product(session, line.get("product", f"product of {key[0]} {key[1]}"))
        if "ssp" in line:
            known = self.life.get("products", {}).get(line.get("product"), {})
            self._price(session, product, {**known, **line}, " ".join(key))
        plan = {name: line[name] for name in ("percentages", "milestones") if line.get(name)}
        if plan:
            session.add(
                LineRule(obligation_id=row.id, plan=plan, reason="story", set_by="story", set_at=self._now())
            )
        if line.get("ramp") is False:
            session.add(
                ProductRule(product_id=product, ramp=False, reason="story", set_by="story", set_at=BEGAN)
            )

    def _document(self, session: Any, event: dict[str, Any], kind: str, sign: int) -> int:
        number = len(self.documents) + 1
        document = SourceDocument(external_id=number, kind=kind, state="loaded")
        session.add(document)
        session.flush()
        self.documents[event["number"]] = document.id
        day = date.fromisoformat(event["date"])
        customer = self._customer(session, event["customer"])
        rate = Decimal(event.get("exchange_rate") or self._rate_of(event) or "1")
        if event.get("exchange_rate"):
            self._rate(session, event)
        source = event.get("invoice")
        version = DocumentVersion(
            document_id=document.id,
            number=1,
            job_id=self.job,
            sha256=event["number"],
            raw=b"",
            modified_at=self._now(),
            tran_id=f"{number:06d}",
            tran_date=day,
            period_id=self._posting_period(session, day),
            period=f"{day:%Y-%m}",
            customer_id=customer,
            subsidiary_id=1,
            currency_id=1 if self.base == self.currency else 2,
            currency=self.currency,
            exchange_rate_e10=int(rate * 10**10),
            status="",
            created_from=session.get_one(SourceDocument, self.documents[source]).external_id
            if source
            else None,
            order_reference=event.get("order", ""),
            main_minor=0,
            tax_minor=0,
        )
        session.add(version)
        session.flush()
        document.current_version_id = version.id
        for sequence, line in enumerate(folded(event["lines"]), start=1):
            amount = sign * self.minor(line["amount"])
            session.add(
                DocumentLine(
                    version_id=version.id,
                    line_id=sequence,
                    sequence=sequence,
                    role="billing",
                    item_id=self._item(session, event, line),
                    quantity_e6=10**6,
                    amount_minor=amount,
                    billing_minor=amount,
                    base_minor=self._converted(amount, rate),
                    account_id=1,
                    account_type=OFFSETS[self._policy("billing_offset", "deferred")],
                    starts=date.fromisoformat(line["start"]) if line.get("start") else None,
                    ends=date.fromisoformat(line["end"]) if line.get("end") else None,
                )
            )
        return document.id

    def _item(self, session: Any, event: dict[str, Any], line: dict[str, Any]) -> int | None:
        """The item of the product that the line bills: its own, else that of the order line it names."""
        name = line.get("product")
        if name is None and "for_line" in line and event.get("order"):
            named = [one for one in self.stated[event["order"]] if one["line"] == line["for_line"]]
            name = named[0].get("product", f"product of {event['order']} {line['for_line']}")
        if name is None:
            return None
        product = self._product(session, name)
        if session.get(Item, product) is None:
            session.add(Item(id=product, name=name, type="Service", product_id=product))
            session.flush()
        return product

    def _product(self, session: Any, name: str, said: dict[str, Any] | None = None) -> int:
        if name not in self.products:
            said = said or {}
            row = Product(
                key=name,
                code=name,
                name=name,
                category=said.get("category", ""),
                method=said.get("method", ""),
                trigger=said.get("trigger", ""),
            )
            session.add(row)
            session.flush()
            self.products[name] = row.id
            if "ssp" in said:
                self._price(session, row.id, said, "")
        return self.products[name]

    def _price(self, session: Any, product: int, said: dict[str, Any], region: str) -> None:
        ssp, residual = said["ssp"], said["ssp"] == "residual"
        bounds = (
            said.get("range") if residual else ssp if isinstance(ssp, dict) else {"low": ssp, "high": ssp}
        )
        session.add(
            StandalonePrice(
                product_id=product,
                currency=self.currency,
                region=region,
                kind="residual" if residual else "observed",
                low_minor=self.minor(bounds["low"]) if bounds else None,
                high_minor=self.minor(bounds["high"]) if bounds else None,
                per=said.get("ssp_per", "each"),
                set_by="story",
                set_at=BEGAN,
            )
        )

    def _customer(self, session: Any, name: str) -> int:
        if name not in self.customers:
            row = CrmCustomer(external_id=name, name=name, key=name, key_version=1)
            session.add(row)
            session.flush()
            session.add(NetSuiteCustomer(id=row.id, name=name, key=name, key_version=1, subsidiary_id=1))
            session.add(
                CustomerLink(
                    netsuite_customer_id=row.id,
                    crm_customer_id=row.id,
                    basis="name",
                    linked_by="story",
                    linked_at=BEGAN,
                    netsuite_name=name,
                    crm_name=name,
                )
            )
            session.flush()
            self.customers[name] = row.id
        return self.customers[name]

    def _posting_period(self, session: Any, day: date) -> int:
        first = day.replace(day=1)
        key = first.year * 100 + first.month
        if session.get(NetSuitePeriod, key) is None:
            after = (first + timedelta(days=32)).replace(day=1)
            row = NetSuitePeriod(
                id=key,
                name=f"{first:%Y-%m}",
                first_day=first,
                last_day=after - timedelta(days=1),
                closed=False,
                all_locked=False,
            )
            session.add(row)
            session.flush()
        return key

    def _rate(self, session: Any, event: dict[str, Any]) -> None:
        day = date.fromisoformat(event["date"])
        found = session.execute(
            text("SELECT id FROM currency_rate WHERE effective = :day"), {"day": day}
        ).first()
        if found is None:
            rate = int(Decimal(event["exchange_rate"]) * 10**10)
            session.add(CurrencyRate(base_currency_id=1, currency_id=2, effective=day, rate_e10=rate))

    def _rate_of(self, event: dict[str, Any]) -> str:
        orders = [one for one in self.life["events"] if one["type"] == "order"]
        return next(
            (one.get("exchange_rate", "") for one in orders if one["order"] == event.get("order")), ""
        )

    def _converted(self, amount: int, rate: Decimal) -> int:
        shift = decimals_of(self.base) - decimals_of(self.currency)
        exact = Decimal(amount) * rate if self.base != self.currency else Decimal(amount)
        return int((exact.scaleb(shift) if shift else exact).to_integral_value("ROUND_HALF_UP"))

    def _policy(self, key: str, default: Any) -> Any:
        return self.life.get("policy", {}).get(key, default)

    def _job(self, kind: str) -> Job:
        return Job(
            kind="orders",
            state="done",
            parameters={"event": kind},
            requested_by="story",
            created_at=BEGAN,
            published_at=self._now(),
        )

    def _now(self) -> datetime:
        self.clock += timedelta(minutes=1)
        return self.clock


def folded(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines with each discount taken off the line above it."""
    kept: list[dict[str, Any]] = []
    for line in lines:
        if line.get("amount", "0").startswith("-"):
            kept[-1] = {**kept[-1], "amount": str(Decimal(kept[-1]["amount"]) + Decimal(line["amount"]))}
        else:
            kept.append(line)
    return kept
