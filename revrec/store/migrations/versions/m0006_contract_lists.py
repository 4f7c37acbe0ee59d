"""What lists of contracts are sorted and filtered by"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PRICES = """
UPDATE contract SET currency = priced.currency, stated_minor = priced.stated_minor
FROM (
  SELECT contract_id,
         CASE WHEN min(currency) = max(currency) THEN max(currency) ELSE '' END AS currency,
         CASE WHEN min(currency) = max(currency) THEN sum(price) ELSE 0 END AS stated_minor
  FROM (
    SELECT o.contract_id, v.currency, coalesce(sum(l.amount_minor), 0) AS price
    FROM sales_order o
    JOIN order_version v
      ON v.id = (SELECT max(n.id) FROM order_version n WHERE n.order_id = o.id AND n.published)
    LEFT JOIN order_line l ON l.version_id = v.id
    WHERE o.contract_id IS NOT NULL AND o.document_id IS NULL
    GROUP BY o.contract_id, v.currency
    UNION ALL
    SELECT o.contract_id, v.currency, sum(l.billing_minor) AS price
    FROM sales_order o
    JOIN source_document d ON d.id = o.document_id
    JOIN document_version v ON v.id = d.current_version_id
    JOIN document_line l ON l.version_id = v.id
    WHERE d.state = 'loaded' AND l.role = 'billing' AND l.billing_minor >= 0
    GROUP BY o.contract_id, v.currency
  ) AS part
  GROUP BY contract_id
) AS priced
WHERE contract.id = priced.contract_id
"""


def upgrade() -> None:
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("currency", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("stated_minor", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.create_index("contract_currency", ["currency", "stated_minor"], unique=False)
        batch_op.create_index("contract_stated", ["stated_minor", "id"], unique=False)

    with op.batch_alter_table("waiting_item", schema=None) as batch_op:
        batch_op.create_index("waiting_item_contract", ["period_close_id", "contract_id"], unique=False)

    op.execute(PRICES)


def downgrade() -> None:
    with op.batch_alter_table("waiting_item", schema=None) as batch_op:
        batch_op.drop_index("waiting_item_contract")

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index("contract_stated")
        batch_op.drop_index("contract_currency")
        batch_op.drop_column("stated_minor")
        batch_op.drop_column("currency")
