"""What the client sends, and when it sends again."""

import json
from decimal import Decimal

import httpx
import pytest

from revrec.netsuite.errors import (
    AnswerUnreadable,
    AuthenticationRefused,
    ConcurrencyExceeded,
    DuplicateExternalId,
    HostUnreachable,
    ReplyLost,
    ServerFailed,
    Unanswered,
)

BUSY = "Concurrent request limit exceeded. Request blocked."
CREATED = httpx.Response(
    204, headers={"Location": "https://x.example.com/services/rest/record/v1/journalentry/77"}
)


async def test_a_query_is_transient_json_with_its_page_in_the_url(client, wire, page_of):
    wire.script = [page_of({"ID": "1", "posting": "T", "memo": None})]
    page = await client.query("SELECT id FROM transaction WHERE id > ?", ["7"], limit=500, offset=1000)
    request = wire.requests[0]
    assert request.method == "POST"
    assert str(request.url) == (
        "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/query/v1/suiteql?limit=500&offset=1000"
    )
    assert request.headers["Prefer"] == "transient"
    assert json.loads(request.content) == {"q": "SELECT id FROM transaction WHERE id > ?", "params": ["7"]}
    assert page.rows == ({"id": "1", "posting": "T"},)
    assert page.has_more is False


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (1001, 0), (10, 5), (10, -10)])
async def test_pages_netsuite_would_refuse_are_not_sent(client, wire, limit, offset):
    with pytest.raises(ValueError, match="NetSuite wants"):
        await client.query("SELECT 1 FROM dual", limit=limit, offset=offset)
    assert wire.requests == []


@pytest.mark.parametrize("status", [429, 400, 401, 403, 503])
async def test_concurrency_is_known_by_its_code_under_any_status(client, wire, page_of, refusal_of, status):
    wire.script = [refusal_of(status, "CONCURRENCY_LIMIT_EXCEEDED", BUSY)] * 2 + [page_of({"id": "1"})]
    assert (await client.query("SELECT 1 FROM dual")).rows == ({"id": "1"},)
    assert len(wire.requests) == 3
    assert wire.slept == [0.375, 0.75]
    assert client.usage.retries == 2
    assert client.usage.waited_seconds == pytest.approx(1.125)


async def test_429_without_any_body_is_concurrency_too(client, wire, page_of):
    wire.script = [httpx.Response(429), page_of()]
    await client.query("SELECT 1 FROM dual")
    assert len(wire.requests) == 2


async def test_a_storm_that_stays_is_raised_with_netsuites_words(make_client, wire, refusal_of):
    wire.script = [refusal_of(429, "CONCURRENCY_LIMIT_EXCEEDED", BUSY)]
    async with make_client(max_attempts=4) as client:
        with pytest.raises(ConcurrencyExceeded, match=BUSY):
            await client.query("SELECT 1 FROM dual")
    assert len(wire.requests) == 4
    assert len(wire.slept) == 3


@pytest.mark.parametrize(
    ("retry_after", "waited"), [("7", 7.0), ("0", 0.375), ("nonsense", 0.375), ("1000000", 300.0)]
)
async def test_retry_after_is_honoured_within_reason(client, wire, page_of, refusal_of, retry_after, waited):
    wire.script = [
        refusal_of(429, "CONCURRENCY_LIMIT_EXCEEDED", BUSY, headers={"Retry-After": retry_after}),
        page_of(),
    ]
    await client.query("SELECT 1 FROM dual")
    assert wire.slept == [waited]


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("Server disconnected"),
        httpx.ConnectError("refused"),
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(
            500, json={"o:errorDetails": [{"detail": "Error ID: x", "o:errorCode": "UNEXPECTED_ERROR"}]}
        ),
    ],
)
async def test_a_reading_request_is_asked_again(client, wire, page_of, trouble):
    wire.script = [trouble, trouble, page_of({"id": "5"})]
    assert (await client.query("SELECT 1 FROM dual")).rows == ({"id": "5"},)


async def test_every_attempt_is_signed_afresh(client, wire, page_of, refusal_of):
    wire.script = [refusal_of(429, "CONCURRENCY_LIMIT_EXCEEDED", BUSY)] * 3 + [page_of()]
    await client.query("SELECT 1 FROM dual")
    signatures = [request.headers["Authorization"] for request in wire.requests]
    assert len(set(signatures)) == 4


async def test_what_never_answers_is_said_so(make_client, wire):
    wire.script = [httpx.ReadTimeout("")]
    async with make_client(max_attempts=3) as client:
        with pytest.raises(Unanswered, match="in 3 attempts \\(ReadTimeout\\)"):
            await client.query("SELECT 1 FROM dual", what="the query for items")


async def test_an_unreachable_host_is_named(make_client, wire):
    wire.script = [httpx.ConnectError("Name or service not known")]
    async with make_client(max_attempts=2) as client:
        with pytest.raises(
            HostUnreachable, match=r"1234567-sb1\.suitetalk\.api\.netsuite\.com: Name or service"
        ):
            await client.query("SELECT 1 FROM dual")


async def test_a_refused_sign_in_is_asked_once(client, wire, refusal_of):
    wire.script = [refusal_of(401, "INVALID_LOGIN", "Invalid login attempt.")]
    with pytest.raises(AuthenticationRefused, match="Login Audit Trail"):
        await client.query("SELECT 1 FROM dual")
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("broken pipe"),
        httpx.RemoteProtocolError("Server disconnected"),
        httpx.Response(500),
        httpx.Response(504, text="gateway time-out"),
        httpx.Response(204),
    ],
)
async def test_a_writing_request_is_never_sent_twice_blindly(client, wire, trouble):
    wire.script = [trouble]
    with pytest.raises(ReplyLost, match=r"journal RR-1 was lost.*look it up"):
        await client.post_record("journalEntry", {"externalId": "RR-1"}, what="journal RR-1")
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.Response(429)]
)
async def test_a_writing_request_that_netsuite_cannot_have_seen_is_sent_again(client, wire, trouble):
    wire.script = [trouble, trouble, CREATED]
    posted = await client.post_record("journalEntry", {"externalId": "RR-1"})
    assert posted.id == "77"
    assert len(wire.requests) == 3


async def test_a_record_is_posted_exactly_and_strictly(client, wire):
    wire.script = [CREATED]
    await client.post_record(
        "journalEntry", {"line": {"items": [{"debit": Decimal("33.30"), "memo": "é\n"}]}}
    )
    request = wire.requests[0]
    assert request.url.path == "/services/rest/record/v1/journalEntry"
    assert request.headers["X-NetSuite-PropertyNameValidation"] == "error"
    assert b'"debit":33.30' in request.content
    assert json.loads(request.content)["line"]["items"][0]["memo"] == "é\n"


async def test_a_refused_record_keeps_netsuites_words_and_place(client, wire, refusal_of):
    words = "Error while accessing a resource. This record already exists."
    wire.script = [refusal_of(400, "USER_ERROR", words, path="externalId")]
    with pytest.raises(DuplicateExternalId) as caught:
        await client.post_record("journalEntry", {})
    assert caught.value.words == words
    assert caught.value.details[0].path == "externalId"
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>log in</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"items": []}),
        httpx.Response(302, headers={"Location": "https://evil.example.com/"}),
    ],
)
async def test_an_answer_of_another_server_is_not_taken_for_netsuites(client, wire, answer):
    wire.script = [answer]
    with pytest.raises(AnswerUnreadable, match="proxy"):
        await client.query("SELECT 1 FROM dual")
    assert len(wire.requests) == 1


async def test_server_failures_can_be_given_up_early_without_giving_up_on_concurrency(
    client, wire, refusal_of
):
    busy = refusal_of(429, "CONCURRENCY_LIMIT_EXCEEDED", BUSY)
    failed = refusal_of(500, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: abc")
    wire.script = [busy, busy, failed, busy, failed]
    with pytest.raises(ServerFailed, match="Error ID: abc"):
        await client.query("SELECT 1 FROM dual", server_attempts=2)
    assert len(wire.requests) == 5


async def test_the_clock_difference_is_taken_from_the_date_header(client, wire, page_of):
    reply = page_of()
    reply.headers["Date"] = "Thu, 09 Oct 2025 09:03:20 GMT"  # 10 minutes after NOW
    wire.script = [reply]
    await client.query("SELECT 1 FROM dual")
    assert client.clock_skew_seconds == 600.0


async def test_events_and_counters_tell_each_attempt_and_no_secret(client, wire, page_of, refusal_of):
    wire.script = [
        refusal_of(429, "CONCURRENCY_LIMIT_EXCEEDED", BUSY),
        page_of({"companyname": "Acme Secret Ltd"}),
    ]
    await client.query(
        "SELECT companyname FROM customer WHERE companyname = ?", ["Acme Secret Ltd"], what="customers"
    )
    assert [(event.attempt, event.status, event.outcome, event.code) for event in wire.events] == [
        (1, 429, "ConcurrencyExceeded", "CONCURRENCY_LIMIT_EXCEEDED"),
        (2, 200, "answered", ""),
    ]
    assert client.usage.requests == 2
    assert client.usage.in_flight == 0
    told = repr(wire.events) + repr(client.usage) + repr(client.credentials)
    for secret in ("cs-secret", "ts-secret", "Acme", "oauth_signature"):
        assert secret not in told


async def test_links_and_redirects_are_never_followed(client, wire, page_of):
    elsewhere = {"rel": "next", "href": "https://evil.example.com/services/rest/query/v1/suiteql?offset=1000"}
    body = {
        "links": [elsewhere],
        "items": [{"links": [elsewhere], "id": "1"}],
        "hasMore": True,
        "totalResults": 2,
    }
    wire.script = [
        httpx.Response(200, json=body),
        httpx.Response(307, headers={"Location": elsewhere["href"]}),
    ]
    page = await client.query("SELECT id FROM item")
    assert (page.has_more, page.rows) == (True, ({"id": "1"},))
    with pytest.raises(AnswerUnreadable, match="status 307"):
        await client.query("SELECT id FROM item")
    assert {request.url.host for request in wire.requests} == {"1234567-sb1.suitetalk.api.netsuite.com"}
