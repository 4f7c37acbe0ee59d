"""Which NetSuite documents count: posted, not voided, not pending approval or rejected.

`accountinglinetype` and `approvalstatus` are never filters: they are null on many documents, and a null vanishes.
Composite statuses are compared through BUILTIN.CF, as NetSuite advises.
"""

from __future__ import annotations

from revrec.netsuite.documents import CREDIT_MEMO, INVOICE

TYPES = (INVOICE, CREDIT_MEMO)
TYPE_CONDITION = "t.type IN ('CustInvc', 'CustCred')"
LEFT_OUT_STATUSES = tuple(f"{kind}:{letter}" for kind in TYPES for letter in "DEV")
CONDITIONS = (
    TYPE_CONDITION,
    "t.posting = 'T'",
    "t.voided = 'F'",
    "BUILTIN.CF(t.status) NOT IN (" + ", ".join(f"'{status}'" for status in LEFT_OUT_STATUSES) + ")",
)
