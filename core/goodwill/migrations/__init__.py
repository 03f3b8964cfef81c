"""Schema revisions of the store, applied by Alembic."""
