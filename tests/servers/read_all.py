"""Reads a whole mailbox at a port of 127.0.0.1; prints how many mails that were, and what memory it took."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from imap_box import HORIZON, line

from goodwill_connectors.imap_mail import ImapMail

if __name__ == "__main__":
    uids: set[str] = set()
    keys: set[str] = set()
    items = 0
    for page in ImapMail(line(int(sys.argv[1])), HORIZON).poll({}, lambda stream, ids: set()):
        for item in page.items:
            items += 1
            uids.add(item.id)
            keys.update(event.keys[0] for event in item.events)
    # getrusage would tell of whoever started this one as well.
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    peak = int(found[1]) // 1024 if found else 0
    print(json.dumps({"items": items, "ids": len(uids), "events": len(keys), "peak": peak}))
