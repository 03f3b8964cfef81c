"""Own words are kept, whatever stands around them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodwill.words import from_html, normalize_subject, split

PLAIN = st.lists(
    st.text(alphabet="abcdefghij klm", min_size=1, max_size=40)
    .map(str.strip)
    .filter(lambda line: len(line) > 3),
    min_size=1,
    max_size=12,
).map("\n".join)

HEADERS = [
    "On Mon, 13 May 2024 at 10:00, Ada Example <ada@example.com> wrote:",
    "On Mon, 13 May 2024 at 10:00, Ada Example\n<ada@example.com> wrote:",
    "On Mon, 13 May 2024 at 10:00,\nAda Example <ada@example.com>\nwrote:",
    "Am 13.05.2024 um 10:00 schrieb Ada Example:",
    "Am Mo., 13. Mai 2024 um 10:00 Uhr schrieb Ada Example <ada@example.com>:",
    "Le lun. 13 mai 2024 à 10:00, Ada Example <ada@example.com> a écrit :",
    "El lun, 13 may 2024 a las 10:00, Ada Example (<ada@example.com>) escribió:",
    "Ada Example <ada@example.com> schrieb am Mo., 13. Mai 2024, 10:00:",
    "Am Montag, 13. Mai 2024 um 10:00:00 MESZ hat Ada Example <ada@example.com> Folgendes geschrieben:",
    "Ada Example <ada@example.com> wrote:",
    "Ada Example wrote on 13/05/2024 10:00:",
    "2024-05-13 10:00 GMT+01:00 Ada Example <ada@example.com>:",
    "-----Original Message-----",
    " -----Original Message-----\nFrom: \tExample, Ada  \nSent:\tMonday, May 13, 2024 8:57 AM\nTo:\tBo\nSubject:\tx",  # noqa: E501
    "-----Ursprüngliche Nachricht-----\nVon: Ada\nGesendet: Montag\nAn: Bo\nBetreff: x",
    "-----Message d'origine-----\nDe : Ada\nEnvoyé : lundi\nÀ : Bo\nObjet : x",
    "-----Mensaje original-----\nDe: Ada\nEnviado el: lunes\nPara: Bo\nAsunto: x",
    "From: Ada Example <ada@example.com>\nSent: Monday, May 13, 2024 10:00\nTo: Bo\nSubject: Hello",
    "*From:* Ada Example\n*Sent:* Monday\n*To:* Bo\n*Subject:* Hello",
    "Von: Ada\nGesendet: Montag, 13. Mai 2024 10:00\nAn: Bo\nBetreff: Hallo",
    "De : Ada\nEnvoyé : lundi 13 mai 2024 10:00\nÀ : Bo\nObjet : Salut",
    "De: Ada\nEnviado: lunes\nPara: Bo\nAsunto: Hola",
    "________________________________\nFrom: Ada\nSent: Monday\nTo: Bo\nSubject: Hello",
    "---------- Forwarded message ----------\nFrom: Ada\nDate: Mon\nSubject: x\nTo: Bo",
    "Begin forwarded message:\n\nFrom: Ada <ada@example.com>\nSubject: x\nDate: Mon\nTo: Bo",
    "----- Forwarded by Ada Example/Test on 05/13/2024 10:00 AM -----",
    "---------------------- Forwarded by Ada Example/Test on 05/13/2024 10:00\nAM ---------------------------",  # noqa: E501
    "Ada Example@TEST\n06/01/2001 10:00 AM\nTo: Bo/Test@TEST\ncc:\nSubject: x",
    '"Ada Example" <ada@example.com> on 05/13/2024 01:05:44 PM\n\nTo: bo@example.com\ncc:\nSubject: x',
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_a_quote_below_is_not_own(header: str) -> None:
    words = split(f"I can be there at noon.\n\n{header}\n\nCould you lend me your car?\n")
    assert words.own == "I can be there at noon."
    assert "Could you lend me your car?" in words.quoted


@given(own=PLAIN, quote=PLAIN, header=st.sampled_from(HEADERS))
def test_appending_a_quote_never_changes_own(own: str, quote: str, header: str) -> None:
    assert split(f"{own}\n\n{header}\n\n{quote}\n").own == split(own).own


@given(own=PLAIN, quote=PLAIN)
def test_own_lines_between_and_below_quotes_are_kept(own: str, quote: str) -> None:
    quoted = "\n".join("> " + line for line in quote.split("\n"))
    words = split(f"On Monday Ada wrote:\n{quoted}\n\n{own}\n\n{quoted}\n\n{own}")
    assert words.own == f"{own}\n\n{own}"


@given(own=PLAIN, name=st.sampled_from(["Ada", "Ada Example\nThe Example Company\n+1 555 0100"]))
def test_appending_a_signature_never_changes_own(own: str, name: str) -> None:
    assert split(f"{own}\n-- \n{name}\n").own == split(own).own
    assert split(f"{own}\n\nSent from my iPhone").own == split(own).own


@given(st.text())
def test_no_line_is_invented(text: str) -> None:
    words = split(text)
    flat = "".join(text.split())
    for line in (*words.own.split("\n"), *words.quoted.split("\n")):
        assert len("".join(line.split())) <= len(flat)
    assert split(words.own).own in (words.own, split(words.own).own)


@given(PLAIN)
def test_prose_is_own(own: str) -> None:
    assert split(own).own == own
    assert split(own).quoted == ""


@pytest.mark.parametrize(
    "text",
    [
        "He was furious.\nOn Monday he wrote:\nI will never come back.\nWhat now?",
        "On 3 May 2024 at 10:30 she wrote:\nthe train is late.\nSo I waited.",
        "From: London\nTo: Paris\nDate: 3 May\nCan you book it?",
        "Thanks,\nJo",
        "Two options:\n--\nthe first\n--\n" + "a long story that goes on and on and on. " * 80,
        "Sent from my side is the invoice. Did you get it?",
        "This message is for Ada: could you call me?",
        "Dates:\n12/05/2024\n13/05/2024\nwhich one suits?",
        "Thanks,\nJo\nPS: could you call me on +1 555 0100 tomorrow?",
    ],
)
def test_a_false_header_costs_no_words(text: str) -> None:
    assert "".join(split(text).own.split()) == "".join(text.split())


def test_disclaimers_devices_and_cards_are_cut() -> None:
    text = (
        "See you there.\n\nBest regards,\nJo Example\nHead of Things\nTel: +1 555 0100\nwww.example.com\n\n"
        "This e-mail is confidential and intended solely for the addressee. If you are not the intended "
        "recipient, please notify the sender and delete it.\n\nGesendet von meinem iPhone\n"
    )
    assert split(text).own == "See you there.\n\nBest regards,\nJo Example"


def test_html_marks_quotes_and_hides_what_is_hidden() -> None:
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>Hello<b> Bo</b>,</p>first<br>second"
        "<div style='display: none'>tracking</div><script>x()</script>"
        "<div class='gmail_quote'><div class='gmail_attr'>Dne 1. 5. Ada napsala:</div>"
        "<blockquote class='gmail_quote'>old <div>words</div></blockquote></div><div>last</div></body></html>"
    )
    words = split(from_html(html))
    assert words.own == "Hello Bo,\n\nfirst\nsecond\n\nlast"
    assert "old" in words.quoted
    assert "tracking" not in words.own + words.quoted


@pytest.mark.parametrize(
    "reply",
    [
        "<div id='divRplyFwdMsg'><b>From:</b> Ada<br><b>Sent:</b> x</div><div>old</div>",
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt'><p><b>Von:</b> Ada</p></div><p>old</p>",  # noqa: E501
        "<blockquote type='cite'>old</blockquote>",
        "<div class='moz-forward-container'>old</div>",
        "<div class='gmail_quote'><div class='gmail_attr'>---------- Forwarded message ---------</div>old</div>",  # noqa: E501
    ],
)
def test_html_quotes_of_many_clients(reply: str) -> None:
    words = split(from_html(f"<body><p>mine</p>{reply}</body>"))
    assert words.own == "mine"
    assert "old" in words.quoted


def test_an_indent_is_no_quote() -> None:
    html = (
        "<p>mine</p><blockquote style='margin: 0 0 0 40px; border: none; padding: 0'>also mine</blockquote>"
    )
    assert "also mine" in split(from_html(html)).own


@given(st.text())
def test_html_never_raises(html: str) -> None:
    split(from_html(html))
    split(from_html(f"<div><blockquote>{html}"))


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        ">",
        "> ",
        "On ",
        "From: x\n",
        "--\n",
        "This message\n",
        "Thanks,\n",
        "<div>",
        "a@b ",
        "_",
        "\0\xff",
    ],
)
def test_a_hostile_text_takes_linear_time(piece: str) -> None:
    # Four times the text may take twice four times as long: quadratic time would be sixteen times.
    assert cost(piece * 40_000) < 8 * cost(piece * 10_000) + 0.5


def cost(text: str) -> float:
    start = time.process_time()
    split(text)
    from_html(text)
    normalize_subject(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: Fwd: [team] AW: Hello  World", "hello world"),
        ("RE[2]: WG: SV: TR: Antw: x", "x"),
        ("Report: numbers", "report: numbers"),
        ("", ""),
        ("[team]", "[team]"),
    ],
)
def test_subjects(subject: str, expected: str) -> None:
    assert normalize_subject(subject) == expected
