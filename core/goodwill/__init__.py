"""Goodwill: the ledger of your relationships."""

import logging

logging.getLogger("goodwill").addHandler(logging.NullHandler())
