"""Which calendar entry an item of a stream holds, so that it can be called off when the item is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("key", sa.BigInteger()))
    held = sa.text("key IS NOT NULL")
    op.create_index("items_by_key", "items", ["key"], sqlite_where=held, postgresql_where=held)
