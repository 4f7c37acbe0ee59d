"""Balances by customer"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("balance", schema=None) as batch_op:
        batch_op.create_index("balance_customer", ["customer_id", "period_close_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("balance", schema=None) as batch_op:
        batch_op.drop_index("balance_customer")
