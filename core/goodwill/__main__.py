"""``python -m goodwill``."""

import sys

from goodwill.cli import main

sys.exit(main())
