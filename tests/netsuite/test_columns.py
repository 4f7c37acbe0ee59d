"""Columns that an account lacks are dropped with a notice; what is required fails."""

import asyncio
import json

import httpx
import pytest

from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.errors import ServerFailed, UnknownIdentifier

SELECT = Select(
    "the query for things",
    (
        Column("id", "t.id"),
        Column("subsidiary", "t.subsidiary", "the OneWorld feature"),
        Column("rate", "t.exchangerate", "currencies"),
        Column("booked", "tal.exchangerate", "books"),
        Column("amount", "t.foreigntotal", "currencies", otherwise="t.total"),
    ),
    "transaction t INNER JOIN transactionaccountingline tal ON tal.transaction = t.id",
)


class Account:
    """Answers queries as an account that lacks these expressions: by name, or with a bare 500."""

    def __init__(self, *absent: str, silent: bool = False) -> None:
        self.absent, self.silent, self.asked = absent, silent, []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sql = json.loads(request.content)["q"]
        self.asked.append(sql)
        lacking = next((one for one in self.absent if one in sql), None)
        if lacking is None:
            return httpx.Response(200, json={"items": [{"links": [], "id": "1"}], "hasMore": False})
        if self.silent:
            return _error(500, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: 1")
        name = lacking.split(".")[1]
        return _error(400, "INVALID_PARAMETER", f"Search error occurred: Unknown identifier '{name}'.")


def _error(status: int, code: str, detail: str) -> httpx.Response:
    return httpx.Response(status, json={"o:errorDetails": [{"detail": detail, "o:errorCode": code}]})


async def ask(columns: AccountColumns):
    return await columns.ask(SELECT, lambda missing: SELECT.sql(missing, "WHERE t.id > 5", "ORDER BY t.id"))


async def test_a_whole_account_is_asked_once(client, wire):
    account = Account()
    wire.script = [account]
    columns = AccountColumns(client)
    await ask(columns)
    assert account.asked == [
        "SELECT t.id AS id, t.subsidiary AS subsidiary, t.exchangerate AS rate, tal.exchangerate AS booked, "
        "t.foreigntotal AS amount FROM transaction t INNER JOIN transactionaccountingline tal "
        "ON tal.transaction = t.id WHERE t.id > 5 ORDER BY t.id"
    ]
    assert columns.notices == []


@pytest.mark.parametrize("silent", [False, True])
async def test_missing_columns_are_dropped_and_remembered(client, wire, silent):
    account = Account("t.subsidiary", "t.foreigntotal", silent=silent)
    wire.script = [account]
    columns = AccountColumns(client)
    assert (await ask(columns)).rows == ({"id": "1"},)
    assert account.asked[-1].startswith(
        "SELECT t.id AS id, t.exchangerate AS rate, tal.exchangerate AS booked, t.total AS amount FROM"
    )
    asked = len(account.asked)
    await ask(columns)
    assert len(account.asked) == asked + 1
    assert [notice.what for notice in columns.notices] == ["t.subsidiary", "t.foreigntotal"]
    assert "OneWorld" in columns.notices[0].message
    assert "read in its place" in columns.notices[1].message


async def test_a_name_that_two_tables_share_drops_only_the_one_that_is_missing(client, wire):
    wire.script = [Account("tal.exchangerate")]
    columns = AccountColumns(client)
    await ask(columns)
    assert columns.missing == {"tal.exchangerate"}


async def test_a_required_column_that_is_missing_is_an_error(client, wire):
    wire.script = [Account("t.id")]
    with pytest.raises(UnknownIdentifier) as caught:
        await ask(AccountColumns(client))
    assert caught.value.name == "id"


async def test_a_server_that_fails_for_another_reason_loses_no_column(make_client, wire):
    wire.script = [lambda request: _error(500, "SERVER_BUSY", "Down for maintenance")]
    async with make_client(max_attempts=3) as client:
        columns = AccountColumns(client)
        with pytest.raises(ServerFailed, match="maintenance"):
            await ask(columns)
    assert columns.notices == []


async def test_a_short_failure_is_outlived_though_probing_found_nothing(client, wire):
    failing = [_error(500, "UNEXPECTED_ERROR", "Error ID: 2")] * 2
    account = Account()
    wire.script = [*failing, account]
    columns = AccountColumns(client)
    assert (await ask(columns)).rows == ({"id": "1"},)
    assert columns.notices == []


@pytest.mark.parametrize("silent", [False, True])
async def test_requests_side_by_side_that_find_the_same_column_missing_all_go_on(client, wire, silent):
    account = Account("t.subsidiary", silent=silent)
    wire.script = [account]
    columns = AccountColumns(client)
    pages = await asyncio.gather(*(ask(columns) for _ in range(6)))
    assert all(page.rows == ({"id": "1"},) for page in pages)
    assert [notice.what for notice in columns.notices] == ["t.subsidiary"]


async def test_an_outage_is_not_taken_for_missing_columns(make_client, wire):
    wire.script = [
        lambda request: _error(500, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: 3")
    ]
    async with make_client(max_attempts=3) as client:
        columns = AccountColumns(client)
        with pytest.raises(ServerFailed, match="Error ID: 3"):
            await ask(columns)
    assert columns.notices == []


class ShakyAccount(Account):
    """Fails the first time that each of these expressions is asked for alone, so many times in a row."""

    def __init__(self, failures: dict[str, int]) -> None:
        super().__init__()
        self.failures = failures

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sql = json.loads(request.content)["q"]
        probed = next((one for one in self.failures if sql.startswith(f"SELECT {one} AS")), None)
        whole = "WHERE 1 = 0" not in sql
        key = "whole" if whole else probed
        if key in self.failures and self.failures[key] > 0:
            self.failures[key] -= 1
            return _error(500, "UNEXPECTED_ERROR", "Error ID: 4")
        return super().__call__(request)


async def test_a_column_that_fails_a_few_times_on_a_shaky_line_is_not_lost(client, wire):
    wire.script = [ShakyAccount({"whole": 2, "t.subsidiary": 4, "tal.exchangerate": 3})]
    columns = AccountColumns(client)
    assert (await ask(columns)).rows == ({"id": "1"},)
    assert columns.notices == []


async def test_a_request_outlives_failures_though_its_neighbour_found_the_query_good(make_client, wire):
    """Both asked before either was answered: one succeeds at once, the other is as patient as any later one."""
    answered = iter([500, 200, 500, 500, 500, 200, *[200] * 20])

    def answer(request: httpx.Request) -> httpx.Response:
        if "WHERE 1 = 0" in json.loads(request.content)["q"] or next(answered) == 200:
            return Account()(request)
        return _error(500, "UNEXPECTED_ERROR", "Error ID: 5")

    wire.script = [answer]
    async with make_client(sleep=lambda seconds: asyncio.sleep(0)) as client:
        columns = AccountColumns(client)
        pages = await asyncio.gather(ask(columns), ask(columns))
    assert [page.rows for page in pages] == [({"id": "1"},), ({"id": "1"},)]
    assert columns.notices == []
