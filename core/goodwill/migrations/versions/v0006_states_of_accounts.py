"""What kind of trouble an account is in, and how often in a row."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("kind", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
