"""What users do to the source: each change keeps documents balanced and shows itself as NetSuite would show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

STAMP = "TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate),'YYYY-MM-DD HH24:MI:SS')"


@pytest.fixture(autouse=True)
def _everything_still_balances(own: Any) -> Iterator[None]:
    yield
    for table, column in (("transactionline", "foreignamount"), ("transactionaccountingline", "amount")):
        assert own.rows(
            f"SELECT s.t FROM (SELECT transaction t, SUM({column}) total FROM {table} GROUP BY transaction) s"
            " WHERE s.total <> 0"
        ) == []  # fmt: skip


def invoice(own: Any, status: str = "A", place: int = 0) -> int:
    return int(own.pick(status=status)[place]["id"])


def item_line(own: Any, number: int) -> dict[str, str]:
    return dict(
        own.rows(
            "SELECT id, foreignamount FROM transactionline WHERE mainline = 'F' AND taxline = 'F' AND iscogs = 'F'"
            f" AND itemtype IN ('Service', 'NonInvtPart') AND transaction = {number} ORDER BY id"
        )[0]
    )


def test_an_edited_line_moves_the_total_the_ledger_and_the_stamps(own: Any) -> None:
    number = invoice(own)
    line = item_line(own, number)
    total = f"SELECT foreigntotal, {STAMP} m FROM transaction WHERE id = {number}"
    before = own.one(total)
    own.change("edit_line", transaction=number, line=int(line["id"]), amount="12345.67")
    after = own.one(total)
    moved = 12345.67 + float(line["foreignamount"])
    assert float(after["foreigntotal"]) == pytest.approx(float(before["foreigntotal"]) + moved)
    assert after["m"] > before["m"]
    where = f"transaction = {number}"
    assert own.one(f"SELECT foreignamount f FROM transactionline WHERE {where} AND id = {line['id']}") == {
        "f": "-12345.67"
    }
    main = own.one(f"SELECT foreignamount f FROM transactionline WHERE {where} AND mainline = 'T'")
    assert main["f"] == after["foreigntotal"]


def test_a_line_may_change_without_its_headers_stamp(own: Any) -> None:
    number = invoice(own)
    stamp = f"SELECT {STAMP} m FROM transaction WHERE id = {number}"
    before = own.one(stamp)
    own.change(
        "edit_line",
        transaction=number,
        line=1,
        service_start="2026-02-01",
        department=2,
        moves_header_stamp=False,
    )
    assert own.one(stamp) == before
    assert own.one(
        "SELECT TO_CHAR(revrecstartdate,'YYYY-MM-DD') s, department FROM transactionline"
        f" WHERE transaction = {number} AND id = 1"
    ) == {"s": "2026-02-01", "department": "2"}


def test_a_deleted_document_is_seen_in_deletedrecord_only(own: Any) -> None:
    number = invoice(own)
    own.change("delete", transaction=number)
    assert own.rows(f"SELECT id FROM transaction WHERE id = {number}") == []
    assert own.rows(f"SELECT id FROM transactionline WHERE transaction = {number}") == []
    row = own.one("SELECT recordid, type, scriptid, recordtypeid FROM deletedrecord")
    assert row == {"recordid": str(number), "type": "Invoice", "scriptid": "INVOICE", "recordtypeid": "7"}


def test_a_direct_void_leaves_the_lines_at_zero(own: Any) -> None:
    number = invoice(own)
    lines = int(own.one(f"SELECT COUNT(*) n FROM transactionline WHERE transaction = {number}")["n"])
    own.change("void", transaction=number)
    head = own.one(f"SELECT voided, status, foreigntotal, posting FROM transaction WHERE id = {number}")
    assert head == {"voided": "T", "status": "V", "foreigntotal": "0", "posting": "T"}
    left = own.one(
        f"SELECT COUNT(*) n, SUM(ABS(foreignamount)) s FROM transactionline WHERE transaction = {number}"
    )
    assert left == {"n": str(lines), "s": "0"}


def test_a_void_by_reversing_journal_leaves_the_amounts_and_adds_a_journal(own: Any) -> None:
    number = invoice(own)
    total = own.one(f"SELECT foreigntotal f FROM transaction WHERE id = {number}")
    made = own.change("void", transaction=number, style="reversing_journal")
    assert own.one(f"SELECT foreigntotal f FROM transaction WHERE id = {number}") == total
    assert own.one(f"SELECT voided FROM transaction WHERE id = {number}") == {"voided": "T"}
    assert own.one(f"SELECT type FROM transaction WHERE id = {made['journal']}") == {"type": "Journal"}
    both = own.one(
        "SELECT COUNT(*) n FROM (SELECT account, SUM(amount) s FROM transactionaccountingline"
        f" WHERE transaction IN ({number}, {made['journal']}) GROUP BY account) x WHERE x.s <> 0"
    )
    assert both == {"n": "0"}


def test_a_credit_memo_made_from_an_invoice_takes_it_back(own: Any) -> None:
    number = invoice(own)
    made = own.change("add_credit", invoice=number, percent=100, date="2026-04-15", period=123)["transaction"]
    sums = (
        "SELECT tal.account, SUM(tl.foreignamount) f FROM transactionline tl JOIN transactionaccountingline tal"
        " ON tal.transaction = tl.transaction AND tal.transactionline ="
        " tl.id WHERE tl.transaction {} GROUP BY tal.account"
        " HAVING SUM(tl.foreignamount) <> 0"
    )
    assert own.rows(sums.format(f"= {number}"))
    assert own.rows(sums.format(f"IN ({number}, {made})")) == []
    head = own.one(
        "SELECT type, status, postingperiod, TO_CHAR(trandate,'YYYY-MM-DD') d, SIGN(foreigntotal) s FROM transaction"
        f" WHERE id = {made}"
    )
    assert head == {"type": "CustCred", "status": "A", "postingperiod": "123", "d": "2026-04-15", "s": "-1"}
    assert own.one(f"SELECT DISTINCT createdfrom c FROM transactionline WHERE transaction = {made}") == {
        "c": str(number)
    }
    assert own.one(f"SELECT previousdoc p FROM nexttransactionlinelink WHERE nextdoc = {made}") == {
        "p": str(number)
    }


def test_a_credit_memo_may_name_no_invoice_and_no_order(own: Any) -> None:
    made = own.change("add_credit", invoice=invoice(own), percent=10, created_from=False, names_order=False)[
        "transaction"
    ]
    row = own.one(
        "SELECT t.otherrefnum, tl.createdfrom, tl.quantity q,"
        " tl.foreignamount f FROM transaction t JOIN transactionline tl"
        f" ON tl.transaction = t.id WHERE t.id = {made} AND tl.id = 1"
    )
    assert set(row) == {"q", "f"}
    assert not row["f"].startswith("-")


def test_an_approved_invoice_begins_to_post(own: Any) -> None:
    pending = own.pick(status="D", limit=1)[0]["id"]
    posting = f"SELECT DISTINCT t.posting a, tal.posting b, t.status s FROM transaction t JOIN transactionaccountingline tal ON tal.transaction = t.id WHERE t.id = {pending}"  # noqa: E501
    assert own.one(posting) == {"a": "F", "b": "F", "s": "D"}
    own.change("approve", transaction=pending)
    assert own.one(posting) == {"a": "T", "b": "T", "s": "A"}


def test_a_payment_moves_the_headers_stamp_and_not_the_lines(own: Any) -> None:
    number = invoice(own)
    line = (
        f"SELECT MAX(TO_CHAR(linelastmodifieddate,'YYYY-MM-DD HH24:MI:SS')) m"
        f" FROM transactionline WHERE transaction = {number}"
    )
    head = f"SELECT {STAMP} m FROM transaction WHERE id = {number}"
    lines_before, head_before = own.one(line), own.one(head)
    own.change("pay", transaction=number)
    assert own.one(line) == lines_before
    assert own.one(head)["m"] > head_before["m"]
    assert own.one(f"SELECT status, foreignamountunpaid u FROM transaction WHERE id = {number}") == {
        "status": "B",
        "u": "0",
    }


def test_many_documents_can_share_one_second(own: Any) -> None:
    own.change("touch", first_id=20_001, last_id=20_050, at_utc=1_777_000_000)
    assert own.one(f"SELECT COUNT(*) n, COUNT(DISTINCT {STAMP}) k FROM transaction WHERE id <= 20050") == {
        "n": "50",
        "k": "1",
    }


def test_a_renamed_customer_changes_no_document(own: Any) -> None:
    stamps = f"SELECT MAX({STAMP}) m FROM transaction"
    before = own.one(stamps)
    own.change("rename_customer", customer=1001, name="Nouveau Nom S.A.")
    assert own.one("SELECT altname, companyname FROM customer WHERE id = 1001") == {
        "altname": "Nouveau Nom S.A.",
        "companyname": "Nouveau Nom S.A.",
    }
    assert own.one(stamps) == before


def test_merged_customers_leave_one(own: Any) -> None:
    first, second = (int(row["id"]) for row in own.rows("SELECT id FROM customer ORDER BY id")[:2])
    moved = own.change("merge_customers", duplicate=second, into=first)["moved"]
    assert moved > 0
    assert own.one(f"SELECT COUNT(*) n FROM transaction WHERE entity = {second}") == {"n": "0"}
    assert own.rows(f"SELECT id FROM customer WHERE id = {second}") == []
    assert own.one("SELECT recordid FROM deletedrecord WHERE scriptid = 'CUSTOMER'") == {
        "recordid": str(second)
    }


@pytest.mark.parametrize(
    "change",
    [
        {"change": "delete", "transaction": 1},
        {"change": "edit_line", "transaction": 20001, "line": 999, "amount": "1"},
        {"change": "rename_customer", "customer": 1, "name": "x"},
        {"change": "set_period", "period": 1, "state": "open"},
    ],
)
def test_a_change_to_what_is_not_there_says_so(own: Any, change: dict[str, Any]) -> None:
    assert own.http.post(f"{own.url}/_sim/change", json=change).status_code == 404
