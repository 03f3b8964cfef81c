"""Every command, as the README promises it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest_e2e import Goodwill, environment
from letters import ME, maildir, mbox, message

NOW = "2026-01-01T12:00:00Z"
FRIEND = "Ada Sample <ada@there.example>"


def history() -> list[bytes]:
    letters = []
    for month in range(10):
        letters.append(
            message(
                ME, FRIEND, f"page {month}", "I fixed the page for you, no charge.", 30 * month, f"a{month}"
            )
        )
        thanks = "You saved us again, thank you so much! I owe you one."
        letters.append(message(FRIEND, ME, f"Re: page {month}", thanks, 30 * month + 1, f"b{month}"))
    letters.append(message(FRIEND, ME, "a question", "Could you recommend us to your editor?", 320, "q"))
    return letters


@pytest.fixture
def known(goodwill: Goodwill, tmp_path: Path) -> Goodwill:
    ran = goodwill("import", mbox(tmp_path / "mail", history()), "--me", ME)
    assert ran.status == 0, ran.err
    return goodwill


def draft(to: str, body: str) -> bytes:
    return message(ME, to, "a thing", body)


ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."


def test_an_import_can_be_repeated(known: Goodwill, tmp_path: Path):
    again = known("import", tmp_path / "mail", "--json")
    assert json.loads(again.out)["new"] == 0
    assert json.loads(again.out)["mails_in_store"] == 21


def test_check_warns_of_a_stranger_with_status_1(known: Goodwill):
    ran = known("check", "-", "--now", NOW, stdin=draft("new@far.example", ASK))
    assert ran.status == 1
    assert ran.out.startswith("PREMATURE")
    assert "never been in touch" in ran.out


def test_check_of_a_friend_is_clear_with_status_0(known: Goodwill):
    ran = known("check", "-", "--now", NOW, "--json", stdin=draft(FRIEND, ASK))
    verdict = json.loads(ran.out)
    assert (ran.status, verdict["verdict"]) == (0, "clear")
    assert verdict["asks"][0]["routine"] is False
    assert verdict["recipients"][0]["capital"] > 3


def test_check_takes_a_json_draft(known: Goodwill):
    text = json.dumps({"from": ME, "to": ["new@far.example"], "subject": "?", "text": ASK})
    assert known("check", "--json-draft", "--now", NOW, stdin=text).status == 1


def test_events_after_now_do_not_exist(known: Goodwill):
    ran = known("check", "-", "--now", "2024-12-01", "--json", stdin=draft(FRIEND, ASK))
    assert json.loads(ran.out)["recipients"][0]["capital"] == 0
    assert ran.status == 1


def test_people_and_show_tell_one_story(known: Goodwill):
    line = json.loads(known("people", "--json", "--now", NOW).out)
    page = json.loads(known("show", "ada", "--json", "--now", NOW).out)
    assert (line["person"], line["written"], line["heard"]) == ("Ada Sample", 10, 11)
    assert page["capital"] == line["capital"]
    assert sum(entry["value"] for entry in page["ledger"]) == page["exact_capital"]
    assert len(page["points"]) == 13
    text = known("show", "ada@there.example", "--now", NOW).out
    assert "Waiting for your answer" in text
    assert "The thirteen points" in text


def test_the_digest_names_the_open_question(known: Goodwill, home: Path):
    ran = known("digest", "--now", "2025-12-01T09:00:00Z", "--json")
    (advice,) = json.loads(ran.out)["people"]
    assert (advice["person"], advice["section"]) == ("Ada Sample", "you owe")
    assert "digest" in (home / "goodwill.log").read_text()


def test_a_line_of_the_digest_can_be_answered(known: Goodwill):
    when = ("--now", "2025-12-01T09:00:00Z")
    (advice,) = json.loads(known("digest", *when, "--json").out)["people"]
    code = advice["key"][:4]
    assert f"[{code}]" in known("digest", *when).out
    for wrong in (("zzzz", "done"), ("", "done"), (code, "tomorrow"), (code[:3], "done")):
        ran = known("advice", *wrong, *when)
        assert (ran.status, ran.err.count("\n")) == (2, 1)
    ran = known("advice", code, "snooze", *when)
    assert (ran.status, ran.err) == (0, "Ada Sample: snooze. It rests for a week.\n")
    assert "Nothing needs you" in known("digest", *when).out
    assert code in known("digest", "--now", "2025-12-09T09:00:00Z").out
    assert known("advice", code, "done", "--now", "2025-12-09T09:00:00Z").status == 0
    assert "Nothing needs you" in known("digest", "--now", "2025-12-09T10:00:00Z").out


def test_no_advice_comes_on_three_days_running(known: Goodwill):
    days = [f"2025-12-{day:02d}T09:00:00Z" for day in (1, 2, 3)]
    said = [json.loads(known("digest", "--now", day, "--json").out)["people"] for day in days]
    assert [len(people) for people in said] == [1, 1, 0]


def test_classify_reads_lines_and_touches_no_store(goodwill: Goodwill, home: Path):
    lines = [
        {"id": 1, "kind": "text", "text": "Could you introduce me to your editor?"},
        {"id": 2, "kind": "mail", "from": ME, "to": ["ada@there.example"], "date": "2025-01-01T10:00:00Z",
         "subject": "x", "text": "Could you use an introduction to my editor?", "me": [ME]},
        {"id": 3, "kind": "calendar", "start": "2025-01-01T12:00:00Z", "end": "2025-01-01T13:00:00Z",
         "summary": "Lunch", "organizer": ME, "attendees": [ME, "ada@there.example"], "me": [ME]},
    ]  # fmt: skip
    ran = goodwill("classify", stdin="\n".join(map(json.dumps, lines)) + "\n\nnot json\n")
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [row["id"] for row in found] == [1, 2, 3]
    assert found[0]["scores"]["ask"] > 0.5
    assert found[2]["signals"][0]["kind"] == "meeting"
    assert set(found[0]["scores"]) == {"ask", "favour_ask", "favour", "meeting"}
    assert ran.status == 2
    assert "line 5" in ran.err
    assert not (home / "goodwill.db").exists()


LABELLED = [
    ("Could you introduce me to the editor of your paper? It would be a huge favour.", "favour", "none"),
    ("Could you use an introduction to my editor? I would be glad to write to her for you.", "none", "offer"),
    ("The train leaves at nine from platform two.", "none", "none"),
    ("The train leaves at ten from platform one.", "routine", "none"),
]


def labelled(*more: str) -> str:
    rows = [
        {"id": f"n{n}", "input": {"kind": "text", "text": text}, "label": {"ask": ask, "favour": favour}}
        for n, (text, ask, favour) in enumerate(LABELLED)
    ]
    return "\n".join([*map(json.dumps, rows), *more]) + "\n"


def test_evaluate_prints_figures_and_the_worst_mistakes(goodwill: Goodwill, home: Path):
    found = json.loads(goodwill("evaluate", "-", "--json", stdin=labelled()).out)
    ask, favour_ask, favour = found["outcomes"]
    assert (ask["lines"], ask["positives"], ask["recall"], ask["f1"]) == (4, 2, 0.5, 0.6667)
    assert [one["id"] for one in ask["mistakes"]] == ["n3"]
    assert (favour_ask["f1"], favour["f1"]) == (1.0, 1.0)
    text = goodwill("evaluate", "-", "--worst", "1", stdin=labelled()).out
    assert "n3 missed" in text
    assert "average precision" in text
    assert not (home / "goodwill.db").exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "is not JSON"),
        ('{"text": "hello", "label": {"ask": "none"}}', "has no 'input'"),
        ('{"input": {"text": "hello"}}', "has no label"),
        ('{"input": {"text": 3}, "label": {"ask": "none"}}', "'text' must be text"),
        ('{"input": {"text": "hello"}, "label": {"ask": "loud"}}', "labelled 'loud'"),
    ],
)
def test_evaluate_names_a_line_that_is_wrong_and_measures_the_rest(goodwill: Goodwill, line: str, words: str):
    ran = goodwill("evaluate", "-", "--json", stdin=labelled(line))
    assert ran.status == 2
    assert "line 5" in ran.err
    assert words in ran.err
    assert json.loads(ran.out)["lines"] == 4


def test_evaluate_of_nothing_says_so(goodwill: Goodwill):
    ran = goodwill("evaluate", "-", stdin="\n")
    assert (ran.status, ran.out) == (2, "")
    assert "no labelled line" in ran.err


def test_status_plugins_export_and_rebuild(known: Goodwill):
    status = json.loads(known("status", "--json").out)
    assert (status["counts"]["mail"], status["owner"], status["stale"]) == (21, [ME], 0)
    plugins = [json.loads(line) for line in known("plugins", "--json").out.splitlines()]
    assert {p["name"] for p in plugins if p["kind"] == "detectors"} >= {"ask", "favour", "meeting"}
    assert {p["state"] for p in plugins} == {"loaded"}
    before = known("export").out
    assert len(before.splitlines()) == 22
    rebuilt = known("rebuild")
    assert rebuilt.status == 0
    assert known("export").out == before


def test_a_plugin_can_be_switched_off(known: Goodwill, home: Path):
    (home / "config.toml").write_text("[plugins]\ndisabled = ['ask']\n")
    assert known("check", "-", stdin=draft("new@far.example", ASK)).status == 0
    assert "switched off" in known("plugins").out


def test_without_me_the_owner_is_proposed(goodwill: Goodwill, tmp_path: Path):
    others = [message(ME, "Ben Sample <ben@far.example>", f"note {n}", "See you.", n) for n in range(3)]
    ran = goodwill("import", mbox(tmp_path / "mail", history() + others))
    assert ran.status == 2
    assert f"goodwill import --me {ME}" in ran.err
    assert goodwill("people").status == 2
    assert goodwill("import", "--me", ME).status == 0
    assert "Ada Sample" in goodwill("people").out


def test_a_wrong_me_is_said(goodwill: Goodwill, tmp_path: Path):
    others = [message(ME, "Ben Sample <ben@far.example>", f"note {n}", "See you.", n) for n in range(3)]
    ran = goodwill("import", mbox(tmp_path / "mail", history() + others), "--me", "mee@home.example")
    assert ran.status == 2
    assert f"most of it seems to be the mail of {ME}" in ran.err


def test_a_reply_without_message_ids_is_found_by_its_subject(goodwill: Goodwill, tmp_path: Path):
    text = "I am hiring for a firm in town. Would you be free for half an hour this week?"
    offer = message("Rita Sample <rita@talent.example>", ME, "A role in town", text, 1, "r")
    goodwill("import", mbox(tmp_path / "mail", [offer, *history()]), "--me", ME)
    reply = message(
        ME, "Rita Sample <rita@talent.example>", "Re: A role in town", "Yes. Could we speak on Tuesday?"
    )
    assert goodwill("check", "-", "--now", "2025-01-03", stdin=reply).status == 0


def test_many_strangers_are_judged_in_a_few_lines(known: Goodwill):
    crowd = ", ".join(f"p{n}@crowd{n}.example" for n in range(40))
    ran = known("check", "-", "--now", NOW, stdin=draft(crowd, ASK))
    assert ran.status == 1
    assert "and 37 more" in ran.out
    assert len(ran.out.splitlines()) < 15


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_poor_terminal_still_gets_its_answer(known: Goodwill, home: Path, encoding: str):
    command = [sys.executable, "-m", "goodwill", "--home", str(home), "show", "ada"]
    settings = environment() | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=settings, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_narrow_terminal_shows_whole_addresses(known: Goodwill, home: Path):
    if shutil.which("script") is None:
        pytest.skip("script is missing: install the package bsdutils")
    words = f"{sys.executable} -m goodwill --home {home} people --now {NOW}"
    settings = environment() | {"COLUMNS": "60", "TERM": "xterm"}
    done = subprocess.run(
        ["script", "-qec", words, "/dev/null"], capture_output=True, env=settings, check=False
    )
    assert b"ada@there.example" in done.stdout


def test_the_demo_shows_the_whole_river(goodwill: Goodwill, home: Path):
    ran = goodwill("demo", "--now", NOW, timeout=30)
    assert ran.status == 0
    for words in ("PREMATURE", "CLEAR", "YOU OWE", "THANK", "INVEST", "goodwill import"):
        assert words in ran.out
    assert not home.exists()


def test_new_mail_in_a_maildir_is_all_that_is_read(goodwill: Goodwill, tmp_path: Path):
    letters = history()
    folder = maildir(tmp_path / "Mail", letters[:-1])
    goodwill("import", folder, "--me", ME)
    (folder / "new" / "later.m.host").write_bytes(letters[-1])
    ran = json.loads(goodwill("import", folder, "--json").out)
    assert (ran["events"], ran["new"]) == (1, 1)


def test_output_into_a_closed_pipe_is_no_error(known: Goodwill, home: Path):
    script = f"{sys.executable} -m goodwill --home {home} export | head -n 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, env=environment(), check=False)
    assert done.stderr == b""


def test_show_tells_rank_trend_and_balance(known: Goodwill):
    shown = known("show", "Ada", "--now", NOW).out
    assert "Rank    1 of 1 by capital (inner 5)" in shown
    assert "Trend " in shown
    assert "points over two years" in shown
    page = json.loads(known("show", "Ada", "--json", "--now", NOW).out)
    assert (page["rank"], page["of"], page["band"]) == (1, 1, "inner 5")
    assert page["balance"][-1]["capital"] == page["capital"]


def test_inbound_tells_who_asks(known: Goodwill):
    assert "Ada Sample" in known("inbound", "--now", NOW).out
    (line,) = known("inbound", "--json", "--now", NOW).out.splitlines()
    assert json.loads(line)["asks"][0]["type"] in {"endorsement", "referral", "promotion"}
    assert "Nobody asked" in known("inbound", "--now", "2024-01-01").out


def test_a_history_that_is_not_read_to_its_end_says_nothing_of_strangers(known: Goodwill, home: Path):
    import sqlite3

    with sqlite3.connect(home / "goodwill.db") as store:
        store.execute(
            "INSERT INTO streams (account, name, complete, readers) VALUES ('a-mailbox', 'inbox', 0, 1)"
        )
    ran = known("check", "-", "--now", NOW, stdin=draft("new@far.example", ASK))
    assert ran.status == 0
    assert "not read to its end yet" in ran.out
