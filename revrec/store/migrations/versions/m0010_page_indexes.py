"""Indexes for pages"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_version_tran_id"), ["tran_id"], unique=False)

    with op.batch_alter_table("ledger_transfer", schema=None) as batch_op:
        batch_op.create_index(
            "ledger_transfer_obligation",
            ["obligation_id", "period_close_id"],
            unique=False,
            sqlite_where=sa.text("obligation_id IS NOT NULL"),
            postgresql_where=sa.text("obligation_id IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("ledger_transfer", schema=None) as batch_op:
        batch_op.drop_index(
            "ledger_transfer_obligation",
            sqlite_where=sa.text("obligation_id IS NOT NULL"),
            postgresql_where=sa.text("obligation_id IS NOT NULL"),
        )

    with op.batch_alter_table("document_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_version_tran_id"))
