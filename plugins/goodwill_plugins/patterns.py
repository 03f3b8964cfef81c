# ruff: noqa: E501 - a pattern is easier to read and to compare on one line
"""The wording behind each cue, as RE2 patterns over one sentence in small letters.

Families: ``request`` forms, ``offer``, ``courtesy``, ``reported`` speech, ``rhetorical`` questions,
``refusal``, ``thanks``, ``praise``, ``intro`` (presenting people to each other), ``meet`` (meeting
words), and ``about`` (what it is about, which tells the type). No look-around: RE2 has none.
"""

from __future__ import annotations

_YOU = r"(?:you|u|ya|y'all|yall|ye|anyone|anybody|someone|somebody)"
_ME = r"(?:me|us|him|her|them)"
_I = r"(?:i|we)"
_SOFT = r"(?:(?:so|very|really|most|just|also|still|only|even|maybe|perhaps|please|kindly|possibly|at least|either|at all) )*"
_WOULD = r"(?:'d| would| should| could|'ll| will)"
_DAY = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|weds?|thurs?|fri|sat|sun|today|tomorrow"
    r"|tonight|this (?:morning|afternoon|evening|week|weekend)|next (?:week|month|weekend)|weekend)"
)
_GATHERING = (
    r"(?:lunch|dinner|breakfast|brunch|supper|coffee|tea|drinks?|pint|beer|meal|call|meeting|chat|appointment|visit|walk"
    r"|zoom|teams|interview|conference call|demo|session|get-?together|catch-?up)"
)
_GIVE = (
    r"(?:send|give|get|lend|loan|tell|show|help|forward|drop|bring|e-?mail|mail|call|ring|text|teach|introduce|connect"
    r"|recommend|advise|spare|point|put|fax|ask|let|write|find|save|pass|meet|do|provide|hook|buy|grant|remind|sign)"
)

CUES: dict[str, str] = {
    # requests
    "request.could_you": rf"\b(?:could|can|would|will|might|wouldn't|couldn't|can't) {_YOU}\b",
    "request.could_i": rf"\b(?:can|could|may|might) {_I} {_SOFT}(?:have|get|borrow|ask|trouble|pick|steal|bother|beg|use"
    r"|come|see|speak|talk|meet|book|call|ring|put you down|put your|count on|persuade|tempt|stay|crash|leave|interest)\b",
    "request.mind": r"\b(?:would|do|did) (?:you|u|ye) mind\b|\bif you (?:don't|wouldn't|do not) mind\b|\bmind (?:if|having|taking)\b",
    "request.willing": r"\b(?:would|are|were|'re) (?:you )?(?:be )?(?:willing|able|prepared|open|up for|free|game|around|about|available)\b",
    "request.chance": r"\b(?:any|a) (?:chance|possibility|hope|way)\b|\bis it possible\b|\bwould it be (?:possible|ok|okay|too|all right|alright)\b"
    r"|\b(?:is|would) there (?:be )?(?:any|a) (?:chance|way|possibility)\b",
    "request.please": r"\b(?:please|pls|plz|kindly|pretty please|i beg)\b",
    "request.favour": r"\bfavou?rs? (?:to ask|from you|of you)\b|\ba (?:\w+ )?favou?r\b|\bdo (?:me|us) (?:a|one|the|this)\b|\bgood turn\b|\bcheeky\b"
    r"|\bone (?:more |last |small |little |quick )?(?:ask|request)\b|\bpick your brains?\b|\bhave a (?:small |big )?(?:ask|request)\b|\bbeg(?:ging)? (?:you|a)\b",
    "request.grateful": rf"\b{_I}{_WOULD}? be {_SOFT}(?:forever |eternally |more than |ever so |immensely |extremely )*(?:grateful|obliged|thankful|made up|"
    r"delighted|indebted|over the moon|glad if|happy if|pleased if|in your debt)\b|\bappreciate (?:it|your|any|if|a|you)\b|\b(?:owe|owing) you\b",
    "request.world": r"\bmean (?:the|a|so) (?:world|lot|much|great deal)\b|\bmake all the difference\b|\bwould (?:really |greatly |be a )?(?:help|great help|huge help|do wonders)\b"
    r"|\bchange everything\b|\bopen (?:that|the|a|some|any) doors?\b|\bcarry (?:a lot of )?weight\b",
    "request.if_you": r"\bif (?:you|u)(?:'d| could| would| can|'re able| were able| are able| might|'re willing| feel able| get a| have a| have any| know)\b",
    "request.need": rf"\b{_I}(?:'m| am| are|'re)? {_SOFT}(?:need|needs|require|could use|could do with|badly want|in need of|short of|short|desperate|stuck|missing)\b",
    "request.hoping": rf"\b{_I}(?: was| were| am|'m| are|'re|'ve been)? {_SOFT}(?:hoping|wondering|looking for|after|seeking|wonder|hope you (?:can|could|will|would|might))\b",
    "request.want_you": rf"\b{_I}(?:{_WOULD})? {_SOFT}(?:like|love|want|need|prefer|ask|trust|expect) (?:you|your)\b|\bit'?d be (?:great|good|lovely|nice|helpful|best) if\b",
    "request.would_like": rf"\b{_I}{_WOULD} {_SOFT}(?:like|love|welcome|value|need|want)\b",
    "request.know_anyone": r"\b(?:do|would|might|did|if) (?:you|u|ye|any of you|anyone) (?:happen to |ever )?(?:know|hear|think|have)(?: of| about)? (?:any|anyone|anybody|someone|somebody|a|who|where|whether|if|how)\b"
    r"|\banyone (?:know|got|have|free)\b|\bknow (?:of )?(?:anyone|anybody|someone|somebody)\b|\bhear of (?:any|some|a)",
    "request.let_me_know": r"\blet (?:me|us) (?:know|have)\b|\blmk\b|\bplease advise\b|\bget back to (?:me|us)\b|\b(?:give|drop|send) (?:me|us) (?:a|the|your|any)\b",
    "request.verb_me": rf"\b{_GIVE} {_ME}\b",
    "request.imperative": rf"^\W*(?:(?:hi|hello|dear|hey|and|so|but|then|also|now|just|please|pls|kindly|do|ok|\w+,) )*"
    rf"(?:{_GIVE}|check|review|confirm|book|cancel|look|take|make|read|come|talk|speak|tell|set|add|change|move|include|prepare|complete|fill"
    r"|return|keep|use|print|order|update|share|post|vote|support|contact|reply|respond|see|put|mention|consider|click|leave|pick|hold|proceed|ensure|note)\b",
    "request.your_word": r"\b(?:a|one|your|quiet|good|kind) (?:quiet |good |kind )?words? (?:from|with|to|in|for)\b|\b(?:line|sentence|note|letter|quote|review) from you\b|\bin your (?:own )?name\b|\bon (?:my|our) behalf\b"
    r"|\bput (?:me|us|you|your name) (?:down|forward|up)\b",
    "request.give_them_my": r"\b(?:give|pass|send|tell|hand|show) (?:\w+ ){1,3}(?:my|our) (?:name|number|card|cv|details|way|contact|r.sum.|book|work|page|site)\b|\bpass (?:on )?(?:my|our)\b",
    "request.think": r"\bwhat do (?:you|u) think\b|\bwhat would you\b|\bwhat(?:'s| is) your (?:view|take|opinion|advice|feeling|thought)\b|\b(?:your|any) (?:thoughts|advice|opinion|views|ideas|feedback|comments|input)\b",
    "request.which": r"\b(?:which|what|when|where|who|how|whom) (?:\w+ ){0,6}(?:shall|should|do|does|can|could|would|will|is|are|did|was) (?:\w+ ){0,3}(?:i|we|you|your|it|the)\b.*\?",
    "request.do_you": r"\b(?:do|did|are|have|were|has|is|don't|didn't|haven't|aren't) (?:you|u|your|ye)\b",
    "request.fancy": r"\b(?:fancy|up for|how about|what about|what do you say|what would you say|care to|shall we|why don't we|tell me there)\b",
    "request.urgent": r"\b(?:asap|urgent|urgently|by (?:noon|eod|cob|close of business|monday|tuesday|wednesday|thursday|friday|tomorrow|tonight|the \d+|\d)|before (?:the|friday|monday|noon))\b",
    "request.understand_no": r"\b(?:say no|no hard feelings|no pressure|no worries if|understand if|if not,?|no is|feel free to say|no obligation|no problem if|sorry to (?:ask|bother|trouble)|hate to ask|hesitate to ask|cheek to ask|shy to ask|ashamed|embarrass)\b",
    "request.put_off": r"\b(?:still waiting|waiting (?:for|on) (?:you|your)|yours is|outstanding one|chasing|follow(?:ing)? up|nudge|reminder|bumping)\b",
    # form
    "form.question": r"\?[\"')\]]*$",
    "form.exclaimed": r"!",
    "form.negation": r"\b(?:not|no|never|none|nothing|nobody|cannot|\w+n't|without)\b",
    "form.conditional": r"\bif\b|\bwhether\b|\bunless\b",
    "form.you": r"\b(?:you|your|yours|u|ur|ye)\b",
    "form.me": r"\b(?:me|my|mine|us|our)\b",
    "form.i": r"\b(?:i|we|i'm|i'd|i'll|i've|we're|we'd|we'll|we've)\b",
    "form.third": r"\b(?:he|she|they|him|her|them)\b",
    "form.past": r"\b(?:was|were|had|did|came|went|told|said|gave|got|took|made|asked|sent|\w{3,}ed)\b",
    "form.future": r"\b(?:will|'ll|shall|going to|gonna|won't)\b|\w'll\b",
    "form.money": r"[$\x{a3}\x{20ac}\x{20b9}]\s?\d|\b\d[\d.,]*\s?(?:k|grand|quid|bucks|dollars|pounds|euros?|usd|eur|gbp|rs|rupees|naira|rand)\b|\brs\.? ?\d",
    "form.number": r"\d",
    "form.url": r"https?://|www\.",
    "form.me_too": r"\bfor (?:me|us)\b|\bto (?:me|us)\b",
    # offers
    "offer.can_i": rf"\b(?:can|could|shall|should|may|might) {_I} {_SOFT}(?:help|bring|send|do|offer|get you|give you|introduce you|lend|take|save|put you|make|drop|fetch|carry|pay|show you|buy|be of|give|cook|drive|pick you|leave)\b",
    "offer.happy": r"\b(?:happy|glad|delighted|pleased|honou?red|more than happy|willing|a pleasure|my pleasure|love) to (?:help|do|share|send|introduce|give|lend|show|take|talk|put|read|look|make|meet|bring|come|have you|pass|write|provide|assist|discuss|answer)\b|\bit'?d be (?:a|my) pleasure\b",
    "offer.let_me": r"\blet (?:me|us) (?:know )?(?:if|how|what|whether|when) (?:there(?:'s| is) )?(?:anything )?(?:i|we) (?:can|could|may|might)\b|\bhow (?:can|could|may|might) (?:i|we) (?:help|be|support)\b|\bwhat can (?:i|we) do (?:for|to help)\b",
    "offer.anything": r"\banything (?:i|we|at all)(?: can| could)?\b|\banything you need\b|\bif there(?:'s| is)(?: ever)? (?:anything|something|any way)\b",
    "offer.could_you_use": r"\b(?:could|do|would|can|will|d'you) (?:you|u|ye) (?:use|need|like|want|fancy|care for|prefer|have room|have use)\b",
    "offer.would_help": r"\bwould it (?:help|be (?:any )?(?:useful|helpful|help)|suit)\b|\bany use to you\b|\bif (?:that|it|this|any of this)(?:'s| is| would be|'d be)? (?:any )?(?:of )?(?:use|useful|help|helps|helpful|good)\b",
    "offer.if_you_need": r"\b(?:if|whenever|should|when) you (?:ever |should |do )?(?:need|want|like|'d like|get stuck|require|fancy|are ever|'re ever|come)\b",
    "offer.i_will": r"\b(?:i|we)(?:'ll| will|'d| would| can| could) (?:gladly |happily |always |also |just )?(?:bring|take|lend|drive|cover|send you|give you|show|introduce|speak to|talk to|have a word|put|pay|look after|help|fix|mind|cook|do it|do the|read|ask|write|save|sort|keep|make|recommend|pick|drop|hold|vouch|get you|share|sign|mention|tell|pass|call|ring|swap)\b",
    "offer.have_it": r"\b(?:you can have|you're welcome to|you are welcome to|help yourself|take mine|keep it|keep them|have mine|on me|on us|my treat|nothing to pay|no charge|free of charge|for nothing|on the house|it's yours|they're yours|is yours|are yours|going spare|spare (?:key|room|ticket|bed|one|seat)|all yours|for you|say the word)\b",
    "offer.service": r"\bat your (?:service|disposal)\b|\bcount (?:me in|on me|on us)\b|\bi volunteer\b|\bwilling to\b|\bdoor is (?:always )?open\b|\bany ?time\b|\bbed here\b|\bwaive\b",
    # gifts made: help that is being handed over
    "gift.found": r"\bi(?:'ve| have)? (?:\w+ )?(?:found|put in|spoke to|spoken to|talked to|asked|told|recommended|mentioned|passed|wrote|written|signed|fixed|saved|kept|left|booked|paid|brought|made|sent|dropped|gave|given|put|got|lent|shared|posted|nominated|had a word|vouched|sorted|repaired|mended|picked|attached|enclosed) (?:\w+ ){0,3}(?:you|your|for|him|her|them|it)\b",
    "gift.vouched": r"\b(?:recommended|referred|mentioned|nominated|suggested|introduced|proposed) (?:you|your (?:name|shop|work|firm|company|book|service|services))\b|\b(?:gave|given|giving|passed|passing|handed|sent|forwarded|put) (?:\w+ ){0,4}your (?:name|number|card|details|cv|r.sum.|site|contact|portfolio)\b|\bput in a (?:good |kind |quiet )?word for you\b|\b(?:told|telling|spoke to|spoken to|talked to) (?:\w+ ){1,5}about (?:you|your (?:work|shop|book|firm|workshop|class|classes|business|search))\b",
    "gift.you_should": r"\byou (?:should|could|might|may|ought|want to|need to|'d do well|'d better|'d be better)\b|\bi(?:'d| would) (?:suggest|recommend|advise|go|try|use|ask|be careful|say|not|start|keep|leave|get)\b|\bif i were you\b|\bmy advice\b|\b(?:try|watch out|beware|ask for|avoid|whatever you do|make sure|mind the|don't (?:sign|pay|let|buy|take|go|use))\b",
    "gift.person_you_want": r"\b(?:person|man|woman|one|guy|place|book|website|site|name) (?:you want|to (?:ask|call|ring|try|talk|see|speak|use|go))\b|\btell (?:him|her|them) (?:i|\w+) sent you\b|\b(?:say|mention) (?:my name|i sent|\w+ sent)\b|\bmention(?:ed)? (?:you|your)\b|\bexpect(?:ing)? (?:you|your|a call)\b|\bfyi\b|\bthought (?:of you|you|this)\b|\bheads.?up\b|\bsaw this\b",
    # courtesies
    "courtesy.if_questions": r"\blet (?:me|us) know (?:if|should|in case) (?:you|there|anything|this|that|any|it|the)\b|\b(?:any|further|more|other) (?:questions?|queries|concerns|problems|information)\b|\bshould you (?:have|need|require|wish)\b",
    "courtesy.hesitate": r"\bhesitate\b|\bfeel free\b|\b(?:do )?shout if\b|\bgive me a (?:shout|call|ring|buzz) if\b|\bcontact me (?:at|on|if)\b",
    "courtesy.find": r"\bplease (?:find|accept|see|note|be advised|be aware|disregard|ignore|give my|pass on my|say hello|forgive|excuse|don't (?:worry|trouble|feel)|do not reply)\b|\bhere(?:with|'s| is| are)\b|\battached\b|\benclosed\b",
    "courtesy.hope": r"\b(?:hope|hoping|trust) (?:this|you|all|the|that|your|everyone|everything|to|it|things|we)\b|\bhow (?:are|is|was|were|'s) (?:you|things|your|the|life|everything|it going)\b|\bwhat's up\b",
    "courtesy.forward": r"\blook(?:ing)? forward\b|\bsee you\b|\btake care\b|\bspeak soon\b|\btalk soon\b|\bkeep in touch\b",
    "courtesy.regards": r"\b(?:regards|best wishes|sincerely|yours (?:truly|faithfully)|cheers|love to|say hi|give my (?:love|regards|best)|my love to|hug|kiss)\b",
    "courtesy.advance": r"\bin advance\b|\bthank(?:s| you) for (?:your (?:time|mail|e-?mail|message|note|letter|patience|interest|attention|cooperation|understanding|reply|response|order|business|payment)|writing|getting back|the (?:update|info|information|reply|quick))\b",
    # reported, rhetorical, refused
    "reported.asked": r"\b(?:asked|asks|wanted|wants|wondered|wonders|begged|begs|enquired|inquired|requested|was asking|were asking|is asking|keeps asking|kept asking|would like) (?:me |us |him |her |them )?(?:whether|if|to know|for|to|about|what|when|who|how|why)\b|\basked (?:me|us|him|her|them|my)\b|\b(?:i|we)(?:'ve| have)? (?:was|were|been|am|are) (?:\w+ )?asked\b",
    "reported.said": r"\b(?:he|she|they|it|who|mum|dad|mother|father|boss|wife|husband|somebody|someone|\w+) (?:said|says|told|writes|wrote|reckons|thinks|replied|answered)\b",
    "reported.quote": r"\"[^\"]{3,}\"",
    "rhetorical.who": r"\bwho (?:could|would|can|doesn't|wouldn't|needs?|knew|knows|says|said|am i)\b|\bhow (?:could|can|did|on earth|else) (?:they|he|she|it|anyone|anybody|we|i|you) (?:possibly|ever|not|refuse|say no|forget|resist)\b|\bwhat (?:more|else) (?:could|can|would|is)\b|\bguess what\b|\bcan you (?:believe|imagine)\b|\bwould you believe\b|\bremember when\b|\bwhy (?:me|not|do i|does it|is it|on earth|bother)\b|\bisn't (?:it|that)\b|\bisn't she\b|\baren't we\b|\bwhat's not to\b|\bwhere (?:did|does) the time\b|\bhow was i\b|\bwhat was i\b|\bam i\b|\bdid i (?:mention|tell|say)\b|\bdo i\b",
    "rhetorical.told_you": r"\bdo you (?:remember|recall)\b|\byou know (?:what|how|that|when)\b|\byou see\b|\bbelieve it or not\b|\bdon't you (?:love|hate|think)\b",
    "refusal.cannot": rf"\b{_I} (?:can't|cannot|can not|won't|will not|am unable|are unable|am not able|couldn't|must decline|have to decline|must say no|don't (?:do|give|lend|have)|am afraid)\b|\b(?:answer|it) is no\b|\b(?:have|going) to (?:say no|pass|decline|turn)\b|\bregret(?:fully)?\b|\bunfortunately\b|\b(?:i'm|we're) afraid\b|\bno need to\b|\bnothing for you to do\b|\bdon't need anything\b|\bno action\b",
    "refusal.no_ask": r"\b(?:not|isn't|no) (?:asking|a request|an ask|begging)\b|\bno reply (?:needed|necessary)\b|\bneedn't (?:reply|answer)\b|\bdon't (?:reply|answer|write back|need)\b|\bno (?:need|rush to reply|answer needed)\b|\bno strings\b|\bnothing (?:back|in return)\b|\bno longer need\b|\bfor (?:information|info) only\b|\bjust (?:to say|so you know|letting you know)\b",
    # thanks and praise
    "thanks.word": r"\b(?:thank|thanks|thank-you|thx|thnx|ta|cheers|gracias|merci|danke|grateful|gratitude|appreciate[ds]?|obliged|indebted|bless you|diolch|gratefully)\b",
    "thanks.strong": r"\b(?:i|we) owe you(?: all)?[.!,]|\bin your debt\b|\bowe you (?:one|a|my|big|so|everything|for)\b|\blife ?saver\b|\byou(?:'re| are)? (?:an? |my |the |such an? )?(?:\w+ )?(?:hero|star|legend|angel|genius|saint|treasure|gem|brick|trouper|marvel)\b|\bcan(?:no|')t thank you enough\b|\bthank you (?:so|from the)\b|\bthanks a million\b|\bforever grateful\b|\bnever forget\b|\bhow (?:can|could|do|will) (?:i|we) (?:ever )?(?:repay|thank)\b|\bif there'?s ever\b|\bi won't forget\b|\bcannot (?:begin to )?(?:thank|express)\b",
    "thanks.effect": r"\byou (?:saved|rescued|fixed|changed|were right|got (?:me|us|him|her|them)|pulled|made (?:my|our|it|her|his|all|the)|talked|spared|turned|put (?:me|us))\b|\bthanks to (?:you|your)\b|\bbecause of (?:you|your)\b|\b(?:it's|its|all) your doing\b|\bwithout (?:you|your)\b|\bcouldn't have\b|\bwouldn't (?:have|be)\b"
    r"|\byour (?:\w+ )?(?:letter|note|notes|word|words|introduction|intro|advice|tip|help|trick|recipe|idea|reference|recommendation|call|suggestion|friend|contact|man|plumber|lawyer|cousin|sister|brother|mention|post|review|talk|loan|email|mail|nudge|edit|edits|spreadsheet|template) (?:\w+ )?(?:worked|paid|did|got|saved|made|landed|helped|has|have|was|were|is|came|opened|turned|sold|brought|went)\b",
    "thanks.for_help": r"\bthank(?:s|s again| you| you again| you so much| you very much|s so much|s ever so)(?: \w+)? for (?:\w+ )?(?:all |your |the |everything|being|taking|helping|giving|lending|introducing|putting|letting|coming|making|speaking|looking|having|recommend\w*|sharing|picking|sending|doing|thinking|staying|driving|bringing)",
    "thanks.result": r"\b(?:i|we|he|she|they) (?:got|passed|won|landed|sold|took|bought|signed|said yes|hired|have an offer|was accepted|were accepted|agreed|called back|rang)\b",
    "praise.congrats": r"\bcongrat\w*\b|\bwell done\b|\bproud of (?:you|your)\b|\b(?:so|really|very) (?:happy|pleased|chuffed|glad) for you\b|\bwell[- ]deserved\b|\bbravo\b|\bkudos\b|\bmazel tov\b|\bhats? off\b|\bgood for you\b|\bgreat (?:job|work|news)\b|\bgood job\b|\bnice work\b|\bhappy birthday\b|\bwell earned\b",
    "praise.good": r"\byou(?:r|'re| are| were| have| did| do)\b.*\b(?:brilliant|superb|wonderful|marvell?ous|excellent|outstanding|fantastic|best|beautiful|great|amazing|perfect|terrific|talented|inspiring|lovely|impressive|impressed|tremendous|gifted|remarkable|finest|magnificent|moved)\b",
    "praise.read": r"\b(?:read|saw|heard|loved|enjoyed|watched|tasted|ate) (?:your|you|about your|the)\b|\bi (?:really |so |absolutely )?(?:loved|enjoyed|admire)\b|\bjob well\b|\bimpressed\b|\bdeserve\b|\bproud\b",
    # presenting people to each other
    "intro.meet": r"^\W*(?:\w+[ ,]+){0,3}(?:please )?meet (?:my )?\w+|\b(?:i'd|i would|i) (?:like|want|love) (?:you|the two of you|you two|you both) to (?:meet|know)\b|\bthis is (?:the )?[\w-]+\b.*\b(?:i (?:mentioned|told)|who|whom)\b",
    "intro.each_other": r"\byou (?:two|both)\b|\bthe (?:two|pair|both) of you\b|\beach other\b|\bone another\b|\byou should (?:know|meet|talk)\b|\bboth of you\b|\bi'?ll (?:let|leave) you\b|\bover to you\b|\bleave (?:it|you) (?:to|two)\b|\btake it from here\b|\bno introduction\b",
    "intro.introduce": r"\bintroduc\w*\b|\bintro\b|\bconnecting\b|\bin touch\b|\bconnect (?:you|the two)\b|\bput(?:ting)? you\b",
    # meeting words
    "meet.word": rf"\b(?:meet|meets|meeting|met|{_GATHERING}|get together|catch up|come (?:over|by|round|along|up|down|in|to)|drop (?:by|in)|stop by|swing by|pop (?:in|over|round)|join (?:us|me)|see you|party)\b",
    "meet.gathering": rf"\b{_GATHERING}s?\b",
    "meet.when": rf"\b{_DAY}\b|\bat (?:noon|\d{{1,2}}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|half|quarter)\b|\b\d{{1,2}}(?::\d\d|\.\d\d)?\s?(?:am|pm|a\.m|p\.m|o'clock)\b|\b\d{{1,2}}:\d\d\b|\bthe \d{{1,2}}(?:st|nd|rd|th)\b",
    "meet.propose": r"\b(?:shall we|let'?s|lets|can we|could we|how about|what about|are you (?:free|around|available|in)|would you be (?:free|available)|free (?:for|on|at)|fancy (?:a|some|lunch)|want to|care to|come (?:over|by|round|and|to|for)|join (?:us|me)|like to (?:meet|see|come|get together|set up|schedule|have)|set up (?:a|some)|schedule|find (?:a|some) time|sit down|any time|when (?:can|could|would|are|is)|grab (?:a|some|lunch|coffee))\b",
    "meet.agree": r"\bsee (?:you|ye|u|y'all) (?:on|at|there|then|in|tomorrow|tonight|next|monday|tuesday|wednesday|thursday|friday|saturday|sunday|soon|all)\b|\b(?:works|fine|perfect|good|suits|great|ok|okay|confirmed|confirm|booked|ideal) (?:for|with) (?:me|us)\b|\bthat works\b|\b(?:it is|'s) (?:then|agreed|confirmed|on)\b|\bi'?ll (?:be there|come|meet you|see you|be with you|call you|ring you|pick you up|be in)\b|\bi will (?:be there|come|meet|see you|call you|be in)\b|\bconfirm(?:ed|ing)?\b|\b(?:i|we) can (?:make|do|meet)\b|\blooking forward to (?:seeing|meeting|talking|our|lunch|it|dinner)\b|\bas agreed\b|\bit is, then\b|\bas (?:you )?suggest",
    "meet.cancel": r"\bcancel\w*\b|\bcall(?:ed|ing)? (?:it |\w+ )?off\b|\b(?:can't|cannot|can not|won't|not going to|unable to|couldn't|not be able to|not) (?:make|come|attend|join|manage)\b|\bpostpone\w*\b|\breschedul\w*\b|\bput (?:it )?off\b|\bhave to miss\b|\bmiss our\b|\brain check\b|\bnot today\b|\banother (?:day|time|week)\b|\bpush (?:it|our|back)\b|\binstead of\b|\bno lunch\b",
    "meet.held": r"\b(?:great|good|nice|lovely|wonderful|pleasure|fun|enjoyed|grand|delight|fantastic|so good) (?:to (?:see|meet|speak|talk|catch|have)|seeing|meeting|catching|talking|speaking|having|chatting|our|lunch|dinner|you)\b|\benjoyed (?:our|the|meeting|talking|lunch|seeing|your|having|last|it|dinner)\b|\bthank(?:s| you)(?: \w+){0,3} for (?:\w+ )?(?:lunch|coffee|dinner|meeting|your time|the chat|coming|the visit|seeing|having|taking the time|hosting|supper|the tea|last night|yesterday)\b|\b(?:when|as|since) we (?:met|spoke|talked|discussed)\b|\b(?:our|the) (?:lunch|dinner|meeting|call|coffee|chat|conversation|visit|walk|talk|discussion|breakfast|drink) (?:yesterday|last|on|today|this)\b|\blast night\b|\bfrom (?:our|the) (?:meeting|call|chat)\b|\byesterday\b",
    # what it is about
    "about.introduction": r"\bintroduc\w*\b|\bintros?\b|\bput (?:me|us|the two of us|him|her) in touch\b|\bin touch with\b|\bconnect (?:me|us)\b|\bwalk (?:me|us) in|\bopen (?:that|the|a|some|any) doors?\b|\bmeet (?:him|her|them|your|the (?:editor|director|owner|head))\b|\bwhoever (?:holds|runs|decides|does|buys)\b|\bput (?:me|us) (?:in|on to|onto)\b",
    "about.referral": r"\breferrals?\b|\brefer (?:me|us|them|him|her|people|clients)\b|\b(?:give|pass|hand) (?:\w+ ){1,3}(?:my|our) (?:number|card|name|details)\b|\bpass (?:on )?(?:my|our) (?:name|number|card|details)\b|\brecommend (?:me|us|a|any|someone|somebody|anyone)\b|\bknow (?:of )?(?:anyone|anybody|someone|somebody|any|a good|a decent)\b|\bhear of (?:any|some)|\bwho might (?:want|need|be|know)\b|\bsend (?:them|people|clients|customers|anyone) (?:my|our|to)\b|\banyone (?:who|looking|with|needs?)\b|\bpoint (?:me|them|us)\b",
    "about.endorsement": r"\breferences?\b|\breferees?\b|\btestimonials?\b|\brecommendation\b|\b(?:good|kind|quiet) words?\b|\bword (?:from|with|to) (?:you|the|him|her|whoever)\b|\bvouch\b|\bendors\w*\b|\bblurb\b|\bspeak (?:up )?(?:for|to my|to her|to his)\b|\bon (?:my|our) behalf\b|\bnominat\w*\b|\bletters? of\b|\b(?:lines?|sentences?|quote|note) (?:from you|about me|about us|saying|on what|with your)\b|\bcounter-?sign\b|\btell (?:him|her|them) (?:\w+ )?(?:that|who|what)\b|\bsay(?:s|ing)? (?:what it|that (?:i|you)|i'm|i am|a few)\b|\ba review\b|\bname on it\b|\bput (?:me|you) down as\b|\bsecond me\b|\bpropose me\b|\bput (?:me|my name) (?:forward|up|in)\b",
    "about.promotion": r"\b(?:share|post|repost|retweet|plug|promote|advertise|publici[sz]e|shout-?out|feature|forward|spread|circulate) (?:\w+ ){0,3}(?:it|this|our|my|the|word|about|link|poster|news)\b|\byour (?:\w+ )?(?:list|newsletter|readers|followers|audience|listeners|channels?|page|feed|column|blog|podcast|show|congregation|members|window|notice ?board|subscribers|mailing)\b|\bspread the word\b|\bposters?\b|\bflyers?\b|\bleaflets?\b|\bmention (?:it|us|me|the|my|our|this)\b|\bto your list\b|\blink (?:in|to)\b|\blines and a link\b",
    "about.time": rf"\b(?:minutes|half an hour|an hour|hours|of your time|{_GATHERING}|meet|sit down|chat|come (?:over|by|round|and|to|in)|talk to (?:my|our|the)|speak (?:at|to)|a moment|free (?:on|for|at)|stand in|fill in|cover|babysit|see (?:me|us|him)|fit me in)\b",
    "about.advice": r"\badvi[cs]e\w*\b|\bopinion\b|\bwhat (?:do|would) (?:you|u) (?:think|do|say|suggest|make)\b|\bthoughts\b|\bpick your brains?\b|\blook (?:over|at|through)\b|\bfeedback\b|\bhow (?:would|did|do) you\b|\bshould (?:i|we)\b|\bread (?:it|my|the|through|over)\b|\bsecond pair of eyes\b|\byour (?:view|take|eye|thoughts|opinion|honest)\b|\bhow (?:do|would|should|can) (?:i|we|one)\b|\bworth (?:it|the|doing|asking)\b|\bany ideas?\b",
    "about.information": r"\blet (?:me|us) know\b|\btell (?:me|us)\b|\bsend (?:me|us|over|the|a|your)\b|\b(?:what|when|where|which|who|how) (?:is|are|was|were|do|does|did|much|many|time|long)\b|\bdetails\b|\binformation\b|\binfo\b|\bthe (?:name|number|address|recipe|date|figures?|email) of\b|\bdo you (?:know|have)\b|\bfind out\b|\bname of\b|\bsalary\b|\bconfirm\b|\bforward\b",
    "about.help": r"\bhelp\w*\b|\ba hand\b|\blift\b|\bpick (?:up|him|her|me|it|them)\b|\bdrop (?:off|it)\b|\bcarry\b|\bmove\b|\bfix\b|\bfeed\b|\bwater\b|\bwatch\b|\blook after\b|\bmind\b|\bbring\b|\btickets?\b|\bdrive\b|\bsort\b|\bsign\b|\btranslat\w*\b|\bcover\b|\bswap\b|\bstay\b|\bsofa\b|\bcouch\b|\bspare room\b|\bkeys?\b|\bborrow\b",
    "about.money": r"\blend\b|\bloan\b|\bmoney\b|\bcash\b|\binvest\w*\b|\bfund\w*\b|\bdonat\w*\b|\bsponsor\w*\b|\bcap table\b|\bthe round\b|\bnotary\b|\bpledge\b|\btide (?:me|us) over\b|\bborrow (?:\w+ )?(?:\d|some|a few|fifty|a hundred)|\bpay (?:you )?back\b|\bdeposit\b|\brent\b|\bguarantor\b|\bdiscount\b|\bwire\b|[$\x{a3}\x{20ac}\x{20b9}]\s?\d|\b\d+(?:[.,]\d+)* ?(?:k|grand|quid|bucks|euros?|dollars|pounds)\b|\bchip in\b|\bcontribut\w*\b|\bwould get (?:me|us) (?:to|through)\b|\bpayroll\b|\bseed\b|\bshort\b",
    "about.job": r"\bjobs?\b|\bposition\b|\bvacanc\w*\b|\bopenings?\b|\bhiring\b|\bhire (?:me|him|her|my)\b|\bcv\b|\br.sum.\b|\binternship\b|\bintern\b|\bwork (?:for|with) (?:you|your)\b|\bapprentice\w*\b|\bplacement\b|\brole\b|\bemploy\w*\b|\btake (?:me|him|her) on\b|\bcareer\b|\bshifts?\b|\bwork experience\b",
    "about.gift": r"\bgifts?\b|\bpresents?\b|\btickets?\b|\bbottle\b|\bjars?\b|\btin\b|\bflowers\b|\bcake\b|\bspare\b|\bfor you\b|\bbox of\b|\bbag of\b|\btreat\b",
    "about.resource": r"\btemplate\b|\bspreadsheet\b|\bslides\b|\bdocument\b|\bcopy\b|\bguide\b|\bhandout\b|\btools?\b|\bladder\b|\bvan\b|\btrailer\b|\broom\b|\bkeys?\b|\blink\b|\blist\b|\bnotes\b|\bborrow\b|\buse (?:of )?(?:my|our|mine)\b|\bfile\b",
    "about.recognition": r"\bcongrat\w*\b|\bwell done\b|\bproud\b|\bdeserved?\b|\bbravo\b|\bkudos\b|\baward\b|\bprize\b|\bmedal\b|\bpraise\b|\bbrilliant\b|\bgreat job\b|\bbeautiful\b|\bwonderful\b",
    "about.work": r"\b(?:contract|invoice|order|delivery|report|schedule|draft|agreement|quote|po|account|system|project|client|customer|budget|deadline|approve|approval|attached|spreadsheet|deal|legal|plant|gas|power|trade|meeting room|ticket #|figures|shipment|supplier|payment|permit|form)\b",
    "about.family": r"\b(?:mum|mom|dad|daughter|son|wife|husband|kids?|baby|mother|father|sister|brother|nephew|niece|granddaughter|grandson|cousin|wedding|school|garden|dog|cat|house|holiday|birthday|funeral|church|club)\b",
}
