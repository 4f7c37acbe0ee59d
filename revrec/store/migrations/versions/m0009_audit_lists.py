"""Events by who, what and on what, newest first"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_action"))
        batch_op.drop_index(batch_op.f("ix_audit_event_subject"))
        batch_op.create_index("audit_event_action", ["action", "id"], unique=False)
        batch_op.create_index("audit_event_actor", ["actor", "id"], unique=False)
        batch_op.create_index("audit_event_subject", ["subject", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("audit_event_subject")
        batch_op.drop_index("audit_event_actor")
        batch_op.drop_index("audit_event_action")
        batch_op.create_index(batch_op.f("ix_audit_event_subject"), ["subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_action"), ["action"], unique=False)
