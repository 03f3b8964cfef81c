"""The page: what the door shows the owner's own browser."""
