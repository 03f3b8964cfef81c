"""Where the mail of an address lies, asked of a name server on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import dns.flags
import dns.message
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from goodwill_connectors.imap_hosts import discovered
from goodwill_connectors.imap_line import Server

ZONE = {
    "_imaps._tcp.whole.example.": ["20 1 993 second.whole.example.", "10 1 4993 first.whole.example."],
    "_imap._tcp.plain.example.": ["0 1 143 mail.plain.example."],
    "_imaps._tcp.none.example.": ["0 0 0 ."],
}


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    """Asks a name server of our own, which knows ``ZONE`` and nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                try:
                    raw, whom = one.recvfrom(4096)
                except OSError:
                    return
                asked = dns.message.from_wire(raw)
                told = dns.message.make_response(asked)
                name = asked.question[0].name
                if records := ZONE.get(name.to_text()):
                    told.answer.append(dns.rrset.from_text(name, 60, "IN", "SRV", *records))
                one.sendto(told.to_wire(), whom)

        Thread(target=answer, daemon=True).start()
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], one.getsockname()[1]
        yield found


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
