"""The objects and fields of the made-up Salesforce org, standard and custom.

Custom fields hold what many companies add: the NetSuite internal ids of the segments on order lines, the subsidiary
on the order, the day an amendment takes effect, and the NetSuite customer id on the account.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `type` is Salesforce's: id, reference, string, picklist, currency, double, int, percent, date,
    datetime or boolean. A reference names its `relationship` (Account for AccountId) and the object it leads to.
    """

    name: str
    type: str
    relationship: str | None = None
    target: str | None = None
    nillable: bool = True
    multi_currency_only: bool = False

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")


@dataclass(frozen=True, slots=True)
class Entity:
    name: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The field of that name in any case."""
        lowered = name.lower()
        return next((field for field in self.fields if field.name.lower() == lowered), None)

    def relationship(self, name: str) -> Field | None:
        """The reference field that a dotted path like Account.Name goes through."""
        lowered = name.lower()
        return next((f for f in self.fields if f.relationship and f.relationship.lower() == lowered), None)


def _fields(text: str) -> tuple[Field, ...]:
    """Reads `Name:type` and `NameId:Target` items; every object has the system fields besides."""
    fields = [Field("Id", "id", nillable=False)]
    for item in text.split():
        name, kind = item.split(":")
        if kind[0].isupper():
            relationship = name.removesuffix("Id")
            fields.append(Field(name, "reference", relationship, kind))
        else:
            fields.append(Field(name, kind))
    fields += [
        Field("CreatedDate", "datetime", nillable=False),
        Field("LastModifiedDate", "datetime", nillable=False),
        Field("SystemModstamp", "datetime", nillable=False),
        Field("IsDeleted", "boolean", nillable=False),
        Field("CurrencyIsoCode", "picklist", multi_currency_only=True),
    ]
    return tuple(fields)


_SEGMENTS = (
    "Department__c:string Class__c:string Location__c:string Region__c:string Recognition_Method__c:string"
)

ENTITIES = {
    entity.name: entity
    for entity in (
        Entity(
            "Account",
            _fields(
                "Name:string AccountNumber:string BillingCountryCode:string ParentId:Account NetSuite_Id__c:string"
            ),
        ),
        Entity(
            "Contract",
            _fields(
                "ContractNumber:string AccountId:Account StartDate:date EndDate:date ContractTerm:int Status:picklist "
                "ActivatedDate:datetime"
            ),
        ),
        Entity("Product2", _fields("ProductCode:string Name:string Family:picklist IsActive:boolean")),
        Entity(
            "Order",
            _fields(
                "OrderNumber:string AccountId:Account ContractId:Contract OpportunityId:Opportunity EffectiveDate:date "
                "EndDate:date Status:picklist StatusCode:picklist ActivatedDate:datetime TotalAmount:currency "
                "PoNumber:string IsReductionOrder:boolean OriginalOrderId:Order Subsidiary__c:string "
                "Amendment_Effective__c:date"
            ),
        ),
        Entity(
            "OrderItem",
            _fields(
                "OrderId:Order OrderItemNumber:string Product2Id:Product2 Quantity:double AvailableQuantity:double "
                "UnitPrice:currency ListPrice:currency TotalPrice:currency ServiceDate:date EndDate:date "
                f"OriginalOrderItemId:OrderItem Description:string {_SEGMENTS}"
            ),
        ),
        Entity(
            "Opportunity",
            _fields(
                "Name:string AccountId:Account Amount:currency CloseDate:date StageName:picklist IsWon:boolean "
                "IsClosed:boolean ContractId:Contract Subsidiary__c:string Amendment_Effective__c:date"
            ),
        ),
        Entity(
            "OpportunityLineItem",
            _fields(
                "OpportunityId:Opportunity Product2Id:Product2 ProductCode:string Name:string Quantity:double "
                "UnitPrice:currency ListPrice:currency TotalPrice:currency Discount:percent ServiceDate:date "
                f"Service_End__c:date Description:string {_SEGMENTS}"
            ),
        ),
    )
}  # fmt: skip


def find_entity(name: str) -> Entity | None:
    """The object of that name in any case."""
    lowered = name.lower()
    return next((entity for entity in ENTITIES.values() if entity.name.lower() == lowered), None)


def visible_fields(entity: Entity, multi_currency: bool) -> tuple[Field, ...]:
    """CurrencyIsoCode exists only in a multi-currency org."""
    return tuple(field for field in entity.fields if multi_currency or not field.multi_currency_only)
