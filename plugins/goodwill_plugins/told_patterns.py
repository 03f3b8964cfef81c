# ruff: noqa: E501 - a pattern is easier to read and to compare on one line
"""How people tell good news of themselves, say what they look for or do, and promise (patterns, small letters).

Each takes the first person: what is told of others, asked, hoped or denied is no news. RE2 has no look-around;
what a sentence must not hold is ``UNSURE``.
"""

from __future__ import annotations

_I = r"(?:i|we|my (?:wife|husband|partner|fianc[eé]e?|girlfriend|boyfriend) and i)"
_HAVE = r"(?:'ve| have|'d| had)?(?: just| finally| now| officially| actually| both| also| only just)*"
_AM = r"(?:i'm|i am|we're|we are)(?: just| finally| now| officially| actually| both| also| very| so| really)*"
_MY = r"(?:my|our)"
_CHILD = r"(?:baby(?: boy| girl)?|son|daughter|(?:little )?(?:girl|boy)|twins|(?:first )?grand(?:son|daughter|child))"
_POST = r"(?:job|position|role|post|apprenticeship|internship|residency|fellowship|traineeship)"
_HOME = r"(?:house|flat|apartment|home|cottage|farm|condo|place of (?:my|our) own)"
_FIRM = r"(?:business|company|practice|shop|restaurant|studio|firm|caf[eé]|bakery|gallery|clinic|agency|start-?up|workshop)"
_WORK = r"(?:book|novel|paper|article|album|single|film|documentary|play|poem|short story|exhibition|podcast|cookbook|talk|manuscript|proposal|collection)"

NEWS: dict[str, str] = {
    "job": rf"\b{_I}{_HAVE} (?:got|landed|accepted|been offered|started|begun|been given) (?:a|the|my|that) (?:new |first |dream |permanent |full-time |teaching |great )*{_POST}\b"
    rf"|\bi(?:'ve| have| was| got| have been|'ve been)(?: just| finally)*(?: been)? promoted\b|\bi{_HAVE} made (?:partner|professor|tenure|vice president|head of)\b|\bi{_HAVE} (?:got|gotten|been given) (?:tenure|the promotion|my promotion)\b",
    "baby": rf"\b{_MY}(?: \w+)? {_CHILD}(?: [a-z]+)?(?: was| were| has| have)?(?: been| just| finally)* (?:born|arrived)\b"
    rf"|\b{_I}{_HAVE} had (?:a|our) (?:(?:beautiful|healthy|lovely|little|second|third|first) )*{_CHILD}\b"
    r"|\bour \w+'s had (?:the|a|her|his) (?:baby|girl|boy)\b"
    rf"|\b(?:{_AM}|my (?:wife|partner) is) (?:pregnant|expecting (?:a (?:baby|boy|girl|child)|our (?:first|second|third|fourth)|twins)|(?:going to be|about to become|becoming) (?:parents|grandparents|an? (?:father|mother|dad|mum|mom|grandmother|grandfather|aunt|uncle)))\b"
    r"|\b(?:i|we)(?:'ve| have)? (?:became|become|am now|are now|just became) (?:parents|grandparents|an? (?:father|mother|dad|mum|mom|grandmother|grandfather|aunt|uncle))\b",
    "wedding": rf"\b{_AM} getting married\b|\b{_AM} engaged(?: to be married)?(?:[.!,;:]|$| and\b)|\b{_I}{_HAVE} (?:got|gotten) (?:engaged|married)\b"
    r"|\b(?:he|she|\w+) proposed\b.*\bi said yes\b|\bi proposed\b.*\b(?:he|she|\w+) said yes\b",
    "award": rf"\b{_I}{_HAVE} won (?:the|a|an|first|second|third|gold|silver|bronze|this year's)\b[^.!?;]*\b(?:award|prize|medal|scholarship|fellowship|competition|championship|bursary|grant)\b"
    rf"|\b{_I}(?:'ve been| have been|'ve just been| have just been| were| was)(?: just)? (?:awarded|shortlisted|short-listed|nominated) (?:the|a|an|for)\b",
    "publication": rf"\b{_MY} (?:\w+ ){{0,2}}{_WORK}(?: (?:on|about)(?: [\w-]+){{1,4}})?(?: just| finally)* (?:is|was|has|got|'s)(?: just| finally| been| now)* (?:out|published|accepted|released|coming out|on sale)\b"
    rf"|\b{_I}{_HAVE} (?:got|have) (?:the|my|our|a) (?:\w+ )?{_WORK} coming out\b"
    rf"|\b{_I}{_HAVE} (?:published|had) {_MY} (?:first |second |new )*{_WORK}(?: accepted| published)?\b",
    "exam": rf"\bi{_HAVE} passed (?:my|the|all (?:of )?my)\b[^.!?;]*\b(?:exams?|the bar|bar exam|boards|driving test|finals|viva|orals|defen[cs]e|certification|licen[cs]e)\b|\bi{_HAVE} passed the bar\b"
    rf"|\bi{_HAVE} (?:graduated|defended my (?:thesis|dissertation)|(?:finished|completed) my (?:phd|doctorate|thesis|degree|master'?s|mba|dissertation|residency|training))\b"
    rf"|\bi{_HAVE} (?:got|gotten|been accepted|been admitted|got accepted) (?:in ?to|at) (?:\w+ )?(?:law school|medical school|med school|business school|university|college|art school|drama school)\b",
    "home": rf"\b{_I}{_HAVE} (?:bought|closed on|moved in ?to|got the keys (?:to|for)) (?:a|our|the|my) (?:new |first |own |little |old )*{_HOME}\b",
    "business": rf"\b{_I}{_HAVE} (?:started|opened|launched|set up|founded) {_MY}(?: very)?(?: own)?(?: new| first| second| little)?(?: \w+)? {_FIRM}\b"
    rf"|\b{_I}{_HAVE} closed {_MY} (?:\w+ )?(?:funding|seed|first) round\b",
}
"""By type of ``NEWS_TYPES``."""

UNSURE = (
    r"\?|\b(?:if|unless|would|could|might|may|hop(?:e|es|ed|ing)|wish(?:es|ed|ing)?|want(?:s|ed|ing)?|try(?:ing)?|tried|almost|nearly"
    r"|not|never|nobody|until|before|ago|last (?:year|decade|spring|summer|autumn|fall|winter|january|february|march|april|may|june|july|august|september|october|november|december)|suppose|supposed|imagine|dream(?:t|ed|ing)?|think|thought|wonder|whether|as if"
    r"|should|back when|used to|when(?:ever)? (?:i|we|my|our)|since (?:i|we|my|our)|after (?:i|we|my|our)|while (?:i|we)|remember|years?|joke|joking|kidding|pretend\w*"
    r"|said|says|asked|told|die[ds]?|passed away|lost|sadly|unfortunately|worr(?:y|ied)|scam|spam)\b|n't\b|\b(?:19|20)\d\d\b|[\"<>]"
)
"""What makes a sentence no news: doubt, denial, the past, somebody else's words, sorrow."""

ROLES = (
    "accountant", "actor", "analyst", "animator", "apprentice", "arborist", "architect", "au pair", "babysitter", "baker", "barber", "bookkeeper",
    "brewer", "bricklayer", "builder", "carer", "caretaker", "carpenter", "cartographer", "caterer", "cellist", "chef", "childminder", "cleaner",
    "co-founder", "cofounder", "consultant", "cook", "copy editor", "copyeditor", "copywriter", "dentist", "designer", "developer",
    "dj", "dog walker", "drummer", "editor", "electrician", "engineer", "estate agent", "event planner", "fundraiser", "gardener",
    "ghostwriter", "guitarist", "hairdresser", "handyman", "house sitter", "illustrator", "interpreter", "joiner", "journalist",
    "landscaper", "lawyer", "librarian", "locksmith", "machinist", "marketer", "mason", "mechanic", "mentor", "midwife", "musician",
    "nanny", "notary", "nurse", "nutritionist", "office manager", "painter", "paralegal", "personal trainer", "photographer", "physiotherapist", "pianist",
    "plasterer", "plumber", "podcaster", "potter", "printer", "producer", "programmer", "project manager", "proofreader", "psychotherapist", "realtor", "recruiter",
    "roofer", "sculptor", "seamstress", "singer", "social worker", "sound engineer", "statistician", "stonemason", "surveyor", "tailor",
    "tax adviser", "tax advisor", "teacher", "technician", "therapist", "tiler", "translator", "tutor", "upholsterer", "vet", "videographer",
    "violinist", "web designer", "web developer", "welder", "writer", "yoga teacher",
)  # fmt: skip
"""What people are looked for as, and are: only with a word out of these is anybody introduced to anybody."""
QUALIFIERS = (
    "graphic", "web", "interior", "product", "fashion", "landscape", "garden", "tax", "patent", "family", "immigration", "employment", "structural",
    "civil", "software", "mobile", "front-end", "frontend", "back-end", "backend", "data", "technical", "medical", "legal", "wedding", "portrait",
    "food", "maths", "math", "piano", "violin", "guitar", "cello", "singing", "german", "french", "spanish", "italian", "english", "japanese", "chinese",
    "portuguese", "polish", "russian", "dutch", "literary", "film", "video", "sound", "music", "primary", "physics", "chemistry", "science", "historical",
)  # fmt: skip
_ROLE = rf"((?:(?:{'|'.join(QUALIFIERS)}) )?(?:{'|'.join(ROLES)}))s?"
_GOOD = r"(?:(?:new|good|really|very|reliable|decent|great|freelance|local|experienced|part-time|full-time|friendly|patient|trustworthy|independent|self-employed|qualified|certified|trained|professional|junior|senior|second) )*"
SEEKS = (
    rf"\b{_I}(?:'m| am|'re| are)?(?: still| also| just| currently| now| desperately| actually)* (?:looking for|in need of|searching for|trying to find|on the lookout for|on the hunt for|need) (?:an?|some|another|two|the right) {_GOOD}{_ROLE}\b"
    rf"|\bdo you (?:happen to )?know (?:of )?(?:an?|any) {_GOOD}{_ROLE}\b"
    rf"|\b(?:know|recommend) (?:anybody|anyone|somebody|someone) who(?:'s| is) an? {_GOOD}{_ROLE}\b"
)
"""What somebody looks for is in the group that matched."""
DOES = rf"\bi(?:'m| am| work as|'ve been working as)(?: now| also| still)? an? {_GOOD}{_ROLE}\b"
OPEN = (
    rf"\b(?:{_AM} (?:looking for|taking on|open to|available for|free for|after)|i{_HAVE} (?:room|space|time|capacity) for|i (?:could|can) (?:use|take on)) "
    r"(?:(?:some|any|a few|more|new|another|one more|two more|freelance|interesting|private|extra|paid) )*(?:clients?|projects?|commissions?|work|customers?|students?|pupils?|patients?|assignments?|gigs?|jobs?|orders?|bookings?)\b"
)
"""Somebody who says that too would like to be introduced."""
NOT_SOUGHT = r"\b(?:not|never|no longer|n't|stopped|if|used to|found|hired|was|were)\b|n't\b|[\"<>]"

PROMISE = (
    r"\b(?:i'll|i will|i shall|let me)(?: also| gladly| happily| certainly| definitely)? (?:send (?:it|them|him|her|you|over|along|on|the|my|a)|introduce (?:you|the two)|put you in touch|connect you|pass (?:it|that|this|your|you|them)"
    r"|ask (?:him|her|them|around|my)|find out|look into|look it up|dig (?:it|that|them|up|out)|forward (?:it|you|them|the|that)|mail (?:it|you|them)|get (?:it|that|them|you|back to you)"
    r"|write (?:it|you a|the|that|a)|put in a (?:good )?word|recommend you|have a look|take a look|read (?:it|your|through)|look (?:it|them|that) over|check (?:it|that|with)|lend you|show you)\b"
    r"|\bi promise(?:d)? (?:to|you|i'll|i will)\b|\byou have my word\b"
)
UNBINDING = (
    r"\?|\b(?:if|when(?:ever)?|once|after|as soon as|unless|maybe|perhaps|might|may|could|would|try|not|never|next time|some ?day|one day|already|now|attached|below|enclosed|today|tonight|tomorrow"
    r"|this (?:morning|afternoon|evening)|in a (?:minute|moment|bit|second)|shortly|soon|later|see you|or)\b|n't\b|[\"<>]"
)
"""What makes a promise depend on something, or was kept in the same breath or hour."""
