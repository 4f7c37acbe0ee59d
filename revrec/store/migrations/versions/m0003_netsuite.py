"""What production at NetSuite's side needs"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from revrec.store import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_gate",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("free_at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refused_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account"),
    )
    op.create_table(
        "job_usage",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("retried", sa.BigInteger(), nullable=False),
        sa.Column("busy_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("waited_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["job.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("job_id"),
    )
    op.create_table(
        "api_usage",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("hour", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("retried", sa.BigInteger(), nullable=False),
        sa.Column("busy_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("waited_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("peak", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "flow", "hour"),
    )
    op.create_table(
        "company_entity",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subsidiary_id", sa.BigInteger(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "reference_reading",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["job.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "segment",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("on_journals", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("gl_impact", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("field"),
    )
    op.create_table(
        "gl_balance",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("subsidiary_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), server_default="", nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("ledger_minor", sa.BigInteger(), nullable=True),
        sa.Column("explained_minor", sa.BigInteger(), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["job.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("period", "subsidiary_id", "account_id"),
    )
    op.create_table(
        "gl_item",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("subsidiary_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reference", sa.BigInteger(), nullable=True),
        sa.Column("memo", sa.String(), server_default="", nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gl_item_account", "gl_item", ["period", "subsidiary_id", "account_id"])
    op.create_table(
        "gl_sign_off",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("subsidiary_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("difference_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gl_sign_off_account", "gl_sign_off", ["subsidiary_id", "account_id"])
    with op.batch_alter_table("billing_split", schema=None) as batch_op:
        batch_op.add_column(sa.Column("service_start", sa.Date(), nullable=True))

    with op.batch_alter_table("document_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("posted_minor", sa.BigInteger(), nullable=True))

    op.create_table(
        "swept_document",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("external_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("stamp", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["job.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("job_id", "external_id"),
    )
    with op.batch_alter_table("source_document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("same_at", columns.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("netsuite_customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ignored", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("account_mapping", schema=None) as batch_op:
        batch_op.add_column(sa.Column("department_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("type_reason", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_by", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("certificate", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("certificate_ends", columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("disconnected_at", columns.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paired", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("paired_by", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("held_by", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("netsuite_number", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("netsuite_period", schema=None) as batch_op:
        batch_op.add_column(sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("category_by", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("order_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entity", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("posting_attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("milliseconds", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("job_id", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("segment_value", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "subsidiaries",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
                nullable=True,
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("billing_split", schema=None) as batch_op:
        batch_op.drop_column("service_start")

    with op.batch_alter_table("netsuite_customer", schema=None) as batch_op:
        batch_op.drop_column("ignored")

    with op.batch_alter_table("source_document", schema=None) as batch_op:
        batch_op.drop_column("same_at")

    op.drop_table("swept_document")
    with op.batch_alter_table("segment_value", schema=None) as batch_op:
        batch_op.drop_column("subsidiaries")

    with op.batch_alter_table("posting_attempt", schema=None) as batch_op:
        batch_op.drop_column("job_id")
        batch_op.drop_column("milliseconds")
        batch_op.drop_column("status")

    with op.batch_alter_table("order_version", schema=None) as batch_op:
        batch_op.drop_column("entity")

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("category_by")

    with op.batch_alter_table("netsuite_period", schema=None) as batch_op:
        batch_op.drop_column("active")

    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_column("netsuite_number")
        batch_op.drop_column("held_by")
        batch_op.drop_column("held")

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_column("paired_by")
        batch_op.drop_column("paired")

    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_column("disconnected_at")
        batch_op.drop_column("certificate_ends")
        batch_op.drop_column("certificate")
        batch_op.drop_column("paused_by")

    with op.batch_alter_table("account_mapping", schema=None) as batch_op:
        batch_op.drop_column("type_reason")
        batch_op.drop_column("department_id")

    with op.batch_alter_table("document_line", schema=None) as batch_op:
        batch_op.drop_column("posted_minor")

    op.drop_index("gl_sign_off_account", "gl_sign_off")
    op.drop_table("gl_sign_off")
    op.drop_index("gl_item_account", "gl_item")
    op.drop_table("gl_item")
    op.drop_table("gl_balance")
    op.drop_table("segment")
    op.drop_table("reference_reading")
    op.drop_table("company_entity")
    op.drop_table("api_usage")
    op.drop_table("job_usage")
    op.drop_table("api_gate")
