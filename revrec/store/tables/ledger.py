"""The ledger: transfers, one positive amount from a debit role to a credit role. Never changed, never deleted."""

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from revrec.store.columns import big_key, refers
from revrec.store.tables.documents import money


class LedgerTransfer(SQLModel, table=True):
    __tablename__ = "ledger_transfer"
    __table_args__ = (
        Index("ledger_transfer_contract", "contract_id", "period"),
        Index("ledger_transfer_document", "document_id", "line_id"),
        # Recognition of one obligation; billing rows mostly have none.
        Index(
            "ledger_transfer_obligation",
            "obligation_id",
            "period_close_id",
            sqlite_where=text("obligation_id IS NOT NULL"),
            postgresql_where=text("obligation_id IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    period: str
    event: str  # billing recognition adjustment netting fx reassignment opening reversal
    cause: str = ""
    debit_role: str
    credit_role: str
    debit_account_id: int | None = None  # where NetSuite's own posting decides, else by the mapping
    credit_account_id: int | None = None
    contract_id: int | None = Field(default=None, sa_column=refers("contract.id", nullable=True))
    obligation_id: int | None = Field(default=None, sa_column=refers("obligation.id", nullable=True))
    document_id: int | None = Field(default=None, sa_column=refers("source_document.id", nullable=True))
    line_id: int | None = None
    customer_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # CRM customer, ours
    product_id: int | None = None
    category: str = ""
    subsidiary_id: int
    currency: str
    base_currency: str
    amount_minor: int = Field(sa_column=money())
    base_minor: int = Field(sa_column=money())
    segment_set_id: int | None = None
    in_gl: bool = False  # NetSuite's own posting has it already
    order_version_id: int | None = None
    document_version_id: int | None = None
