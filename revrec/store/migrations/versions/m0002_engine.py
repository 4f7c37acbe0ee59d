"""What the whole engine reads"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from revrec.store import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("bundle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bundle_name"), ["name"], unique=False)

    op.create_table(
        "bundle_product",
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bundle_id", "product_id"),
    )
    op.create_table(
        "credit_decision",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["source_document.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("credit_decision", schema=None) as batch_op:
        batch_op.create_index("credit_decision_document", ["document_id", "line_id"], unique=False)

    op.create_table(
        "credit_rule",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("credit_reason", sa.String(), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("memo_text", sa.String(), nullable=False),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "product_rule",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("asset_kind", sa.String(), nullable=False),
        sa.Column(
            "plan",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("ramp", sa.Boolean(), nullable=False),
        sa.Column("segment_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.ForeignKeyConstraint(
            ["segment_set_id"],
            ["segment_set.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("product_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_rule_product_id"), ["product_id"], unique=False)

    op.create_table(
        "standalone_price",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("min_quantity_e6", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("low_minor", sa.BigInteger(), nullable=True),
        sa.Column("high_minor", sa.BigInteger(), nullable=True),
        sa.Column("per", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("standalone_price", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standalone_price_product_id"), ["product_id"], unique=False)

    op.create_table(
        "price_change",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("undone_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["sales_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("price_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_change_order_id"), ["order_id"], unique=False)

    op.create_table(
        "allocation",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("period_close_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("obligation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_version_id", sa.BigInteger(), nullable=True),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("quantity_e6", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("stated_minor", sa.BigInteger(), nullable=False),
        sa.Column("ssp_minor", sa.BigInteger(), nullable=True),
        sa.Column("ssp_per", sa.String(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("inception_minor", sa.BigInteger(), nullable=False),
        sa.Column("allocated_minor", sa.BigInteger(), nullable=False),
        sa.Column("fixed_minor", sa.BigInteger(), nullable=False),
        sa.Column("leg_from", sa.Date(), nullable=True),
        sa.Column("rest_minor", sa.BigInteger(), nullable=False),
        sa.Column("lump_minor", sa.BigInteger(), nullable=False),
        sa.Column("lump_on", sa.Date(), nullable=True),
        sa.Column("stops_on", sa.Date(), nullable=True),
        sa.Column("flags", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
        ),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["period_close_id"],
            ["period_close.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("obligation_id", "period_close_id"),
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index("allocation_contract", ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation_period_close_id"), ["period_close_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("obligation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("quantity_e6", sa.BigInteger(), nullable=True),
        sa.Column("percent_e6", sa.BigInteger(), nullable=True),
        sa.Column("milestone", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_obligation_id"), ["obligation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_reference"), ["reference"], unique=False)

    op.create_table(
        "line_rule",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("obligation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("asset_kind", sa.String(), nullable=False),
        sa.Column(
            "plan",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("line_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_rule_obligation_id"), ["obligation_id"], unique=False)

    op.create_table(
        "opening_balance",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("obligation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
        ),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("opening_balance", schema=None) as batch_op:
        batch_op.create_index("opening_balance_contract", ["contract_id", "obligation_id"], unique=False)

    op.create_table(
        "treatment_taken",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("period_close_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_version_id"],
            ["order_version.id"],
        ),
        sa.ForeignKeyConstraint(
            ["period_close_id"],
            ["period_close.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("treatment_taken", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_treatment_taken_order_version_id"), ["order_version_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_treatment_taken_period_close_id"), ["period_close_id"], unique=False
        )

    op.create_table(
        "version_treatment",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("order_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_version_id"],
            ["order_version.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("version_treatment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_version_treatment_order_version_id"), ["order_version_id"], unique=False
        )

    op.add_column(
        "document_version", sa.Column("credit_reason", sa.String(), nullable=False, server_default="")
    )
    op.add_column("order_line", sa.Column("region", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "sales_order", sa.Column("combined", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("sales_order", sa.Column("document_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "sales_order_document",
        "sales_order",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("document_id IS NOT NULL"),
        postgresql_where=sa.text("document_id IS NOT NULL"),
    )
    with op.batch_alter_table("billing_split", schema=None) as batch_op:
        batch_op.alter_column("document_id", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    with op.batch_alter_table("billing_split", schema=None) as batch_op:
        batch_op.alter_column("document_id", existing_type=sa.BigInteger(), nullable=False)

    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.drop_index("sales_order_document")
        batch_op.drop_column("document_id")
        batch_op.drop_column("combined")

    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_column("region")

    with op.batch_alter_table("document_version", schema=None) as batch_op:
        batch_op.drop_column("credit_reason")

    with op.batch_alter_table("version_treatment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_treatment_order_version_id"))

    op.drop_table("version_treatment")
    with op.batch_alter_table("treatment_taken", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_treatment_taken_period_close_id"))
        batch_op.drop_index(batch_op.f("ix_treatment_taken_order_version_id"))

    op.drop_table("treatment_taken")
    with op.batch_alter_table("opening_balance", schema=None) as batch_op:
        batch_op.drop_index("opening_balance_contract")

    op.drop_table("opening_balance")
    with op.batch_alter_table("line_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_rule_obligation_id"))

    op.drop_table("line_rule")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_reference"))
        batch_op.drop_index(batch_op.f("ix_delivery_obligation_id"))

    op.drop_table("delivery")
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation_period_close_id"))
        batch_op.drop_index("allocation_contract")

    op.drop_table("allocation")
    with op.batch_alter_table("price_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_price_change_order_id"))

    op.drop_table("price_change")
    with op.batch_alter_table("standalone_price", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standalone_price_product_id"))

    op.drop_table("standalone_price")
    with op.batch_alter_table("product_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_rule_product_id"))

    op.drop_table("product_rule")
    op.drop_table("credit_rule")
    with op.batch_alter_table("credit_decision", schema=None) as batch_op:
        batch_op.drop_index("credit_decision_document")

    op.drop_table("credit_decision")
    op.drop_table("bundle_product")
    with op.batch_alter_table("bundle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bundle_name"))

    op.drop_table("bundle")
