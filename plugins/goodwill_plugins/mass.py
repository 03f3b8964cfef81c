# ruff: noqa: E501 - a pattern is easier to read and to compare on one line
"""Mail that a machine sent to many, told by its words: exports of old mail have lost the headers that say so."""

from __future__ import annotations

import functools

import re2

MAX_TEXT = 20_000  # characters looked at from either end
ENOUGH = 2  # so many of the lesser marks are as good as a plain one
_PLAIN = (
    r"\bunsubscribe\b|\bto be removed from (?:this|our|the|future)\b|\bremove (?:yourself|your (?:name|address)) from\b",
    r"\bautomated (?:e-?mail|message|notification|calendar)\b|\b(?:automatically|system)[- ]generated\b|\bdo not (?:reply|respond) to this (?:e-?mail|message)\b",
    r"\byou (?:are|'re) (?:receiving|getting) this (?:e-?mail|message|newsletter|mailing|notice|because)|\bthis (?:e-?mail|message|newsletter|mailing) was sent (?:to you|to \S+@|by|because)\b",
    r"\b(?:manage|change|update|edit) your (?:subscriptions?|(?:e-?mail )?preferences|mailing)\b|\bview (?:(?:it|this|this \w+) )?in (?:your|a) (?:web )?browser\b",
    r"\bmulti-part message in mime\b|<(?:html|body|table|tbody|td)\b|^(?:received|return-path|content-transfer-encoding|mime-version): ",
)
_LESSER = (
    r"\b(?:coupon|promo(?:tion(?:al)?)?) codes?\b|\bcoupons?\b|\bgift (?:card|certificate)s? code\b",
    r"\b\d\d?% (?:off|discount)\b|\bfree (?:shipping|delivery)\b|\bsave (?:up to )?[$£€]\d|\bat no (?:extra |additional )?charge\b",
    r"\b(?:limited[- ]time|special|exclusive|introductory) (?:offers?|deals?|savings)\b|\bthis offer\b|\boffer (?:expires|ends|valid)\b",
    r"\bdear (?:valued )?(?:customer|member|traveller|traveler|subscriber|shopper|reader|client|user|guest)s?\b",
    r"\b(?:click|go|visit us) (?:here|below|on the (?:url|link)|online|the link)\b|\bclick (?:simply )?(?:the following|on)\b|-->",
    r"\bthank you for (?:registering|joining|your (?:order|purchase|registration)|shopping|signing up|subscribing)\b|\bregistered member\b|\bwelcome to \w+[.']",
    r"\byour (?:login|user ?name|password|account number|order number)\b|\blogin name\b",
    r"\b(?:terms (?:and|&) conditions|privacy (?:policy|statement)|all rights reserved|copyright (?:\(c\)|©|\d{4}))",
    r"\bnewsletter\b|\be-?newsletter\b|\bthis (?:week|month)'s (?:deals|issue|offers)\b|\bmailing list\b",
    r"\b(?:order|shop|buy|subscribe|register|sign up|vote|book) (?:now|today|online)\b|\bon sale now\b",
)


@functools.cache
def _machine() -> re2.Set:
    options = re2.Options()
    options.max_mem = 64 << 20
    options.log_errors = False
    machine = re2.Set.SearchSet(options)
    for pattern in (*_PLAIN, *_LESSER):
        machine.Add(f"(?m){pattern}")
    machine.Compile()
    return machine


@functools.lru_cache(maxsize=16)
def is_mass(text: str) -> bool:
    """Whether the words are those of a newsletter, a notice or a page of markup, not of a letter."""
    if len(text) > 2 * MAX_TEXT:
        text = f"{text[:MAX_TEXT]} {text[-MAX_TEXT:]}"
    found = _machine().Match(text.lower().encode()) or ()
    return any(index < len(_PLAIN) for index in found) or len(found) >= ENOUGH
