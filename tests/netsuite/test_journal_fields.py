"""Which fields journal lines have: told by the metadata catalogue, or tried one by one."""

import json

import httpx
import pytest

from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.journal_fields import journal_fields
from revrec.netsuite.segments import CustomSegment

REGION = CustomSegment("cseg_region", "customrecord_cseg_region", "Region", True, False)
OLD = CustomSegment("cseg_old", "customrecord_cseg_old", "Old", False, True)


def schema(*required, **more):
    names = ("account", "debit", "memo", "department", "location", "cseg_region", "custcol_grant")
    properties = {name: {"type": "object", "title": name.upper()} for name in names} | more
    items = {"type": "object", "properties": properties, "required": list(required)}
    line = {"type": "object", "properties": {"items": {"type": "array", "items": items}}}
    return {"type": "object", "properties": {"tranDate": {"type": "string"}, "line": line}}


def reply(body):
    return httpx.Response(200, json=body, headers={"Content-Type": "application/schema+json"})


async def test_the_catalogue_tells_segments_columns_and_what_is_required(client, wire):
    wire.script = [reply(schema("account", "department"))]
    found, notices = await journal_fields(AccountColumns(client), [REGION, OLD])
    assert notices == []
    by_field = {one.field: one for one in found}
    assert sorted(by_field) == ["cseg_region", "custcol_grant", "department", "location"]
    assert [one.field for one in found if one.required] == ["department"]
    region = by_field["cseg_region"]
    assert (region.kind, region.source, region.gl_impact) == ("segment", "customrecord_cseg_region", True)
    assert (by_field["custcol_grant"].kind, by_field["custcol_grant"].name) == ("column", "CUSTCOL_GRANT")
    (request,) = wire.requests
    assert request.url.path.endswith("/record/v1/metadata-catalog/journalEntry")
    assert request.headers["Accept"] == "application/schema+json"


@pytest.mark.parametrize("status", [403, 404])
async def test_a_role_that_may_not_see_it_has_the_columns_tried(client, wire, page_of, refusal_of, status):
    def answer(request):
        if request.method == "GET":
            return refusal_of(status, "INSUFFICIENT_PERMISSION", "Permission Violation.")
        if "tl.class" in json.loads(request.content)["q"]:
            return refusal_of(
                400, "INVALID_PARAMETER", "Search error occurred: Unknown identifier 'class'.", "q"
            )
        return page_of()

    wire.script = [answer]
    found, (notice,) = await journal_fields(AccountColumns(client), [REGION, OLD])
    assert {one.field for one in found} == {"department", "location", "cseg_region"}
    assert not any(one.required for one in found)
    assert (notice.kind, notice.what) == ("schema_missing", "journalEntry")
    assert "Permission Violation." in notice.message


async def test_an_account_without_a_line_schema_has_no_fields(client, wire):
    wire.script = [reply({"type": "object", "properties": {}})]
    assert await journal_fields(AccountColumns(client), [REGION]) == ([], [])
