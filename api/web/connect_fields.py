"""The fields of the connect forms: their labels are those of the systems' own screens, their help says where each is
found. `secret` ones are never sent back to the browser."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectField:
    """`kind`: text, password, pem (many lines), number, day, zone, tick, or choice (of `choices`: value, words)."""

    name: str
    label: str
    help: str = ""
    kind: str = "text"
    required: bool = False
    secret: bool = False
    choices: tuple[tuple[str, str], ...] = ()


ACCOUNT = ConnectField(
    "account",
    "NetSuite Account ID",
    "The beginning of your NetSuite URL: for https://example.app.netsuite.com/ it is example. A sandbox's is such as "
    "1234567_SB1.",
    required=True,
)
NETSUITE_SIGN_IN = {
    "tba": (
        ConnectField(
            "consumer_key",
            "NetSuite Consumer Key",
            "Shown once when the integration is made: Setup > Integration > Manage Integrations.",
            required=True,
        ),
        ConnectField(
            "consumer_secret",
            "NetSuite Consumer Secret",
            "Shown beside the Consumer Key.",
            "password",
            required=True,
            secret=True,
        ),
        ConnectField(
            "token_id",
            "NetSuite Token Key",
            "The Token ID: Setup > Users/Roles > Access Tokens > New Access Token, as a user with the permission "
            "Access Token Management.",
            required=True,
        ),
        ConnectField(
            "token_secret",
            "NetSuite Token Key Secret",
            "The Token Secret on the same confirmation page; it is shown there once.",
            "password",
            required=True,
            secret=True,
        ),
    ),
    "m2m": (
        ConnectField(
            "client_id",
            "Client ID",
            "Of the integration with Client Credentials (Machine to Machine) Grant: Setup > Integration > Manage "
            "Integrations.",
            required=True,
        ),
        ConnectField(
            "certificate_id",
            "Certificate ID",
            "Given where the certificate is uploaded: Setup > Integration > OAuth 2.0 Client Credentials (M2M) Setup.",
            required=True,
        ),
        ConnectField(
            "private_key_pem",
            "Private key",
            "The PEM file of the key, its lines as they are. The command revrec netsuite certificate makes it, with "
            "the certificate to upload.",
            "pem",
            required=True,
            secret=True,
        ),
        ConnectField(
            "certificate",
            "Certificate",
            "The public certificate that was uploaded (PEM), so that RevRec warns before it ends. May stay empty.",
            "pem",
        ),
    ),
}
INVOICES = (
    ConnectField(
        "use_customer_name_mapping",
        "Use Customer Name Mapping",
        "Match NetSuite's customers with those of the CRM by name. Off: by the CRM customer's id, held as the NetSuite "
        "customer's external id.",
        "tick",
    ),
    ConnectField(
        "exclude_products",
        "Exclude Products",
        'Items whose lines are left out: {"product": {"name": "Name", "values": ["Product Name1", "Product Name2"]}}. '
        "Empty: none.",
    ),
    ConnectField(
        "account_time_zone",
        "Timezone",
        "The time zone set for the NetSuite account, such as America/Los_Angeles; UTC unless it is another.",
        "zone",
    ),
)
JOURNALS = (
    ConnectField(
        "journal_prefix",
        "Journal prefix",
        "First part of every journal's external id in NetSuite: letters and digits, unique among all that post there.",
    ),
)
NETSUITE_ADVANCED = (
    ConnectField(
        "base_url",
        "Base URL",
        "Only where NetSuite is reached through another address, such as a proxy. Empty: the account's own.",
    ),
    ConnectField(
        "concurrency",
        "Requests at once",
        "The account's limit of requests at once (Setup > Integration > Integration Governance); RevRec leaves one "
        "free.",
        "number",
    ),
    ConnectField(
        "calls_per_minute", "Calls per minute", "The account's limit of calls in a minute; 0: none.", "number"
    ),
)
DOMAIN = ConnectField(
    "account",
    "My Domain",
    "The org's own host, such as acme.my.salesforce.com: Setup > My Domain.",
    required=True,
)
SALESFORCE_SIGN_IN = {
    "client_credentials": (
        ConnectField(
            "client_id",
            "Consumer Key",
            "Of the connected app with the Client Credentials Flow: Setup > App Manager > View > Manage Consumer "
            "Details.",
            required=True,
        ),
        ConnectField(
            "client_secret",
            "Consumer Secret",
            "Shown beside the Consumer Key.",
            "password",
            required=True,
            secret=True,
        ),
    ),
    "jwt": (
        ConnectField(
            "client_id",
            "Consumer Key",
            "Of the connected app with a digital signature: Setup > App Manager > View > Manage Consumer Details.",
            required=True,
        ),
        ConnectField(
            "username", "User name", "The user as whom RevRec reads, such as revrec@acme.com.", required=True
        ),
        ConnectField(
            "private_key_pem",
            "Private key",
            "The PEM file of the key whose certificate the connected app holds.",
            "pem",
            required=True,
            secret=True,
        ),
        ConnectField(
            "audience",
            "Login address",
            "Of a sandbox: https://test.salesforce.com. Empty: a production org's.",
        ),
    ),
}
ORDERS = (
    ConnectField(
        "salesforce_source",
        "Sales orders are",
        "What a sales order is in this org.",
        "choice",
        choices=(("order", "activated Orders"), ("opportunity", "won Opportunities")),
    ),
    ConnectField(
        "company_time_zone",
        "Timezone",
        "The company's time zone: the day on which a change in the CRM falls, and the times of schedules.",
        "zone",
    ),
)
SALESFORCE_ADVANCED = (
    ConnectField(
        "base_url",
        "Base URL",
        "Only where Salesforce is reached through another address, such as a proxy. Empty: the org's own.",
    ),
    ConnectField("api_version", "API version", "Such as v66.0."),
)
WAYS = {
    "tba": "Token keys",
    "m2m": "Certificate (OAuth 2.0)",
    "client_credentials": "Client credentials",
    "jwt": "Certificate (JWT)",
}
