"""Accounts that are polled, how far their streams are read, and which entry an occurrence belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(length=320), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("connected_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger()),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("wait_until", sa.BigInteger()),
        sa.Column("trouble", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column("streams", sa.Column("done", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("streams", sa.Column("total", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("streams", sa.Column("reaches", sa.BigInteger()))
    op.add_column("events", sa.Column("series", sa.BigInteger()))
    op.create_index("ix_events_series", "events", ["series"])
