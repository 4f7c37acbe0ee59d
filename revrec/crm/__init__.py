"""The CRM: sales orders and customers in one shape. Salesforce is the first source.

    connection = SalesforceConnection("https://acme.my.salesforce.com", ClientCredentials(key, secret))
    async with SalesforceClient(connection) as client:
        mapping = await detect_currencies(client, read_mapping(setting))
        changes = await find_changes(client, mapping, since)
        async for batch in pull_orders(client, mapping, changes, decimals): ...

No SQL and no store here: jobs keep what these functions give.
"""

from revrec.crm.errors import (
    AccessDenied,
    CallLimitReached,
    CrmAnswerUnreadable,
    CrmError,
    CrmUnreachable,
    CursorLost,
    QueryRefused,
    SessionRefused,
    SignInRefused,
    UnknownField,
    UnknownObject,
    VersionRetired,
)
from revrec.crm.mapping import FieldMapping, read_mapping
from revrec.crm.orders import (
    CrmCustomer,
    GoneOrder,
    OrderForm,
    OrderState,
    Reduction,
    SalesOrder,
    SalesOrderLine,
    changed_on,
    unfold,
)
from revrec.crm.salesforce import CallUsage, SalesforceClient
from revrec.crm.salesforce_check import ConnectionReport, check_connection
from revrec.crm.salesforce_connection import ClientCredentials, JwtBearer, SalesforceConnection
from revrec.crm.salesforce_pull import (
    ORDERS_A_BATCH,
    Changes,
    OrderBatch,
    Position,
    detect_currencies,
    find_changes,
    position_from_json,
    pull_customers,
    pull_orders,
    read_orders,
    split,
)

__all__ = [
    "ORDERS_A_BATCH",
    "AccessDenied",
    "CallLimitReached",
    "CallUsage",
    "Changes",
    "ClientCredentials",
    "ConnectionReport",
    "CrmAnswerUnreadable",
    "CrmCustomer",
    "CrmError",
    "CrmUnreachable",
    "CursorLost",
    "FieldMapping",
    "GoneOrder",
    "JwtBearer",
    "OrderBatch",
    "OrderForm",
    "OrderState",
    "Position",
    "QueryRefused",
    "Reduction",
    "SalesOrder",
    "SalesOrderLine",
    "SalesforceClient",
    "SalesforceConnection",
    "SessionRefused",
    "SignInRefused",
    "UnknownField",
    "UnknownObject",
    "VersionRetired",
    "changed_on",
    "check_connection",
    "detect_currencies",
    "find_changes",
    "position_from_json",
    "pull_customers",
    "pull_orders",
    "read_mapping",
    "read_orders",
    "split",
    "unfold",
]
