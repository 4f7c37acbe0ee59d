"""Figures of closes, and indexes for pages"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "close_figures",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("period_close_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("base_currency", sa.String(), nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), nullable=False),
        sa.Column("liability_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_close_id"],
            ["period_close.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("period_close_id", "base_currency"),
    )
    op.execute(
        "INSERT INTO close_figures (period_close_id, base_currency, revenue_minor, liability_minor)"
        " SELECT t.period_close_id, t.base_currency,"
        " SUM(CASE WHEN t.credit_role = 'revenue' THEN t.base_minor ELSE 0 END"
        " - CASE WHEN t.debit_role = 'revenue' THEN t.base_minor ELSE 0 END),"
        " SUM(CASE WHEN t.credit_role = 'contract_liability' THEN t.base_minor ELSE 0 END"
        " - CASE WHEN t.debit_role = 'contract_liability' THEN t.base_minor ELSE 0 END)"
        " FROM ledger_transfer t JOIN period_close c ON c.id = t.period_close_id"
        " WHERE c.state IN ('closed', 'reopened', 'reversal')"
        " GROUP BY t.period_close_id, t.base_currency"
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(
            "order_line_problem",
            ["version_id"],
            unique=False,
            sqlite_where=sa.text("problem <> ''"),
            postgresql_where=sa.text("problem <> ''"),
        )

    with op.batch_alter_table("order_version", schema=None) as batch_op:
        batch_op.create_index(
            "order_version_entity",
            ["entity"],
            unique=False,
            sqlite_where=sa.text("subsidiary_id IS NULL AND entity <> ''"),
            postgresql_where=sa.text("subsidiary_id IS NULL AND entity <> ''"),
        )
        batch_op.create_index(
            "order_version_problem",
            ["order_id"],
            unique=False,
            sqlite_where=sa.text("problem <> ''"),
            postgresql_where=sa.text("problem <> ''"),
        )

    with op.batch_alter_table("source_document", schema=None) as batch_op:
        batch_op.create_index(
            "source_document_credit",
            ["state", "id"],
            unique=False,
            sqlite_where=sa.text("kind = 'CustCred'"),
            postgresql_where=sa.text("kind = 'CustCred'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("source_document", schema=None) as batch_op:
        batch_op.drop_index(
            "source_document_credit",
            sqlite_where=sa.text("kind = 'CustCred'"),
            postgresql_where=sa.text("kind = 'CustCred'"),
        )

    with op.batch_alter_table("order_version", schema=None) as batch_op:
        batch_op.drop_index(
            "order_version_problem",
            sqlite_where=sa.text("problem <> ''"),
            postgresql_where=sa.text("problem <> ''"),
        )
        batch_op.drop_index(
            "order_version_entity",
            sqlite_where=sa.text("subsidiary_id IS NULL AND entity <> ''"),
            postgresql_where=sa.text("subsidiary_id IS NULL AND entity <> ''"),
        )

    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index(
            "order_line_problem",
            sqlite_where=sa.text("problem <> ''"),
            postgresql_where=sa.text("problem <> ''"),
        )

    op.drop_table("close_figures")
