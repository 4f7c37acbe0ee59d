"""What journals carry: accounts, segments, parts."""

import json

SEGMENTS = {
    "location": "location",
    "department": "department",
    "class": "class",
    "cseg_region": "cseg_region",
}


def revenue_lines(books):
    return books.rows(
        "SELECT j.external_id, l.account_id, l.debit_minor - l.credit_minor, s.canonical FROM journal_line l"
        " JOIN journal j ON j.id = l.journal_id LEFT JOIN segment_set s ON s.id = l.segment_set_id"
        " WHERE l.role = 'revenue'"
    )


def test_revenue_carries_location_department_class_and_region_to_netsuite(posted_books):
    books = posted_books
    held = {one["externalid"]: one for one in books.netsuite.get("journals") if one["externalid"]}
    seen = set()
    for external, account, _, canonical in revenue_lines(books):
        values = json.loads(canonical or "{}")
        seen |= set(values)
        match = [
            line
            for line in held[external]["lines"]
            if line["expenseaccount"] == account
            and {name: str(line[name]) for name in SEGMENTS if line[name] is not None} == values
        ]
        assert match, (external, account, values)
    assert seen == set(SEGMENTS)


def test_balance_sheet_lines_carry_no_segment_unless_asked(closed_books):
    sheet = "SELECT count(*) FROM journal_line WHERE account_id IN (7, 8, 24) AND segment_set_id IS NOT NULL"
    assert closed_books.values(sheet) == [0]
    closed_books.reopen("2026-02")
    closed_books.set_policy(balance_sheet_segments=True)
    closed_books.close("2026-02")
    assert closed_books.value(sheet) > 0


def test_segments_come_from_the_order_line(closed_books):
    """What the CRM's line says is what the revenue of its obligation is booked with."""
    booked = closed_books.rows(
        "SELECT b.obligation_id, s.canonical FROM booked b JOIN segment_set s ON s.id = b.segment_set_id"
    )
    ordered = dict(
        closed_books.rows(
            "SELECT l.obligation_id, s.canonical FROM order_line l JOIN segment_set s ON s.id = l.segment_set_id"
            " JOIN order_version v ON v.id = l.version_id ORDER BY v.number"
        )
    )
    assert booked
    assert all(ordered[obligation] == canonical for obligation, canonical in booked)


def test_a_journal_of_many_lines_is_split_into_balanced_parts(books):
    books.set_policy(journal_max_lines=6)
    books.close("2026-01")
    parts = books.rows(
        "SELECT j.subsidiary_id, j.part, j.parts, count(*), sum(l.debit_minor), sum(l.credit_minor) FROM journal j"
        " JOIN journal_line l ON l.journal_id = j.id GROUP BY j.id, j.subsidiary_id, j.part, j.parts"
    )
    assert max(count for *_, count, _, _ in parts) <= 6
    assert max(total for _, _, total, *_ in parts) > 1
    assert all(debit == credit for *_, debit, credit in parts)
    for subsidiary in {one[0] for one in parts}:
        mine = [one for one in parts if one[0] == subsidiary]
        assert sorted(part for _, part, *_ in mine) == list(range(1, mine[0][2] + 1))
    for part, of, memo in books.rows("SELECT part, parts, memo FROM journal"):
        assert memo == "Revenue recognition 2026-01" + (f", part {part} of {of}" if of > 1 else "")
    books.approve_and_post()
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]
    sent = books.values("SELECT external_id FROM journal")
    assert len(set(sent)) == len(sent)


def test_numbers_are_unbroken_and_external_ids_carry_the_prefix(posted_books):
    rows = posted_books.rows("SELECT sequence, number, external_id, period FROM journal ORDER BY sequence")
    assert [sequence for sequence, *_ in rows] == list(range(1, len(rows) + 1))
    for sequence, number, external, period in rows:
        assert number == f"{period}-{sequence:04d}"
        assert external == f"REVREC-{number}"


def test_journals_are_kept_apart_by_customer_where_asked(books):
    books.set_policy(journal_by_customer=True)
    books.close("2026-01")
    assert books.value("SELECT count(DISTINCT customer_id) FROM journal_line") > 3
    books.approve_and_post()
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]
