# ruff: noqa: E501 - a pattern is easier to read and to compare on one line
"""Trade and office: what one pays for, or what the reader's profession owes, draws on no goodwill.

These patterns tell the decision only; the trained model does not know them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

import re2

from goodwill.houses import house
from goodwill.model import Event, Party
from goodwill_plugins.reading import Line
from goodwill_plugins.sentences import normal

MAX_TEXT = 4000
REACH = 2  # the matter in hand is named no more sentences away from what is asked

AMOUNT = r"(?:[$\x{a3}\x{20ac}\x{20b9}]\s?\d[\d,.]*|\b\d[\d,.]*\s?(?:k|grand|quid|bucks|dollars|pounds|euros?|usd|eur|gbp|rupees|naira|rand)\b)"
_THING = r"(?:flat|apartment|house|room|studio|property|place|office|plot|car|van|bike|sofa|table|piano|boat|item|unit)"
_SPECIALIST = r"(?:\w+ologist|specialist|consultant|physio\w*|surgeon|therapist|dietiti?cian|scan|x-?ray|mri|clinic|hospital)"

# What is bought, sold, booked or looked after for a fee.
_TRADE = (
    r"\bhow much (?:would|will|do|does|is|are|for)\b|\bwhat (?:would|will|does|do|is|are)\b.{0,60}\b(?:cost|costs|charge|fees?|rates?|prices?)\b|\bwhat (?:it|that|this) (?:would|will) cost\b",
    r"\byour (?:\w+ )?(?:prices?|rates?|fees?|charges|quote|estimate|tariff|menu|catalogue|opening hours|courses?|classes|treatments?|packages|membership|products|services|brochure|availability|listing|ad|advert|advertisement)\b",
    r"\b(?:price list|asking price|(?:lower|drop|reduce|come down on) (?:the|your) price|quotation|(?:an?|the|your|written|rough|free) (?:quote|estimate) (?:for|on)|quote me|give (?:me|us) (?:a|an) (?:quote|estimate|price))\b",
    r"\b(?:per|an|by the) (?:hour|night|head|lesson|session)\b.{0,20}\d|\d[\d.,]*\W{0,3}(?:per|an?|/) ?(?:hour|hr|night|head|lesson|session|metre|person|day)\b|\bhourly rate\b",
    rf"\b(?:i|we)(?:'ll|'d| will| would| can| could)? (?:gladly |of course |also )?(?:pay|offer) (?:you |the |your |a )?(?:{AMOUNT}|\d|usual|going rate|fee|fees|rate|cash|for (?:it|the|your|any)|extra|in full)",
    r"\b(?:goods|parcel|shipment|consignment) (?:was|were|is|are|has|have|will|would|should)\b|\b(?:dispatched|shipped)\b|\btracking number\b|\b(?:corrected|attached|enclosed|revised|new|your|open|unpaid) invoice\b|\binvoice (?:no|number|#|for)\b",
    r"\b(?:happy|glad|willing|ready|like) to pay\b|\bpay (?:you|by (?:card|cheque|check|transfer)|in cash|cash|on (?:collection|delivery))\b",
    rf"\bwould you (?:take|accept|consider|do it for|let it go for) (?:{AMOUNT}|\d+)|\bfor sale\b|\bstill (?:available|for sale)\b|\bin stock\b|\bsecond-?hand\b|\bor nearest offer\b|\bspare parts?\b",
    r"\b(?:my|our|the|this) (?:order|booking|reservation|subscription|purchase|invoice|deposit|policy|claim|prescription|consultation|appointment|viewing|warranty|refund|delivery)\b|\border (?:no|number|#)\b",
    r"\b(?:first|next|new|another|earlier|later|free|routine|follow-up) (?:appointment|consultation|viewing|slot|check-?up|lesson)\b|\b(?:book|make|get|have|arrange|move|change|cancel) (?:me |us |him |her )?(?:in |a |an |my |our |the |some )+(?:\w+ )?(?:appointment|viewing|consultation|table|room|lesson|lessons|fitting|check-?up|mot|service|slot)\b",
    rf"\b(?:view|viewing|see|visit|look at|rent|buy|hire|collect|interested in) (?:of )?(?:the|your|that|this|a) (?:\w+ ){{0,2}}{_THING}\b|\b(?:love|like) to view\b|\bfloor ?plans?\b|\btest[- ]drive\b|\btenancy agreement\b|\bservice charge\b",
    r"\bdeliver(?:y|ed|ies)? (?:it |them |this )?(?:to|by|date|slot|charge|cost|address|time)\b|\b(?:could|can|do|when (?:can|could|will)) you (?:also )?deliver\b|\bunder (?:warranty|guarantee)\b|\b(?:a|full) refund\b|\breturn (?:them|the item)\b|\bdiscount (?:if|for|on)\b",
    r"\b(?:tax return|annual accounts|conveyanc\w+|power of attorney|repeat prescription|blood (?:test|results?)|x-?ray|toothache|symptoms?|vaccinat\w+|inhaler)\b",
    r"\b(?:i am|i'm|we are|we're) (?:looking for|searching for|after) (?:a|an|the|some) (?:\w+ ){0,2}(?:therapist|lawyer|solicitor|accountant|dentist|doctor|tutor|babysitter|nanny|cleaner|plumber|electrician|builder|gardener|flat|apartment|room|house|mechanic|photographer|venue)\b",
    r"\b(?:babysit|mow the lawn|walk the dog|piano lessons?|driving lessons?|tuition)\b.{0,80}\b(?:pay|fee|rate|charge)\b",
    r"\binvoice (?:no\b|number|#|\d|is|was|for)|\b(?:your|an|open|overdue|last|attached) invoice\b|\b(?:for a|the usual|for the|a small) fee\b|\b(?:same|usual|full|list|retail|sale) price\b|\bovertime\b|\byou(?: also)? deliver\b|\b(?:send|make|give) (?:me |us )?(?:an|your) offer\b",
    r"\b(?:squeeze|fit|slot|book|pencil) (?:me|us|him|her|them|it) in\b|\bwhen (?:can|could|may|should|shall) (?:i|we) (?:collect|pick (?:it|them) up|fetch)\b|\b(?:repair|mend|service|fix) (?:it|them)\b.{0,20}\bhow (?:long|soon|much)\b",
    r"\b(?:trial|first|evening|tuesday|weekly|beginners'?) (?:class|classes|lesson|session|course)\b|\bis there a trial\b|\b(?:(?:early |late )check-?(?:in|out)|late arrival|parking space|is there parking|breakfast included)\b|\bwe (?:will )?arrive (?:at|on|late)\b",
    r"\b(?:household|car|life|travel|home|health|liability) (?:insurance|polic(?:y|ies))\b|\b(?:my|our|new) (?:new |old )?(?:glasses|lenses|hearing aids?|crown|braces|filling|stitches|medication|tablets|pills|dose)\b",
    r"\b(?:named|listed|gave|given) (?:us )?you(?:r name)? as (?:a |his |her |their )?(?:reference|referee)\b",
)
# Between family and school, patient and practice: the reader's own office.
_OFFICE = (
    rf"\b(?:refer|referral|letter) (?:\w+ ){{0,2}}to (?:a|an|the|see a|see an) (?:\w+ ){{0,2}}{_SPECIALIST}\b",
    r"\b(?:parents'? evening|homework|report card|school trip|absence (?:note|form)|in your class|reading (?:level|age)|exercise \d+|problem set|office hours?)\b",
    r"\b(?:fill (?:in|out)|complete|sign) (?:in |out )?(?:this|the|our|a|an) (?:\w+ ){0,2}(?:form|survey|questionnaire|consent|slip)\b",
    r"\b(?:my|your|our) turn (?:to (?:drive|take|fetch|collect|pick)|this|next|on)\b|\bcar-? ?pool\b|\b(?:seats?|room) (?:free )?in (?:the|my|our) car\b|\bseats? free\b|\bi can (?:drive|bring|take|fetch) (?:them|him|her|everyone|the (?:kids|boys|girls|children)) (?:back|home)\b",
    r"\b(?:pull request|merge request|bug report|stack trace|here is a patch|attached patch|steps to reproduce)\b",
)
_HOUSE = (
    r"clinic|dental|dentist|surger|hospital|medic|praxis|physio|therap|doctor|orthodon|optic|pharma|veterin|solicitor|lawyer|legal|notar|attorney|advocat"
    r"|account(?:s|ant|ing)|bookkeep|school|kindergarten|nursery|academy|college|realt|estate|letting|rental|property|insur|hotel|hostel|motor|garage"
    r"|furnitur|interior|plumb|electric|roofing|carpent|joiner|removals|cleaning|caterer|catering|bakery|florist|photograph|tutor|theatre|museum|council"
)
_SHORT_HOUSE = (
    r"gp|vet|vets|law|tax|bank|shop|store|stores|homes|flats|cars|auto|autos|inn|spa|gym|salon|market|photo|piano|music|taxi|move|movers|paper"
    r"|repair|repairs|tiles|garden|gardens|kitchens|travel|tours"
)
# Where goods and beds are sold, strangers and regulars alike are customers, however warmly they write.
_RETAIL = re2.compile(
    r"(?:shop|store|stores|hotel|hostel|motors|garage|dental|bank|pharmacy|optik|optics|insurance|books|parts)$"
)
_RETAIL_TYPES = frozenset(("help", "information", "money"))
_HOUSE_ENDS = ("law", "tax", "vet", "bank", "shop", "store", "homes", "flats", "cars")
# What stays personal whoever is asked, and whatever is paid beside it.
_PERSONAL = (
    r"\bpick your brains?\b|\b(?:over|for|have|grab|a) (?:a )?(?:quick )?(?:coffee|lunch|dinner|drink|beer)\b|\bmentor\w*\b|\bhow you (?:got|started|built|broke|made|found)\b|\byour (?:career|story|journey|path|experience)\b",
    r"\bmy (?:career|startup|start-up|novel|manuscript|screenplay|pitch|deck|memoir|thesis|proposal|business plan|cv|r.sum.|daughter's cv|son's cv)\b|\bin your debt\b|\bcareer advice\b",
    r"\bvouch\b|\bput in a (?:good )?word\b|\bgood word\b|\btestimonial\b|\b(?:be|act as) (?:a|my|our) (?:referee|guarantor)\b|\bput (?:me|us) in touch\b|\bintroduc(?:e|ing) (?:me|us|my|our|him|her)\b|\bintroduction to\b|\b(?:my|our) name (?:came|comes|wouldn't|to drop)\b|\bwork experience\b|\binternship\b",
    r"\b(?:to|with|among) (?:all )?your (?:clients|customers|patients|readers|followers|list|friends|contacts|network|members|parents|colleagues|audience|boss)\b|\bspread the word\b|\bfor free\b|\bfree of charge\b|\bpro bono\b|\bwithout (?:pay|charge|charging)\b|\bcan'?t (?:afford|pay)\b|\b(?:no|little) budget\b",
)
# Who pleads knows that nothing is owed.
_PLEA = (
    r"\b(?:no hard feelings|no pressure|say no|i know (?:you|your|i|it's|it is|this|that|the|we)|not obliged|ashamed|embarrass\w*|cheeky?|nosy|beg|dare|awfully|hate to|shy|stuck|panic|disaster|desperate|pickle|just this once|off the clock|isn't a work thing|between ourselves|if not,|no biggie)\b",
    r"\b(?:i'll|i will|i|we'll|we|i'd|we'd) (?:\w+ )?owe you\b|\b(?:remember (?:me|when|your|the)|may remember|since we|when we|(?:we|i) met|old (?:friend|friends|times)|as a friend|my friend|you said|you once|your friends?|your sister|your brother|in return|swap|on (?:his|her|my|our) behalf|suggested i|who trained with you|admir\w+|you know (?:me|us)|known me|came across your|our (?:other )?customers|in your own time)\b",
    r"\b(?:letting me|let me|sit in on|shadow|observ\w+|placement|volunteer\w*|for nothing|take (?:her|him|me) (?:on )?for|pay (?:only )?in (?:[b-z]\w+)|exceptions?|a place for|cousin|nephew|niece|grandson|granddaughter|two pennies)\b",
)
_FORMAL = re2.compile(
    r"^\W*(?:(?:dear|hello|hi|good (?:morning|afternoon|evening|day)),? (?:(?:mr|mrs|ms|miss|mx|dr|doctor|prof|professor|sir|madam|team|sirs|reverend)\b|$|[,!\n])|good (?:day|morning|afternoon|evening)\b|to whom)"
)
_FAVOUR = re2.compile(r"\bfavou?rs?\b")
_COSTLY = frozenset(("introduction", "endorsement", "referral", "promotion", "job"))
_REFERS_PATIENT = re2.compile(_OFFICE[0])


@functools.cache
def _machine(patterns: tuple[str, ...]) -> re2.Set:
    options = re2.Options()
    options.max_mem = 64 << 20
    machine = re2.Set.SearchSet(options)
    for pattern in patterns:
        machine.Add(pattern)
    machine.Compile()
    return machine


def is_trade(subject: str, lines: Iterable[Line]) -> bool:
    """Whether the lines are about something bought, sold, booked, or owed by the reader's office."""
    return _shows((*_TRADE, *_OFFICE), f"{subject} . {_joined(lines)}")


def is_professional(party: Party) -> bool:
    """Whether the party's house names a profession or a shop, by the words of its domain."""
    return _is_professional(house(party.address).partition(".")[0])


def _is_retail(party: Party) -> bool:
    return bool(_RETAIL.search(house(party.address).partition(".")[0]))


@functools.lru_cache(maxsize=4096)
def _is_professional(label: str) -> bool:
    if re.search(_HOUSE, label) or label.endswith(_HOUSE_ENDS) or label.startswith("tax"):
        return True
    return any(re.fullmatch(_SHORT_HOUSE, word) for word in label.split("-"))


def pleads(event: Event) -> bool:
    """Whether the words show that the writer knows of no claim to what is asked, or asks personally."""
    text = normal(event.text[:MAX_TEXT]).lower().replace("\n", " ")
    return _shows((*_PLEA, *_PERSONAL), text) or bool(_FAVOUR.search(text))


def asks_personally(lines: Iterable[Line], types: Iterable[str], professional: bool) -> bool:
    """Whether the sentences plainly ask a personal favour, which trade does not excuse."""
    said = _joined(lines)
    if _REFERS_PATIENT.search(said):
        return False
    if _shows(_PERSONAL, said) or (_FAVOUR.search(said) and not professional):
        return True
    return bool(_COSTLY & set(types))


def is_in_hand(
    event: Event, people: Sequence[Party], lines: Sequence[Line], asks: Sequence[Line], types: Sequence[str]
) -> bool:
    """Whether what is asked belongs to trade or to the reader's office, and is no personal favour."""
    text = normal(event.text[:MAX_TEXT]).lower()
    professional = all(map(is_professional, people))
    sells = _RETAIL_TYPES.issuperset(types) and all(map(_is_retail, people))
    office = sells or (professional and bool(_FORMAL.search(text)))
    around = _around(lines, asks)
    if not office and not is_trade(event.subject, around):
        return False
    return not _shows(_PLEA, text.replace("\n", " ")) and not asks_personally(around, types, professional)


def _around(lines: Sequence[Line], asks: Sequence[Line]) -> list[Line]:
    places = [place for place, line in enumerate(lines) if line in asks]
    return [line for at, line in enumerate(lines) if any(abs(at - place) <= REACH for place in places)]


def _joined(lines: Iterable[Line]) -> str:
    return " ".join(line.sentence.text for line in lines).lower()


def _shows(patterns: tuple[str, ...], text: str) -> bool:
    return bool(_machine(patterns).Match(text.lower().encode()))
