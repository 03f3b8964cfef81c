"""Everything wrong that a user can hand over: one clear sentence, exit status 2, and the store as it was."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from conftest_e2e import Goodwill, Ran, environment
from letters import ME, many, mbox, message


def said(ran: Ran, *words: str) -> None:
    """One sentence on stderr, nothing on stdout, exit status 2."""
    assert ran.status == 2, ran
    assert ran.out == ""
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert ran.err.startswith("goodwill: ")
    for word in words:
        assert word in ran.err


@pytest.fixture
def known(goodwill: Goodwill, tmp_path: Path) -> Goodwill:
    assert goodwill("import", mbox(tmp_path / "mail", many(30)), "--me", ME).status == 0
    return goodwill


def test_a_missing_file(goodwill: Goodwill, tmp_path: Path):
    said(goodwill("import", tmp_path / "none.mbox", "--me", ME), "none.mbox")


def test_a_folder_without_mail(goodwill: Goodwill, tmp_path: Path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.txt").write_text("no mail here")
    said(goodwill("import", folder, "--me", ME), "pictures")


def test_a_binary(goodwill: Goodwill, tmp_path: Path):
    path = tmp_path / "program"
    path.write_bytes(bytes(range(256)) * 500)
    said(goodwill("import", path, "--me", ME), "program")


def test_a_truncated_gzip_keeps_what_could_be_read(goodwill: Goodwill, tmp_path: Path):
    whole = gzip.compress(mbox(tmp_path / "mail", many(200)).read_bytes())
    cut = tmp_path / "mail.mbox.gz"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    ran = goodwill("import", cut, "--me", ME)
    assert ran.status == 2
    assert "mail.mbox.gz" in ran.err
    assert "mail.mbox.gz" in goodwill("status").out
    assert json.loads(goodwill("status", "--json").out)["counts"]["mail"] > 50
    cut.write_bytes(whole)
    goodwill("import", cut)
    assert json.loads(goodwill("status", "--json").out)["counts"]["mail"] == 200


def test_a_truncated_mbox_reads_to_its_end(goodwill: Goodwill, tmp_path: Path):
    path = mbox(tmp_path / "mail", many(20))
    path.write_bytes(path.read_bytes()[:-30])
    assert goodwill("import", path, "--me", ME).status == 0
    assert json.loads(goodwill("status", "--json").out)["counts"]["mail"] == 20


def test_a_truncated_zip(goodwill: Goodwill, tmp_path: Path):
    path = tmp_path / "takeout.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(mbox(tmp_path / "mail", many(50)), "Takeout/Mail/All mail.mbox")
    path.write_bytes(path.read_bytes()[:4000])
    ran = goodwill("import", path, "--me", ME)
    assert ran.status == 2
    assert "takeout.zip" in ran.err


def test_a_zip_bomb_is_refused_in_good_time(goodwill: Goodwill, tmp_path: Path):
    path = tmp_path / "bomb.zip"
    head = message("a@there.example", ME)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mail.eml", head + b"\n" * 300_000_000)
    ran = goodwill("import", path, "--me", ME, timeout=60)
    assert ran.status == 2
    assert "bomb.zip" in ran.err


def test_a_calendar_with_a_broken_entry(goodwill: Goodwill, tmp_path: Path):
    path = tmp_path / "calendar.ics"
    entry = (
        "BEGIN:VEVENT\r\nUID:{0}@x.example\r\nDTSTART:{1}\r\nDTEND:20250301T130000Z\r\nSUMMARY:Lunch\r\n"
        "ORGANIZER:mailto:me@home.example\r\nATTENDEE:mailto:ada@there.example\r\n{2}END:VEVENT\r\n"
    )
    body = entry.format("a", "20250301T120000Z", "") + entry.format(
        "b", "the first of May", "this is no line\r\n"
    )
    path.write_bytes(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n".encode())
    ran = goodwill("import", path, "--me", ME)
    assert ran.status == 2
    assert "calendar.ics" in ran.err
    status = json.loads(goodwill("status", "--json").out)
    assert status["counts"]["calendar"] == 1
    assert status["counts"]["problems"] >= 1


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (b"", "empty"),
        (b"From: me@home.example\nSubject: x\n\nCould you help me?\n", "nobody"),
        (b"\x00\xff\xfe binary", "standard input"),
    ],
)
def test_a_draft_that_is_none(known: Goodwill, draft: bytes, words: str):
    said(known("check", "-", stdin=draft), words)


def test_a_json_draft_that_is_none(known: Goodwill):
    said(known("check", "--json-draft", stdin="[1]"), "no JSON object")
    said(known("check", "--json-draft", stdin='{"to": 5}'), "'to' must be")


def test_a_bad_date(known: Goodwill):
    said(known("people", "--now", "yesterday"), "--now", "yesterday")
    said(known("digest", "--now", "9999-12-31"), "--now", "9999-12-31")
    said(known("check", "--now", "0001-01-01"), "--now", "0001-01-01")


def test_a_bad_config(known: Goodwill, home: Path):
    (home / "config.toml").write_text("[store]\nkeep_words = 'full'\n")
    said(known("people"), "config.toml, line 2", "keep_words")


def test_no_store_yet_and_nobody_of_that_name(goodwill: Goodwill, tmp_path: Path):
    said(goodwill("people"), "goodwill import")
    goodwill("import", mbox(tmp_path / "mail", many(30)), "--me", ME)
    said(goodwill("show", "Zacharias"), "Zacharias")
    said(goodwill("show", "there"), "may be")


def test_an_empty_path_is_not_this_folder(goodwill: Goodwill):
    for words in (("import", ""), ("check", "")):
        ran = goodwill(*words)
        assert ran.status == 2
        assert "may not be empty" in ran.err


def test_an_address_that_is_none(goodwill: Goodwill, tmp_path: Path):
    said(goodwill("import", mbox(tmp_path / "mail", many(3)), "--me", "me"), "--me", "no mail address")


def test_a_store_of_a_newer_version(known: Goodwill, home: Path):
    import sqlite3

    connection = sqlite3.connect(home / "goodwill.db")
    connection.execute("UPDATE alembic_version SET version_num = 'zz99'")
    connection.commit()
    connection.close()
    said(known("people"), "newer version")


def test_two_imports_at_once(known: Goodwill, home: Path, tmp_path: Path):
    from goodwill.store import Store

    with Store(home).writing():
        said(known("import", mbox(tmp_path / "more", many(5, seed=2))), "another goodwill")


def without_the_right_to_write(home: Path, *words: object) -> Ran:
    """Run goodwill on a home whose files and folder are read-only, as a user whom that binds."""
    command = [sys.executable, "-m", "goodwill", "--home", str(home), *map(str, words)]
    if os.geteuid() == 0:
        # Root may write anywhere unless it lets go of the capability to do so.
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is missing: install the package util-linux")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", *command]
    for path in home.iterdir():
        path.chmod(0o400)
    home.chmod(0o500)
    try:
        done = subprocess.run(command, capture_output=True, env=environment(), check=False)
    finally:
        home.chmod(0o700)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_read_only_home(known: Goodwill, home: Path, tmp_path: Path):
    source = mbox(tmp_path / "more", many(5, seed=2))
    said(without_the_right_to_write(home, "import", source), str(home))


def test_a_full_disk(goodwill: Goodwill, home: Path, tmp_path: Path):
    # The limit on a file's size stands in for a full disk: writing fails half-way in the same place.
    source = mbox(tmp_path / "mail", many(3000))
    command = f"ulimit -f 300; exec {sys.executable} -m goodwill --home {home} import {source} --me {ME}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, env=environment(), check=False)
    assert done.returncode == 2, done
    assert len(done.stderr.decode().strip().splitlines()) == 1
    again = goodwill("import", source, "--me", ME)
    assert again.status == 0
    assert json.loads(goodwill("status", "--json").out)["counts"]["mail"] == 3000


def test_ctrl_c_in_the_middle(goodwill: Goodwill, home: Path, tmp_path: Path):
    source = mbox(tmp_path / "mail", many(6000))
    command = [sys.executable, "-m", "goodwill", "--home", str(home), "import", str(source), "--me", ME]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    deadline = time.monotonic() + 60
    while not (home / "goodwill.db-wal").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.decode().startswith("goodwill: stopped")
    assert "Traceback" not in err.decode()
    goodwill("import", source)
    assert json.loads(goodwill("status", "--json").out)["counts"]["mail"] == 6000


def test_a_file_name_that_is_no_text(goodwill: Goodwill, tmp_path: Path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "good.eml").write_bytes(many(1)[0])
    with open(os.path.join(os.fsencode(folder), b"caf\xe9.eml"), "wb") as file:
        file.write(many(2)[1])
    for new in (2, 0):
        ran = goodwill("import", folder, "--me", ME, "--json")
        assert ran.status == 0, ran.err
        assert json.loads(ran.out)["new"] == new


def test_reading_needs_no_right_to_write(known: Goodwill, home: Path):
    ran = without_the_right_to_write(home, "people")
    assert (ran.status, ran.err) == (0, "")
    assert "there.example" in ran.out


def test_what_is_kept_is_for_the_owner_only(known: Goodwill, home: Path):
    known("check", "-", stdin=message(ME, "new@far.example", "?", "Could you recommend us to your readers?"))
    for path in [home, *home.iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_file_that_promises_mail_by_its_name_is_named_when_it_holds_none(
    goodwill: Goodwill, tmp_path: Path
):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "good.eml").write_bytes(many(1)[0])
    (folder / "wide.eml").write_bytes("From: a@there.example\n\nhello".encode("utf-16"))
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    ran = goodwill("import", folder, "--me", ME)
    assert ran.status == 0
    assert "Could not be read: 1" in ran.out
    assert "wide.eml" in goodwill("status").out
    assert "photo.jpg" not in goodwill("status").out
    assert "Could not be read" not in goodwill("import", folder).out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": ' + "9" * 6000 + ', "kind": "text", "text": "x"}', "is not JSON"),
        ('{"kind": "mail", "from": "a@there.example", "txt": "hi"}', "a mail needs 'text'"),
        ('{"kind": "calendar", "start": "2026-01-02", "end": "2026-01-01"}', "ends before it starts"),
        ('{"kind": "calendar", "start": "2026-01-02", "status": "declined"}', "unknown status"),
        ('{"kind": "calendar", "start": "2026-01-02", "status": 3}', "unknown status"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(goodwill: Goodwill, line: str, words: str):
    ran = goodwill("classify", "-", stdin=line)
    said(ran, "line 1", words)


def test_a_byte_order_mark_and_a_lone_surrogate_are_no_reason_to_fail(goodwill: Goodwill):
    ran = goodwill("classify", "-", stdin='\ufeff{"kind": "text", "text": "Lend me \\ud800 50?"}')
    assert ran.status == 0, ran.err
    assert "problems" not in json.loads(ran.out)


def test_a_calendar_line_without_an_organizer_is_a_meeting(goodwill: Goodwill):
    line = {"kind": "calendar", "start": "2026-01-02T10:00:00Z", "attendees": ["a@x.example", "b@x.example"]}
    (signal,) = json.loads(goodwill("classify", "-", stdin=json.dumps(line)).out)["signals"]
    assert (signal["kind"], signal["status"]) == ("meeting", "held")
