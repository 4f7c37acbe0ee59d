"""The client against the stand-in: signing in, paging, waiting and asking again, and what it says when it gives up."""

import asyncio
import time
from decimal import Decimal

import httpx
import pytest
from joserfc.jwk import RSAKey

from revrec.crm import (
    AccessDenied,
    CallLimitReached,
    CallUsage,
    ClientCredentials,
    CrmAnswerUnreadable,
    CrmUnreachable,
    CursorLost,
    JwtBearer,
    QueryRefused,
    SalesforceClient,
    SalesforceConnection,
    SessionRefused,
    SignInRefused,
    UnknownField,
    UnknownObject,
    VersionRetired,
)

ORDERS = "SELECT Id FROM Order ORDER BY Id"
TOKEN = "/services/oauth2/token"
DATA = "/services/data/v66.0/query"


async def ids(client):
    return [record["Id"] async for page in client.pages(ORDERS, "the orders") for record in page.records]


def with_sign_in(connection, sign_in):
    return SalesforceConnection(connection.base_url, sign_in, batch_size=200)


class TestReading:
    async def test_pages_are_followed_to_the_end(self, client, director):
        found = await ids(client)
        assert len(found) == len(set(found)) > 200
        total = await client.count("Order", "the orders")
        assert total == len(found)
        pages = [path for path in director.asked() if path.startswith(DATA)]
        assert len(pages) == -(-total // 200) + 1

    async def test_money_is_decimal(self, client):
        rows = await client.rows("SELECT TotalAmount FROM Order LIMIT 3", "the orders")
        assert all(isinstance(row["TotalAmount"], Decimal) for row in rows)

    async def test_deleted_records_come_when_asked_for(self, client, director):
        made = director.add_order()
        director.sim("DELETE", f"/orders/{made['id']}")
        soql = f"SELECT IsDeleted FROM Order WHERE Id = '{made['id']}'"
        assert await client.rows(soql, "the order") == []
        (row,) = await client.rows(soql, "the order", with_deleted=True)
        assert row["IsDeleted"] is True

    async def test_describe_and_limits(self, client):
        fields = await client.describe("OrderItem")
        assert fields["TotalPrice"] == "currency" and "Region__c" in fields
        usage = await client.limits()
        assert usage.allowed == 100_000 and client.usage == CallUsage(2, 100_000)

    async def test_links_out_of_the_data_api_are_not_followed(self, client, director):
        body = {
            "totalSize": 2,
            "done": False,
            "nextRecordsUrl": "https://elsewhere.example/x",
            "records": [{}],
        }
        director.fault(path=DATA, status=200, body=body)
        with pytest.raises(CrmAnswerUnreadable):
            await ids(client)

    @pytest.mark.parametrize(
        "body", ["<html>sign in</html>", {}, [], {"totalSize": 1, "done": False, "records": []}]
    )
    async def test_an_answer_of_another_shape_is_said_to_be_one(self, client, director, body):
        director.fault(path=DATA, status=200, body=body)
        with pytest.raises(CrmAnswerUnreadable, match="not what Salesforce documents"):
            await ids(client)


class TestSigningIn:
    async def test_one_token_serves_all(self, client, director):
        await asyncio.gather(*(client.count("Order", "the orders") for _ in range(8)))
        assert director.asked().count(TOKEN) == 1

    async def test_an_ended_session_is_renewed_once_for_all(self, client, director):
        await client.limits()
        director.sim("POST", "/expire-sessions")
        await asyncio.gather(*(client.count("Order", "the orders") for _ in range(8)))
        assert director.asked().count(TOKEN) == 2

    async def test_a_session_that_ends_between_pages_loses_nothing(self, client, director):
        expected = await ids(client)
        director.refuse(401, "INVALID_SESSION_ID", path=DATA + "/01g")
        assert await ids(client) == expected

    async def test_a_fresh_token_refused_is_not_tried_for_ever(self, client, director):
        director.refuse(401, "INVALID_SESSION_ID", "Session expired or invalid", path=DATA, times=9)
        with pytest.raises(SessionRefused, match="Session expired or invalid"):
            await ids(client)
        assert director.asked().count(TOKEN) == 2

    async def test_signing_in_with_a_certificate(self, connection, director):
        key = RSAKey.generate_key(2048)
        director.sim("POST", "/certificate", {"pem": key.as_pem(private=False).decode()})
        sign_in = JwtBearer(
            director.ready["client_id"], director.ready["username"], key.as_pem(private=True).decode()
        )
        async with SalesforceClient(with_sign_in(connection, sign_in)) as client:
            assert await client.count("Order", "the orders") > 0

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"audience": "https://login.example.com"}, "audience must be"),
            ({"username": "nobody@example.com"}, "pre-authorised"),
            ({"client_id": "nobody"}, "consumer key"),
            (
                {"private_key": RSAKey.generate_key(2048).as_pem(private=True).decode()},
                "does not belong to the certificate",
            ),
            ({"private_key": "-----BEGIN nonsense"}, "not an RSA key"),
        ],
    )
    async def test_what_is_wrong_with_a_certificate_is_said(self, connection, director, changes, words):
        key = RSAKey.generate_key(2048)
        director.sim("POST", "/certificate", {"pem": key.as_pem(private=False).decode()})
        right = {"client_id": director.ready["client_id"], "username": director.ready["username"]}
        sign_in = JwtBearer(**({"private_key": key.as_pem(private=True).decode()} | right | changes))
        async with SalesforceClient(with_sign_in(connection, sign_in)) as client:
            with pytest.raises(SignInRefused, match=words):
                await client.limits()

    async def test_a_clock_that_is_behind_is_named(self, connection, director):
        key = RSAKey.generate_key(2048)
        director.sim("POST", "/certificate", {"pem": key.as_pem(private=False).decode()})
        sign_in = JwtBearer(
            director.ready["client_id"], director.ready["username"], key.as_pem(private=True).decode()
        )
        late = SalesforceClient(with_sign_in(connection, sign_in), now=lambda: time.time() - 600)
        async with late as client:
            with pytest.raises(SignInRefused, match="clock"):
                await client.limits()

    @pytest.mark.parametrize(
        ("client_id", "secret", "words"),
        [("nobody", "s3cr3t", "consumer key"), (None, "wr0ng", "consumer secret")],
    )
    async def test_wrong_keys_are_named(self, connection, director, client_id, secret, words):
        sign_in = ClientCredentials(client_id or director.ready["client_id"], secret)
        async with SalesforceClient(with_sign_in(connection, sign_in)) as client:
            with pytest.raises(SignInRefused, match=words) as caught:
                await client.limits()
        assert director.asked() == [TOKEN]
        assert secret not in str(caught.value)

    async def test_another_host_is_not_trusted_with_the_token(self, client, director):
        body = {"access_token": "x", "instance_url": "https://elsewhere.example"}
        director.fault(path=TOKEN, status=200, body=body)
        with pytest.raises(SignInRefused, match=r"elsewhere\.example"):
            await client.limits()

    async def test_a_host_without_the_endpoint_is_named(self, client, director):
        director.fault(path=TOKEN, status=404, body="<html>")
        with pytest.raises(SignInRefused, match="My Domain"):
            await client.limits()

    async def test_a_busy_token_endpoint_is_asked_again(self, client, director, waits):
        body = {"error": "rate_limit_exceeded", "error_description": "login rate exceeded"}
        director.fault(path=TOKEN, status=400, body=body)
        director.fault(path=TOKEN, status=503, body="down")
        await client.limits()
        assert waits.seconds == [0.75, 1.5]


class TestTrouble:
    @pytest.mark.parametrize(
        ("status", "code", "message"),
        [
            (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred"),
            (503, "SERVER_UNAVAILABLE", "down"),
            (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."),
        ],
    )
    async def test_passing_failures_are_waited_out(self, client, director, waits, status, code, message):
        expected = await ids(client)
        director.refuse(status, code, message, path=DATA, times=3)
        assert await ids(client) == expected
        assert waits.seconds == [0.75, 1.5, 3.0]

    async def test_a_broken_connection_is_opened_again(self, client, director, waits):
        expected = await ids(client)
        director.fault(path=DATA, drop=True)
        assert await ids(client) == expected
        assert waits.seconds == [0.75]

    async def test_it_gives_up_in_the_end_and_says_why(self, client, director, waits):
        director.refuse(503, "SERVER_UNAVAILABLE", "down for work", path=DATA, times=9)
        with pytest.raises(CrmUnreachable, match="down for work"):
            await ids(client)
        assert len(waits.seconds) == 4

    async def test_the_servers_own_wait_is_respected(self, client, director, waits):
        director.fault(path=DATA, status=429, body="slow", headers={"Retry-After": "17"})
        await ids(client)
        assert waits.seconds == [17.0]

    async def test_nobody_listening_is_said(self, director, waits):
        keys = ClientCredentials("a", "b")
        async with SalesforceClient(SalesforceConnection("http://127.0.0.1:9", keys), sleep=waits) as client:
            with pytest.raises(CrmUnreachable, match=r"127\.0\.0\.1:9 could not be reached"):
                await client.limits()

    async def test_a_time_out_is_no_end(self, connection, director, waits):
        director.fault(path=DATA, delay_ms=2_000)
        async with SalesforceClient(connection, sleep=waits, timeout_seconds=0.5) as client:
            assert await client.count("Order", "the orders") > 0
        assert len(waits.seconds) == 1

    @pytest.mark.parametrize(
        ("status", "code", "message", "error", "words"),
        [
            (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", CallLimitReached, "used up"),
            (403, "API_DISABLED_FOR_ORG", "API is disabled", AccessDenied, "no API access"),
            (403, "API_CURRENTLY_DISABLED", "API is disabled for this User", AccessDenied, "API Enabled"),
            (403, "INSUFFICIENT_ACCESS", "insufficient access rights", AccessDenied, "read permission"),
            (404, "NOT_FOUND", "The requested resource does not exist", AccessDenied, "address and version"),
            (410, "GONE", "gone", VersionRetired, "newer one"),
            (400, "INVALID_QUERY_LOCATOR", "invalid query locator", CursorLost, "lost its place"),
            (400, "MALFORMED_QUERY", "unexpected token: 'x'", QueryRefused, "unexpected token"),
            (302, "", "", CrmAnswerUnreadable, "unexpected way"),
        ],
    )
    async def test_what_waiting_cannot_cure_is_raised_at_once(
        self, client, director, waits, status, code, message, error, words
    ):
        director.refuse(status, code, message, path=DATA)
        with pytest.raises(error, match=words) as caught:
            await ids(client)
        assert type(caught.value) is error and message in str(caught.value)
        assert waits.seconds == []

    async def test_unknown_names_are_told_apart(self, client):
        with pytest.raises(UnknownField) as field:
            await client.rows("SELECT Nothing__c FROM Order", "the orders")
        assert (field.value.field, field.value.entity) == ("Nothing__c", "Order")
        with pytest.raises(UnknownField) as path:
            await client.rows("SELECT Nobody.Name FROM Order", "the orders")
        assert path.value.field == "Nobody"
        with pytest.raises(UnknownObject) as entity:
            await client.rows("SELECT Id FROM Quote", "the quotes")
        assert entity.value.entity == "Quote"

    async def test_no_secret_reaches_logs_or_errors(self, client, director, caplog):
        # By name too: a service started in this process has quietened the libraries below it.
        for logger in (None, "httpx", "httpcore", "revrec"):
            caplog.set_level("DEBUG", logger=logger)
        director.refuse(503, "SERVER_UNAVAILABLE", "down", path=DATA, times=9)
        with pytest.raises(CrmUnreachable) as caught:
            await ids(client)
        token = client._token
        assert len(token) > 60 and caplog.text
        for secret in (token, director.ready["client_secret"]):
            assert (
                secret not in caplog.text
                and secret not in str(caught.value)
                and secret not in repr(client.connection)
            )

    async def test_the_transport_is_injected(self, connection):
        seen = []

        def answer(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            if request.url.path == TOKEN:
                return httpx.Response(200, json={"access_token": "t", "instance_url": connection.base_url})
            return httpx.Response(200, json={"totalSize": 0, "done": True, "records": []})

        async with SalesforceClient(connection, transport=httpx.MockTransport(answer)) as client:
            assert await client.rows("SELECT Id FROM Order", "the orders") == []
        assert seen[1].headers["Authorization"] == "Bearer t"
        assert seen[1].headers["Sforce-Query-Options"] == "batchSize=200"
        assert seen[1].url.params["q"] == "SELECT Id FROM Order"
