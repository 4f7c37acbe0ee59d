"""What can happen in the org after it was seeded: renames, new orders, amendments, deletions.

Amounts are decimal text ("1200.00") in the order's currency. Changing a line stamps the line alone, not its order: a
client that watches only orders misses it, as it would in Salesforce.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sample_data.company.crm_ids import ACCOUNT, OPPORTUNITY, OPPORTUNITY_LINE, ORDER, ORDER_ITEM
from sample_data.salesforce.schema import ENTITIES, Field
from sample_data.salesforce.store import API_NUMBERS, Store


class CannotHappen(Exception):
    """The story asks for something that makes no sense, such as changing a record that is not there."""


_PREFIXES = {
    "Account": ACCOUNT,
    "Order": ORDER,
    "OrderItem": ORDER_ITEM,
    "Opportunity": OPPORTUNITY,
    "OpportunityLineItem": OPPORTUNITY_LINE,
}


class Story:
    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """A new record of any object, fields by their API names."""
        if entity not in _PREFIXES:
            raise CannotHappen(f"{entity} records cannot be made here; known: {', '.join(_PREFIXES)}")
        new_id = self._store.insert(entity, _PREFIXES[entity], self._read(entity, values))
        return {"id": new_id}

    def change(self, entity: str, record_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Sets fields of a record and stamps it."""
        found = self._one(entity, Id=record_id)
        self._store.update(entity, record_id, self._read(entity, values))
        self._total_of(entity, found)
        return {"id": record_id}

    def add_order(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A new order with `account`, `effective_date`, `currency`, `subsidiary`, `status` and `lines`.

        Each line has `product` (code), `quantity`, `amount`, `start`, `end`, and fields by API name under `fields`.
        """
        for name in ("account", "effective_date", "lines"):
            if name not in values:
                raise CannotHappen(f"a new order needs {name!r}")
        account = self._one("Account", Id=str(values["account"]))
        status = str(values.get("status", "Activated"))
        lines = list(values["lines"])
        number = f"{API_NUMBERS // 100 + self._store.count('Order'):08d}"
        currency = values.get("currency", account["CurrencyIsoCode"])
        order_id = self._store.insert(
            "Order",
            ORDER,
            {
                "OrderNumber": number,
                "AccountId": account["Id"],
                "EffectiveDate": values["effective_date"],
                "Status": status,
                "StatusCode": status,
                "ActivatedDate": self._store.clock() if status == "Activated" else None,
                "TotalAmount": 0,
                "IsReductionOrder": bool(values.get("original")),
                "OriginalOrderId": self._order(values["original"])["Id"] if values.get("original") else None,
                "Subsidiary__c": values.get("subsidiary", "1"),
                "CurrencyIsoCode": currency,
                **self._read("Order", values.get("fields", {})),
            },
        )
        line_ids = [self._add_line(order_id, currency, line) for line in lines]
        self._store.total_order(order_id)
        return {"id": order_id, "number": number, "lines": line_ids}

    def amend(self, order: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Changes lines of an order (`lines`: `id`, and any of `amount`, `quantity`, `start`, `end`, `fields`), adds
        those without an id, and notes the day it takes effect (`effective`) on the order where one is given.
        """
        found = self._order(order)
        line_ids = []
        for line in values.get("lines", ()):
            if "id" in line:
                before = self._one("OrderItem", Id=line["id"], OrderId=found["Id"])
                self._store.update("OrderItem", line["id"], self._line_changes(line, before["Quantity"]))
                line_ids.append(line["id"])
            else:
                line_ids.append(self._add_line(found["Id"], found["CurrencyIsoCode"], line))
        changes = self._read("Order", values.get("fields", {}))
        if values.get("effective"):
            changes["Amendment_Effective__c"] = values["effective"]
        if changes:
            self._store.update("Order", found["Id"], changes)
        self._store.total_order(found["Id"])
        return {"id": found["Id"], "lines": line_ids}

    def set_status(self, order: str, status: str) -> dict[str, Any]:
        """Activates a draft, or takes an activated order back (`Draft`, `Cancelled`)."""
        found = self._order(order)
        active = status == "Activated"
        changes: dict[str, Any] = {"Status": status, "StatusCode": "Activated" if active else "Draft"}
        changes["ActivatedDate"] = self._store.clock() if active else None
        self._store.update("Order", found["Id"], changes)
        return {"id": found["Id"], "status": status}

    def delete_order(self, order: str) -> dict[str, Any]:
        """Deletes an order with its lines: `queryAll` still shows them, marked."""
        found = self._order(order)
        for line in self._store.find("OrderItem", OrderId=found["Id"], IsDeleted=0):
            self._store.update("OrderItem", line["Id"], {"IsDeleted": True})
        self._store.update("Order", found["Id"], {"IsDeleted": True})
        return {"id": found["Id"]}

    def delete(self, entity: str, record_id: str) -> dict[str, Any]:
        """Deletes one record of any object."""
        found = self._one(entity, Id=record_id)
        self._store.update(entity, record_id, {"IsDeleted": True})
        self._total_of(entity, found)
        return {"id": record_id}

    def records(self, entity: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
        """Records whose fields equal the given texts, as stored (money in hundredths)."""
        if entity not in ENTITIES:
            raise CannotHappen(f"no object {entity!r}")
        unknown = [name for name in values if ENTITIES[entity].field(name) is None]
        if unknown:
            raise CannotHappen(f"{entity} has no field {', '.join(unknown)}")
        return self._store.find(entity, **values)

    def _total_of(self, entity: str, record: Mapping[str, Any]) -> None:
        if entity == "OrderItem":
            self._store.total_order(record["OrderId"])

    def _add_line(self, order_id: str, currency: str, line: Mapping[str, Any]) -> str:
        product = self._one("Product2", ProductCode=str(line.get("product")))
        values = {
            "OrderId": order_id,
            "OrderItemNumber": f"{API_NUMBERS + self._store.count('OrderItem'):010d}",
            "Product2Id": product["Id"],
            "Description": product["Name"],
            "CurrencyIsoCode": currency,
            **self._line_changes({"quantity": 1, "amount": 0, **line}, 1),
        }
        return self._store.insert("OrderItem", ORDER_ITEM, values)

    def _line_changes(self, line: Mapping[str, Any], quantity_before: float) -> dict[str, Any]:
        changes = self._read("OrderItem", line.get("fields", {}))
        if "quantity" in line:
            changes["Quantity"] = float(Decimal(str(line["quantity"])))
        if "amount" in line:
            total = _hundredths(line["amount"])
            quantity = Decimal(str(line.get("quantity", quantity_before))) or Decimal(1)
            unit = int((total / quantity).quantize(Decimal(1), ROUND_HALF_UP))
            changes |= {"TotalPrice": total, "UnitPrice": unit, "ListPrice": abs(unit)}
        if "start" in line:
            changes["ServiceDate"] = line["start"]
        if "end" in line:
            changes["EndDate"] = line["end"]
        if line.get("original_line"):
            changes["OriginalOrderItemId"] = line["original_line"]
        return changes

    def _read(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Field values as the store keeps them, money turned from decimal text into hundredths."""
        read = {}
        for name, value in values.items():
            field: Field | None = ENTITIES[entity].field(name)
            if field is None:
                raise CannotHappen(f"{entity} has no field {name!r}")
            is_money = field.type == "currency" and value is not None
            read[field.name] = _hundredths(value) if is_money else value
        return read

    def _order(self, order: str) -> dict[str, Any]:
        return self._one("Order", **{"Id" if len(order) == 18 else "OrderNumber": order})

    def _one(self, entity: str, **values: str) -> dict[str, Any]:
        found = [row for row in self._store.find(entity, **values) if not row["IsDeleted"]]
        if len(found) != 1:
            raise CannotHappen(f"{len(found)} {entity} records with {values}")
        return found[0]


def _hundredths(amount: Any) -> int:
    try:
        return int((Decimal(str(amount)) * 100).to_integral_exact())
    except InvalidOperation as error:
        raise CannotHappen(f"{amount!r} is not an amount") from error
