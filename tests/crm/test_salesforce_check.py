"""What a connection test tells."""

from revrec.crm import (
    ClientCredentials,
    SalesforceClient,
    SalesforceConnection,
    check_connection,
    read_mapping,
)
from sample_data.starting import start


async def test_a_good_connection_counts_what_it_sees(client, mapping):
    report = await check_connection(client, mapping)
    assert report.usable and report.notices == ()
    counts = dict(report.counts)
    assert counts["Account"] > 20 and counts["OrderItem"] > counts["Order"] > 200
    assert report.usage is not None and report.usage.allowed == 100_000


async def test_fields_that_are_not_there_are_named_all_at_once(client):
    setting = {
        "line": {"ends": "Term_End__c"},
        "segments": {"class": "Klass__c"},
        "order": {"subsidiary": "Sub__c"},
    }
    report = await check_connection(client, read_mapping(setting))
    assert not report.usable
    assert [p.split(", or hides")[0] for p in report.problems] == [
        "Salesforce has no field Sub__c on Order",
        "Salesforce has no field Term_End__c on OrderItem",
        "Salesforce has no field Klass__c on OrderItem",
    ]


async def test_a_lookup_that_cannot_be_followed_is_named(client):
    report = await check_connection(client, read_mapping({"order": {"contract_number": "Agreement__r.Name"}}))
    assert len(report.problems) == 1 and "no field Agreement__r" in report.problems[0]
    report = await check_connection(client, read_mapping({"line": {"product_family": "Product2.Range__c"}}))
    assert len(report.problems) == 1 and "no field Range__c on Product2" in report.problems[0]


async def test_objects_that_are_hidden_are_named(client, mapping, director):
    director.refuse(404, "NOT_FOUND", "The requested resource does not exist", path="Order/describe")
    report = await check_connection(client, mapping)
    assert len(report.problems) == 1 and "the fields of Order" in report.problems[0]


async def test_wrong_keys_end_the_test_at_once(director):
    connection = SalesforceConnection(director.ready["url"], ClientCredentials("nobody", "x"))
    async with SalesforceClient(connection) as client:
        report = await check_connection(client, read_mapping({}))
    assert not report.usable and "consumer key" in report.problems[0] and report.counts == ()


async def test_one_currency_is_noticed():
    with start("salesforce", "--lines", "100", "--single-currency", "USD") as stand_in:
        keys = ClientCredentials(stand_in.ready["client_id"], stand_in.ready["client_secret"])
        async with SalesforceClient(SalesforceConnection(stand_in.url, keys)) as client:
            report = await check_connection(client, read_mapping({}))
    assert report.usable and "one currency only; its amounts are taken as USD" in report.notices[0]
