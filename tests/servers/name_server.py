"""A name server of our own, on this machine only."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread

import dns.message
import dns.rdatatype
import dns.resolver
import dns.rrset

Zone = Mapping[str, Sequence[str]]


@contextmanager
def name_server(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """Who asks a name server that knows ``zone`` (records by ``TYPE name.``) and nothing else."""
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
                name, kind = asked.question[0].name, dns.rdatatype.to_text(asked.question[0].rdtype)
                if records := zone.get(f"{kind} {name.to_text()}"):
                    told.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
                one.sendto(told.to_wire(), whom)

        Thread(target=answer, daemon=True).start()
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], one.getsockname()[1]
        yield found
