"""Somebody is forgotten: no byte of theirs stays, and nobody else's numbers change."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest_e2e import Goodwill, environment
from letters import ME, mbox, message

NOW = "2026-01-01T12:00:00Z"
WHO, WORK = "jo.muller@there.example", "j.m@work.example"
JO, JO_WORK = f"Jörg Müller-Lüdenscheidt <{WHO}>", f"Jörg Müller-Lüdenscheidt <{WORK}>"
BOB, CLEO = "Bob Sample <bob@far.example>", "Cleo Sample <cleo@near.example>"
ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."
GONE = (
    "jo.muller",
    "j.m@work",
    "Jörg",
    "Müller",
    "Lüdenscheidt",
    "zanzibar",  # a word of the letters between the two
    "quagga",  # a word of a letter of theirs to several
    "okapi",  # a word of others about them
    "narwhal",  # a title of their entry
    "kestrel",  # a word of the owner's note
)


def copied(raw: bytes, to: str) -> bytes:
    return raw.replace(b"\nSubject:", b"\nCc: " + to.encode() + b"\nSubject:", 1)


def letters() -> list[bytes]:
    both = "bob@far.example, cleo@near.example"
    found = []
    for n in range(6):
        mine = "I fixed the page for you, no charge. The zanzibar pictures are in."
        found.append(message(ME, WHO, f"zanzibar {n}", mine, 20 * n, f"jo{n}"))
        found.append(message(JO, ME, f"Re: zanzibar {n}", "You saved us, thank you!", 20 * n + 1, f"jr{n}"))
        found.append(message(ME, BOB, f"page {n}", "I fixed the page for you, no charge.", 25 * n, f"b{n}"))
        found.append(message(BOB, ME, f"Re: page {n}", "Thank you so much!", 25 * n + 1, f"br{n}"))
    found += [
        message(JO_WORK, ME, "from work", "This is my other address. Could you recommend us?", 30, "w"),
        message(JO, f"{ME}, {both}", "quagga", "Could you introduce us to your quagga man?", 40, "group"),
        message(ME, f"{BOB}, {JO}, {CLEO}", "all of you", "Could you recommend us to editors?", 50, "all"),
        message(ME, f"{BOB}, {CLEO}", "you two", "I made the drawings for you, as a present.", 55, "two"),
        copied(message(CLEO, ME, "a copy", "Jörg, could you help us move the okapi?", 60, "cc"), JO),
        message(CLEO, ME, "about", "Could you introduce me to Jörg Müller-Lüdenscheidt (okapi)?", 70, "ab"),
        message(BOB, ME, "his address", f"Could you write to the okapi, {WHO.upper()}?", 80, "ad"),
        message(CLEO, ME, "Lunch with Müller-Lüdenscheidt, Jörg", "See you.", 85, f"{WHO}.99"),
        message(CLEO, ME, "Re: x", "Could you help me with my papers, please?", 90, "plain"),
    ]
    return found


def entry(uid: str, day: int, who: list[str], title: str, more: str = "") -> str:
    people = "".join(
        f"ATTENDEE;CN={one.partition(' <')[0]}:mailto:{one[one.find('<') + 1 : -1]}\n" for one in who
    )
    return (
        f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20250101T000000Z\nDTSTART:2025{day:04}T100000Z\n"
        f"DTEND:2025{day:04}T113000Z\nSUMMARY:{title}\nORGANIZER:mailto:{ME}\n{people}{more}END:VEVENT\n"
    )


def calendar(path: Path) -> Path:
    me = f"Me <{ME}>"
    weekly = "RRULE:FREQ=WEEKLY;COUNT=8\n"
    jo = "Jörg Müller-Lüdenscheidt"
    text = "".join(
        (
            entry("one@x.example", 301, [me, JO], "narwhal talk"),
            entry(f"{WHO}-two", 302, [me, JO, BOB], f"Print fair with {jo}", f"LOCATION:at {jo}'s\n"),
            entry("three@x.example", 303, [me, BOB], "Lunch"),
            entry("weekly@x.example", 304, [me, JO, BOB, CLEO], "Round table", weekly),
            entry("private@x.example", 305, [me, JO], "narwhal weekly", weekly),
        )
    )
    path.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x//EN\n{text}END:VCALENDAR\n", "utf-8")
    return path


def begin(home: Path, folder: Path, keep: str) -> None:
    """Fill ``home`` with all that can be kept of somebody; the files that were read stay in ``folder``."""
    home.mkdir()
    (home / "config.toml").write_text(f'[store]\nkeep_text = "{keep}"\n')
    sources = [str(mbox(folder / "mail", letters())), str(calendar(folder / "dates.ics"))]
    assert run(home, "import", *sources, "--me", ME, "--now", NOW) == 0
    said = ["--now", "2025-12-30"]
    assert run(home, "note", WHO, "breeds kestrels", *said) == 0
    assert run(home, "note", "cleo@near.example", "sister of Jörg Müller-Lüdenscheidt", *said) == 0
    assert run(home, "merge", WHO, WORK, *said) == 0
    for word in ("close", "mute"):
        assert run(home, word, WHO, *said) == 0
        assert run(home, word, WHO, "--undo", *said) == 0
    for n, to in enumerate((WHO, "bob@far.example, stranger@far.example")):
        draft = folder / f"{n}.eml"
        draft.write_bytes(message(ME, to, "a thing", ASK))
        assert run(home, "check", str(draft), "--now", "2025-12-31") in (0, 1)
    assert run(home, "digest", "--now", "2025-12-31") == 0
    assert run(home, "show", WHO, "--now", NOW) == 0  # fills the cache of capitals
    with (home / "goodwill.log").open("a", encoding="utf-8") as log:
        log.write(f"a line of a plugin about {WHO}\nanother line\n")


def run(home: Path, *words: str) -> int:
    command = [sys.executable, "-m", "goodwill", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, env=environment(), check=False).returncode


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def get(keep: str) -> Path:
        if keep not in made:
            made[keep] = tmp_path_factory.mktemp(keep)
            begin(made[keep] / "home", made[keep], keep)
        return made[keep]

    return get


@pytest.fixture
def keep() -> str:
    return "full"


@pytest.fixture
def known(goodwill: Goodwill, tmp_path: Path, template: Callable[[str], Path], keep: str) -> Goodwill:
    shutil.copytree(template(keep), tmp_path, dirs_exist_ok=True)
    return goodwill


def traces(home: Path) -> list[tuple[str, str]]:
    """Every word that must be gone, with the file in which it stands."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert home / "goodwill.db" in files
    found = []
    for path in files:
        raw = path.read_bytes().lower()
        found += [(path.name, word) for word in GONE if word.lower().encode() in raw]
    return found


def numbers(goodwill: Goodwill, *more: str) -> dict[str, tuple]:
    """What everybody else's standing is, to nine places."""
    lines = [json.loads(line) for line in goodwill("people", "--json", "--now", NOW).out.splitlines()]
    found = {}
    for line in lines:
        if WHO in line["addresses"]:
            continue
        page = json.loads(goodwill("show", line["addresses"][0], "--json", "--all", "--now", NOW).out)
        found[line["person"]] = tuple(page[key] for key in ("written", "heard", "addresses", "first", "last"))
        found[line["person"]] += tuple(
            round(page[key], 9) for key in ("capital", "given", "drawn", "received")
        )
    return found


@pytest.mark.parametrize("keep", ["evidence", "full"])
def test_no_byte_stays_and_the_others_stand_as_before(known: Goodwill, home: Path, tmp_path: Path):
    # Else the search would find nothing because nothing was ever there.
    assert {word for _, word in traces(home)} == set(GONE)
    before = numbers(known)
    assert set(before) == {"Bob Sample", "Cleo Sample"}
    ran = known("forget", WHO, "--yes")
    assert ran.status == 0, ran.err
    assert "No byte of what was deleted is left" in ran.err
    assert "1 line of the log went" in ran.err
    assert "still" not in ran.err
    assert traces(home) == []
    assert (home / "goodwill.log").read_text().endswith("another line\n")
    assert numbers(known) == before
    assert known("show", WHO).status == 2
    # What derives anew, and what reads again, brings nobody back and changes nothing.
    assert known("rebuild").status == 0
    assert numbers(known) == before
    again = known("import", tmp_path / "mail", tmp_path / "dates.ics", "--json", "--now", NOW)
    assert json.loads(again.out)["new"] == 0
    assert traces(home) == []
    assert numbers(known) == before
    export = known("export")
    assert export.status == 0
    assert not any(word.lower() in export.out.lower() for word in GONE)
    assert "@forgotten.invalid" in export.out
    for words in (
        ("status",),
        ("status", "--check"),
        ("digest", "--now", NOW),
        ("review", "--now", NOW),
        ("inbound",),
    ):
        assert known(*words).status == 0
    assert "forgotten.invalid" not in known("people", "--now", NOW).out


def test_what_is_read_again_for_better_detectors_stays_forgotten(known: Goodwill, home: Path, tmp_path: Path):
    assert known("forget", WHO, "--yes").status == 0
    before = numbers(known)
    # As if the same files were met elsewhere, by other detectors.
    with closing(sqlite3.connect(home / "goodwill.db")) as connection, connection:
        connection.execute("DELETE FROM items")
        connection.execute("DELETE FROM streams")
        connection.execute("UPDATE events SET readers = 99")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copy(tmp_path / "mail", folder / "mail")
    shutil.copy(tmp_path / "dates.ics", folder / "dates.ics")
    assert known("import", folder, "--now", NOW).status == 0
    assert traces(home) == []
    assert numbers(known) == before
    assert json.loads(known("status", "--json").out)["stale"] == 0


def test_new_mail_with_them_is_welcome(known: Goodwill, tmp_path: Path):
    known("forget", WHO, "--yes")
    new = [message(JO, ME, "again", "Here I am again.", 400, "new")]
    assert known("import", mbox(tmp_path / "new", new), "--now", "2026-03-01").status == 0
    page = json.loads(known("show", WHO, "--json", "--now", "2026-03-01").out)
    assert (page["heard"], page["written"], page["meetings"]) == (1, 0, 0)


def test_for_good_nothing_of_theirs_is_taken_in_until_it_is_undone(
    known: Goodwill, home: Path, tmp_path: Path
):
    assert known("forget", WHO, "--yes", "--for-good").status == 0
    assert traces(home) == []
    later = "2026-03-01"
    before = json.loads(known("show", "bob@far.example", "--json", "--now", later).out)["written"]
    new = [
        message(JO, ME, "zanzibar again", "Here I am again.", 400, "n1"),
        message(ME, f"{JO}, {BOB}", "to both", "I wrote the quagga paper for Jörg, no charge.", 401, "n2"),
        message(ME, f"{BOB}, {JO_WORK}", "to both", "I made the drawings, as a present.", 402, "n3"),
    ]
    assert known("import", mbox(tmp_path / "new", new), "--now", later).status == 0
    assert traces(home) == []
    bob = json.loads(known("show", "bob@far.example", "--json", "--now", later).out)
    assert bob["written"] == before + 2
    assert known("forget", WHO, "--undo").status == 0
    assert known("forget", WHO, "--undo").status == 2
    more = [message(JO, ME, "at last", "Here I am again.", 404, "n4")]
    assert known("import", mbox(tmp_path / "more", more), "--now", later).status == 0
    assert known("show", WHO, "--now", later).status == 0


def test_who_reads_meanwhile_is_named_and_the_rest_is_done_later(known: Goodwill, home: Path, tmp_path: Path):
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN');"
        "print(c.execute('SELECT count(*) FROM events').fetchone(), flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(home / "goodwill.db")], stdin=pipe, stdout=pipe, env=environment()
    )
    try:
        assert reader.stdout.readline()
        ran = known("forget", WHO, "--yes")
        assert ran.status == 2
        assert "another program is reading the store" in ran.err
        assert known("show", WHO).status == 2
    finally:
        reader.communicate()
    ran = known("forget", "Müller-Lüdenscheidt")
    assert ran.status == 0, ran.err
    assert traces(home) == []


def test_the_next_import_sweeps_what_had_to_wait(known: Goodwill, home: Path, tmp_path: Path):
    with closing(sqlite3.connect(home / "goodwill.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        assert known("forget", WHO, "--yes").status == 2
    assert known("import", tmp_path / "mail", "--now", NOW).status == 0
    assert traces(home) == []


def test_backups_that_hold_them_are_named_or_deleted(known: Goodwill, home: Path):
    backup = Path(known("backup").out.strip())
    mine = home / "mine.db"
    known("backup", mine)
    ran = known("forget", WHO, "--yes")
    for path in (backup, mine):
        assert f"{path} still holds them: it is a backup" in ran.err
        assert path.exists()
    # By name they are found no more: the sentence says what does find them.
    way = ran.err.partition("or: goodwill ")[2].splitlines()[0].split()
    assert way[0] == "forget"
    ran = known(*way, "--yes")
    for path in (backup, mine):
        assert f"{path} is deleted" in ran.err
        assert not path.exists()


def test_no_store_in_use_is_taken_for_a_backup(known: Goodwill, home: Path):
    """The store under another path than the home's, and the store of a home that lies in this one."""
    (home / "goodwill.db").rename(home / "mine.db")
    for left in home.glob("goodwill.db-*"):
        left.unlink()
    (home.parent / "way").symlink_to(home)
    (home / "config.toml").write_text(f'[store]\nurl = "sqlite:///{home.parent}/way/mine.db"\n')
    letter = message("Jörg Müller-Lüdenscheidt <j@x.example>", ME, "x", "y", 1, "z")
    namesake = mbox(home.parent / "more", [letter])
    assert known("import", namesake).status == 0
    inner = home / "inner"
    inner.mkdir()
    shutil.copy(home / "mine.db", inner / "goodwill.db")
    (inner / "goodwill.lock").touch()
    ran = known("forget", WHO, "--yes", "--backups")
    assert f"{inner / 'goodwill.db'} still names them: it is the store of another home" in ran.err
    assert "is deleted" not in ran.err
    assert (inner / "goodwill.db").exists()
    assert (home / "mine.db").exists()


def test_no_backup_is_deleted_for_a_part_of_anothers_address(goodwill: Goodwill, home: Path, tmp_path: Path):
    def take_in(name: str) -> None:
        address = f"{name.replace(' ', '.').lower()}@x.example"
        letter = message(
            f"{name} <{address}>", ME, "hello", f"Hello from {name}.", 1, address.partition("@")[0]
        )
        assert goodwill("import", mbox(tmp_path / name, [letter]), "--me", ME).status == 0

    take_in("Joann Smith")
    without = Path(goodwill("backup").out.strip())
    take_in("Ann Smith")
    holding = home / "mine.db"
    goodwill("backup", holding)
    (home / "backups" / "goodwill-old.db").write_bytes(b"\0ann.smith@x.example\0")
    ran = goodwill("forget", "ann.smith@x.example", "--yes", "--backups")
    assert ran.status == 0
    assert (without.exists(), holding.exists()) == (True, False)
    assert "goodwill-old.db still names them: it cannot be read as a backup" in ran.err
    assert ran.err.count("still") == 1


def test_without_a_terminal_and_a_yes_nobody_is_forgotten(known: Goodwill):
    ran = known("forget", WHO)
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    assert "Add --yes" in ran.err
    assert known("show", WHO).status == 0


@pytest.mark.parametrize(
    ("who", "gone"),
    [
        ("lüdenscheidt", False),
        ("jo.muller", False),
        ("Jörg", False),
        ("jörg  MÜLLER-lüdenscheidt", True),
        (WHO.upper(), True),
    ],
)
def test_with_yes_a_part_of_a_name_is_not_enough(known: Goodwill, who: str, gone: bool):
    ran = known("forget", who, "--yes")
    assert (ran.status == 0) is gone
    assert (known("show", WHO).status == 2) is gone
    if not gone:
        assert "is but a part of what Jörg" in ran.err
        assert len(ran.err.splitlines()) == 1


def test_on_a_terminal_it_asks(known: Goodwill, home: Path):
    if shutil.which("script") is None:
        pytest.skip("script is missing: install the package bsdutils")
    words = f"{sys.executable} -m goodwill --home {home} forget {WHO}"
    for answer, left in ((b"n\n", True), (b"y\n", False)):
        done = subprocess.run(
            ["script", "-qec", words, "/dev/null"],
            input=answer,
            capture_output=True,
            env=environment(),
            check=False,
        )
        assert b"It cannot be undone" in done.stdout
        assert (known("show", WHO).status == 0) is left


@pytest.mark.parametrize(("who", "told"), [(ME, "your own address"), ("nobody", "nobody in the book")])
def test_who_cannot_be_forgotten_is_said(goodwill: Goodwill, tmp_path: Path, who: str, told: str):
    goodwill("import", mbox(tmp_path / "mail", letters()), "--me", ME)
    ran = goodwill("forget", who, "--yes")
    assert (ran.status, told in ran.err) == (2, True)


def test_an_address_is_taken_as_a_whole(goodwill: Goodwill, tmp_path: Path):
    """``uller@…`` is a part of another's address, and must not be taken for it."""
    goodwill("import", mbox(tmp_path / "mail", letters()), "--me", ME)
    assert goodwill("forget", WHO[4:], "--yes").status == 0
    assert goodwill("show", WHO).status == 0


def test_somebody_who_stands_in_copies_only_is_forgotten_too(goodwill: Goodwill, home: Path, tmp_path: Path):
    letter = copied(message(BOB, ME, "hello", "Hello there.", 1, "a"), "Dora Else <dora@else.example>")
    goodwill("import", mbox(tmp_path / "mail", [letter]), "--me", ME)
    ran = goodwill("forget", "dora@else.example", "--yes")
    assert (ran.status, "0 mails and entries went; 1 stay" in ran.err) == (0, True)
    assert b"dora" not in (home / "goodwill.db").read_bytes().lower()
    assert "dora" not in goodwill("export").out.lower()


def test_a_namesake_stays_and_is_named(goodwill: Goodwill, home: Path, tmp_path: Path):
    other = "Jörg Müller-Lüdenscheidt <jml@elsewhere.example>"
    letters_ = [message(JO, ME, "one", "Hello.", 1, "a"), message(other, ME, "two", "Hello.", 2, "b")]
    goodwill("import", mbox(tmp_path / "mail", letters_), "--me", ME)
    ran = goodwill("forget", WHO, "--yes")
    assert "jml@elsewhere.example bears the same name" in ran.err
    assert "goodwill.db still names them" in ran.err
    assert json.loads(goodwill("show", "jml@elsewhere.example", "--json").out)["person"].startswith("Jörg")


def test_two_people_are_forgotten_one_after_the_other(known: Goodwill, home: Path):
    before = numbers(known)
    known("forget", WHO, "--yes")
    known("forget", "bob@far.example", "--yes")
    assert b"bob@far" not in (home / "goodwill.db").read_bytes().lower()
    after = numbers(known)
    assert after == {"Cleo Sample": before["Cleo Sample"]}


def test_a_store_elsewhere_is_swept_too(goodwill: Goodwill, home: Path, tmp_path: Path):
    home.mkdir()
    (home / "config.toml").write_text(f'[store]\nurl = "sqlite:///{tmp_path}/far.db"\n')
    goodwill("import", mbox(tmp_path / "mail", letters()), "--me", ME)
    assert goodwill("forget", WHO, "--yes").status == 0
    for path in tmp_path.glob("far.db*"):
        assert b"muller" not in path.read_bytes().lower()
    assert os.listdir(tmp_path).count("far.db") == 1
