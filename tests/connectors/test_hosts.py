"""Where the mail and the calendars of an address lie, asked of a name server on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import dns.resolver
import pytest
from name_server import name_server

from goodwill_connectors.caldav_hosts import candidates
from goodwill_connectors.imap_hosts import discovered
from goodwill_connectors.imap_line import Server

ZONE = {
    "SRV _imaps._tcp.whole.example.": ["20 1 993 second.whole.example.", "10 1 4993 first.whole.example."],
    "SRV _imap._tcp.plain.example.": ["0 1 143 mail.plain.example."],
    "SRV _imaps._tcp.none.example.": ["0 0 0 ."],
    "SRV _caldavs._tcp.whole.example.": ["0 1 443 dav.whole.example."],
    "TXT _caldavs._tcp.whole.example.": ['"path=/calendars"'],
    "SRV _caldavs._tcp.plain.example.": ["0 1 8443 dav.plain.example."],
}


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    with name_server(ZONE) as one:
        yield one


def test_a_large_provider_is_known_without_asking():
    assert discovered("icloud.com") == Server("imap.mail.me.com", 993)
    assert discovered("proton.me") == Server("127.0.0.1", 1143, "starttls")


def test_a_domain_says_where_its_mail_lies(resolver: dns.resolver.Resolver):
    assert discovered("whole.example", resolver) == Server("first.whole.example", 4993)
    assert discovered("plain.example", resolver) == Server("mail.plain.example", 143, "starttls")


def test_a_domain_without_imap_or_without_a_word(resolver: dns.resolver.Resolver):
    assert discovered("none.example", resolver) is None
    assert discovered("unknown.example", resolver) is None
    assert discovered("not a domain..", resolver) is None


def test_a_domain_says_where_its_calendars_lie(resolver: dns.resolver.Resolver):
    well_known = "/.well-known/caldav"
    own = f"https://whole.example{well_known}"
    assert candidates("whole.example", resolver) == ["https://dav.whole.example/calendars", own]
    assert candidates("plain.example", resolver)[0] == f"https://dav.plain.example:8443{well_known}"
    assert candidates("unknown.example", resolver) == [f"https://unknown.example{well_known}"]
    assert candidates("icloud.com", resolver) == ["https://caldav.icloud.com/"]
