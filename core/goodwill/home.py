"""Where everything is kept unless the user says otherwise."""

from __future__ import annotations

TYPE_CHECKING = False  # as in ``typing``, which takes longer to load than all of this
if TYPE_CHECKING:
    from pathlib import Path


def default_home() -> Path:
    """Return the platform's folder for a program's data."""
    import platformdirs

    return platformdirs.user_data_path("goodwill", appauthor=False)
