"""Goodwill: the ledger of your relationships."""
