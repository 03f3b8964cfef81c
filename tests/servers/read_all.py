"""Reads a whole mailbox at a port of 127.0.0.1; prints how many mails that were, and what memory it took."""

from __future__ import annotations

import json
import resource
import sys

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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"items": items, "ids": len(uids), "events": len(keys), "peak": peak}))
