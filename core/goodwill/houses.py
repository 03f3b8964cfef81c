"""Which organisation an address belongs to, by its domain (pure)."""

from __future__ import annotations

import functools
import re

_FREE_MAIL = """
posteo.de rr.com
gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk live.com msn.com yahoo.com
yahoo.co.uk ymail.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.com web.de
t-online.de mail.com mail.ru yandex.ru qq.com 163.com 126.com proton.me protonmail.com
pm.me zoho.com fastmail.com fastmail.fm hey.com orange.fr wanadoo.fr free.fr laposte.net
libero.it virgilio.it tiscali.it comcast.net verizon.net sbcglobal.net att.net
bellsouth.net cox.net earthlink.net juno.com btinternet.com sky.com talktalk.net
virginmedia.com ntlworld.com shaw.ca rogers.com sympatico.ca bigpond.com optusnet.com.au
xtra.co.nz rediffmail.com naver.com daum.net hanmail.net seznam.cz wp.pl o2.pl interia.pl
bluewin.ch hispeed.ch telenet.be skynet.be ziggo.nl kpnmail.nl home.nl uol.com.br
bol.com.br terra.com.br webtv.net compuserve.com swbell.net mindspring.com excite.com
prodigy.net pacbell.net
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())
_SECOND_LEVEL = frozenset(
    ("co", "com", "org", "net", "gov", "edu", "ac", "ltd", "plc", "me", "nhs", "sch", "gob", "or", "ne", "go")
)
_FREE_NAME = re.compile(
    r"^(?:[a-z]*(?:mail|post)|.*(?:freemail|webmail|homemail|homepost|students?|alumni))\.(?:example|test|invalid)$"
)


@functools.lru_cache(maxsize=4096)
def house(address: str) -> str:
    """Return the registrable domain of ``address``; "" for none, and for free mail, nobody's house."""
    domain = address.rpartition("@")[2].strip(".").lower()
    labels = domain.split(".")
    if len(labels) < 2:
        return ""
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    registrable = ".".join(labels[-3:] if deep else labels[-2:])
    return "" if registrable in FREE_MAIL or _FREE_NAME.match(registrable) else registrable


def same_house(one: str, other: str) -> bool:
    """Whether both addresses belong to one organisation."""
    return bool(house(one)) and house(one) == house(other)


def colleagues(address: str, owner: frozenset[str]) -> bool:
    """Whether the address belongs to the organisation of one of the owner's; free mail is none."""
    return any(same_house(address, own) for own in owner)
