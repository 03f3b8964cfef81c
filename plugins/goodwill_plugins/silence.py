# ruff: noqa: E501 - a pattern is easier to read and to compare on one line
"""Sentences that only look like asks: offers in question form, reported and rhetorical asks, refusals."""

from __future__ import annotations

import re2

from goodwill_plugins.reading import Line

_OFFERS = frozenset(("offer.could_you_use", "offer.would_help", "offer.let_me", "offer.anything"))
_DIRECT = frozenset(
    ("request.please", "request.verb_me", "request.favour", "request.mind", "request.grateful")
)
_TO_YOU = frozenset(("form.you", "request.please", "request.favour"))

_MEAL = (
    r"(?:lunch|dinner|breakfast|brunch|supper|coffee|tea|a drink|drinks|a pint|a beer|a meal|a glass|a round)"
)
_INVITES = re2.compile(
    rf"\b(?:can|could|may|might|let|shall) (?:i|we|me|us) (?:take|treat|invite|buy|stand|cook|make) (?:you|the two of you|you both)\b.{{0,40}}\b{_MEAL}\b"
    rf"|\b(?:i'd|i would|we'd|we would) (?:love|like) to (?:take|treat|invite|buy|cook|have) you\b.{{0,40}}\b(?:{_MEAL}|to our|to my|over)\b"
    rf"|\bwould you (?:and \w+ )?(?:like|care|love|both like) to (?:come|join us|join me)\b.{{0,30}}\b(?:{_MEAL}|barbecue|bbq|party|wedding|picnic|concert|our place|ours)\b"
    r"|\b(?:would|do|could|can|will) you (?:and \w+ )?(?:be able to |want to |like to |fancy |care to )?(?:come|go|coming|going) (?:along )?to (?:see )?(?:the|a|our|my|this) (?:\w+ ){0,2}(?:game|match|concert|show|film|movie|play|gig|opera|fair|festival|party|cinema|pub|beach) with (?:me|us)\b"
    rf"|\b(?:{_MEAL}|lunch|dinner|drinks) (?:is|are) on (?:me|us)\b|\bas (?:a|my|our) (?:small |little )?thank[- ]you\b|\bto say (?:thank you|thanks)\b"
)  # fmt: skip
# A meal with a purpose of the writer's own asks, whoever pays.
_PURPOSE = re2.compile(
    r"\b(?:brains?|ask you|hear|learn|advice|discuss|about|question|questions|thoughts|favou?r|introduc\w*|recommend\w*|tell me|help me|write|share)\b"
)


_NO_ASKS = re2.compile(
    r"\b(?:would|will|could|do|did|am|are|is|i'd|i'll|i'm|we'd|we'll|we're)?(?:n't| not| never) (?:\w+ ){0,2}(?:ask|asking|expect|expecting) (?:you|u|anyone|anybody)\b|\bnever ask (?:you|u)\b"
    r"|\bno (?:longer any )?need (?:for you )?to\b|\b(?:don't|do not|please don't) (?:bother|trouble)\b|\bit can wait\b"
    r"|\b(?:do not|don't|never) hesitate to\b|\blook(?:ing)? forward to (?:hearing|your|seeing|meeting|it|working|having|catching)\b|\bfeel free to (?:call|contact|reach|ask|e-?mail|write|get in touch|ring|text)\b|\bcan i just say\b"
    r"|\bfavou?rs? you(?:'ve| have)? (?:did|done)\b|\byou(?:'ve| have)? (?:did|done) (?:me|us) (?:a|such a|an?other|the)\b|^\W*(?:(?:and|so|wow|thanks|well)\W+)?i (?:really )?owe you (?:one|big|two|another|a (?:drink|beer|pint|coffee|lunch))\b"
    r"|\bif you(?:'re)? (?:ever )?(?:need|want|stuck|get stuck|short).{0,80}\b(?:just |do |please )?(?:call|ring|ask|tell|shout|say|let me know|give me|come to|count on|drop me|text)\b"
    r"|\b(?:remove|take|strike) me (?:from|off)\b.{0,40}\blists?\b|\bunsubscribe me\b|\bmind not \w+ing\b|\b(?:she|he|they) asked (?:me|us) ?[:,\"]"
    r"|\b(?:tell me|let me know|say) (?:how|what|if|whether|when) (?:i|we) (?:can|could|may|might) (?:help|do|be of)\b|\b(?:i|we)(?:'d| would|'ll| will) be (?:\w+ )?(?:glad|happy|delighted|pleased) to (?:introduce|help|lend|show|read|write|drive|recommend|put you) \b"
    r"|\bthank(?:s| you) (?:so much |very much |again |kindly )?for (?:asking|offering|wondering|checking|enquiring)\b"
    r"|^\W*you (?:once |also |just |then )?(?:wrote|asked|said)(?: me| us)?\W{0,3}[\"“‘':]|\b(?:wondered|was wondering|were asking|wanted to know)\W{0,2}[:“\"]"
    r"|^\W*who (?:on earth )?(?:gave|told|said|taught|asked|ever)\b"
)  # fmt: skip
_OFFERED = re2.compile(
    r"\b(?:could|can) you use (?:a|an|some|any|another)\b|\bwould it help (?:you |at all )?if (?:i|we)\b|\bdo you (?:need|want) (?:a (?:lift|hand|ride|second pair)|help|me to|any help)\b"
    r"|\b(?:could|can|may|might) (?:i|we) (?:introduce|connect) you\b|(?:^|\W)(?:do you )?want me to\b|\bshall (?:i|we) (?:introduce|put|send|ask|bring|drive|take|fetch|help|look|pick)\b|\bwould you like (?:me|us) to\b|\bneed (?:a lift|a hand)\b.{0,40}\?"
)  # fmt: skip


def is_outright_offer(line: Line) -> bool:
    """Whether the sentence plainly offers something, in the form of a question."""
    return bool(_OFFERED.search(line.sentence.text.lower()))


def is_invitation(line: Line) -> bool:
    """Whether the sentence invites its reader to something that costs the writer, not the reader."""
    said = line.sentence.text.lower()
    return bool(_INVITES.search(said)) and not _PURPOSE.search(said)


def is_silent_line(line: Line) -> bool:
    """Whether the sentence asks its reader for nothing, whatever its words."""
    seen = line.cues
    if is_invitation(line) or is_outright_offer(line) or _NO_ASKS.search(line.sentence.text.lower()):
        return True
    if _OFFERS & seen and not _DIRECT & seen:
        return True
    if "offer.can_i" in seen and "form.question" in seen and line.favour >= line.favour_ask:
        return line.favour >= 0.3
    if {"reported.asked", "rhetorical.who"} & seen and not _TO_YOU & seen:
        return True
    if "courtesy.if_questions" in seen and "form.question" not in seen and line.favour_ask < 0.5:
        return True
    if "courtesy.find" in seen and line.ask < 0.8 and not {"form.question", "request.could_you"} & seen:
        return True
    refused = {"refusal.cannot", "refusal.no_ask"} & seen
    return bool(refused) and not {"form.question", "request.could_you", *_DIRECT} & seen and line.ask < 0.8
