"""Segments are discovered in the account, policies are held to them, and a journal that NetSuite would refuse fails
before anything is sent."""

import pytest

from api.views.discovered import discovered_segment_views
from api.views.journal_checks import journal_check_views
from revrec.problems import Invalid


def posts(books):
    return [
        one for one in books.netsuite.get("log") if one["method"] == "POST" and "journalEntry" in one["path"]
    ]


def states(books, journal):
    return books.rows("SELECT state, message FROM journal WHERE id = :id", id=journal)[0]


def test_segments_of_the_account_are_discovered_with_their_values(books):
    with books.store.read() as session:
        found = {one.field: one for one in discovered_segment_views(session)}
    assert {"department", "class", "location", "cseg_region"} == {
        one for one in found if found[one].on_journals
    }
    assert (found["cseg_region"].kind, found["cseg_region"].name) == ("segment", "Region")
    assert (found["location"].kind, found["location"].values) == ("standard", 6)
    assert found["department"].kept_apart
    # A location belongs to subsidiaries; a department here to all.
    rows = dict(books.rows("SELECT value_id, subsidiaries FROM segment_value WHERE segment = 'location'"))
    assert rows[3] in ([2], "[2]")


def test_a_policy_names_only_segments_that_the_account_has(books):
    with pytest.raises(Invalid) as refused:
        books.set_policy(journal_segments=["location", "cseg_nowhere"])
    assert "journal lines have no field cseg_nowhere" in refused.value.message
    assert "class, cseg_region, department, location" in refused.value.message
    books.set_policy(journal_segments=["location", "cseg_region"])


def test_before_anything_was_read_no_segment_is_refused(new_books):
    new_books.set_policy(journal_segments=["location", "cseg_nowhere"])


def test_a_feature_that_is_off_leaves_its_segment_out(books):
    books.netsuite.lacks("classes")
    books.run_invoices()
    with books.store.read() as session:
        found = {one.field: one for one in discovered_segment_views(session)}
    assert not found["class"].active
    with pytest.raises(Invalid, match="no field class"):
        books.set_policy(journal_segments=["class"])


def test_a_journal_with_a_value_gone_inactive_fails_and_nothing_is_sent(closed_books):
    books = closed_books
    first, *_ = books.approve()
    department = books.value(
        "SELECT min(v.value_id) FROM segment_value v WHERE v.segment = 'department' AND v.active"
        " AND EXISTS (SELECT 1 FROM journal_line l JOIN segment_set s ON s.id = l.segment_set_id"
        " WHERE l.journal_id = :id AND s.canonical LIKE '%\"department\":\"' || v.value_id || '\"%')",
        id=first,
    )
    books.netsuite.change("deactivate", table="department", id=department)
    books.run_invoices()
    with books.store.read() as session:
        (view,) = journal_check_views(session, [first])
    assert not view.fit
    assert {(one.field, one.value) for one in view.problems} == {("department", str(department))}
    books.run("post", by=books.approver, journals=[first])
    state, message = states(books, first)
    assert state == "failed"
    assert message.startswith("Nothing was sent. Line ")
    assert f"Department {department}" in message
    assert "is inactive in NetSuite" in message
    assert posts(books) == []
    # Made active again there and read again, it goes.
    books.netsuite.change("deactivate", table="department", id=department, inactive=False)
    books.run_invoices()
    books.run("post", by=books.approver, journals=[first])
    assert states(books, first)[0] == "posted"
