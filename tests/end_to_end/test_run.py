"""``goodwill run`` as a process: it reads by itself, stops at once, and gets on with everybody else."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from background import FAST, START, running, until
from conftest_e2e import Goodwill, environment
from gmail import ME, Gmail, refusal, serve
from gmail_account import answers, connect, mailbox
from ports import free_port

DAY = 86_400


def letter(number: int, sender: str = "bo.sample@there.example") -> bytes:
    head = f"From: Bo Sample <{sender}>\nTo: {ME}\nSubject: letter {number}\n"
    rest = f"Message-ID: <n{number}@there.example>\nDate: Wed, 1 Oct 2025 10:00:{number % 60:02d} +0000\n"
    return f"{head}{rest}\nHello {number}.\n".encode()


def logged(home: Path) -> list[str]:
    path = home / "goodwill.log"
    return [json.loads(line)["what"] for line in path.read_text().splitlines()] if path.exists() else []


def test_it_reads_by_itself_and_again_when_something_is_new(home: Path, goodwill: Goodwill):
    box = mailbox(5)
    with serve(answers(box)) as url:
        connect(home, url, 60_000)
        with running(home, speed=200):
            until(lambda: len(box.fetched) == 5)
            box.listed.clear()
            box.add("new", letter(1), at=START)
            until(lambda: "new" in box.fetched)
        assert "6 mails" in goodwill("status").out
    assert max(box.fetched.values()) == 1


def test_it_stops_within_five_seconds_at_any_moment(home: Path, goodwill: Goodwill):
    box, chance = mailbox(3_000), random.Random(7)
    with serve(answers(box)) as url:
        connect(home, url, 600_000)
        for _ in range(8):
            begun_before = logged(home).count("started")
            with running(home) as process:
                time.sleep(chance.uniform(0.3, 6))
                process.send_signal(chance.choice([signal.SIGTERM, signal.SIGINT]))
                begun = time.monotonic()
                ended = process.wait(10)
                assert time.monotonic() - begun < 5
                assert ended == 0 or logged(home).count("started") == begun_before
        assert goodwill("sync").status == 0
    assert sum(box.fetched.values()) - len(box.fetched) <= 8 * 50  # a page in hand each time


def test_it_stops_although_the_network_hangs(home: Path):
    box = mailbox(10)

    def slow(method: str, url: str):
        if "/messages/" in url:
            time.sleep(20)
        return answers(box)(method, url)

    with serve(slow) as url:
        connect(home, url, 60_000)
        with running(home) as process:
            until(lambda: box.asked["messages.list"])
            time.sleep(1)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert time.monotonic() - begun < 5


def test_a_door_that_stays_shut_is_told(home: Path, goodwill: Goodwill):
    box = mailbox(1)
    with serve(answers(box)) as url:
        connect(home, url, 60_000)
        port = int((home / "config.toml").read_text().rpartition("= ")[2])
        with socket.create_server(("127.0.0.1", port)) as other, running(home):
            until(lambda: "Door      shut: " in goodwill("status").out)
            told = goodwill("status")
            assert f"port {port} of this machine cannot be had" in told.out
            assert told.status == 1
            words = ["smtp-proxy", "127.0.0.1:9", "--tls", "none", "--port", str(free_port())]
            another = subprocess.Popen(
                [sys.executable, "-m", "goodwill", "--home", str(home), *words],
                env=environment(), stderr=subprocess.PIPE,
            )  # fmt: skip
            assert another.stderr is not None
            said = b"".join(another.stderr.readline() for _ in range(2))
            another.send_signal(signal.SIGTERM)
            another.communicate(timeout=20)
            assert b"Point your mail program" in said
            assert b"The door stays shut, so no link" in said
            assert "Door      shut: " in goodwill("status").out  # what the background says stays said
            other.close()
            until(lambda: "Door      open" in goodwill("status").out)
            assert goodwill("status").status == 0
    assert "Door" not in goodwill("status").out
    assert len([line for line in logged(home) if "the door stays shut" in line]) == 2  # of either, once
    assert not (home / "door.trouble").exists()


def test_two_of_them_are_one_too_many(home: Path, goodwill: Goodwill):
    box = mailbox(3)
    with serve(answers(box)) as url:
        connect(home, url, 60_000)
        with running(home):
            until(lambda: len(box.fetched) == 3)
            second = goodwill("run")
            assert (second.status, "is reading for" in second.err) == (2, True)
            assert goodwill("sync").status == 2
        with running(home, speed=50) as process:  # a lock that was left behind holds nobody up
            process.kill()
        assert goodwill("sync").status == 0


def test_everybody_else_may_work_meanwhile(home: Path, goodwill: Goodwill, tmp_path: Path):
    box = mailbox(400)
    (tmp_path / "more.eml").write_bytes(letter(900, "kim.other@there.example"))
    draft = f"From: {ME}\nTo: bo.sample@there.example\nSubject: x\n\nCould you introduce me to your editor?\n"
    with serve(answers(box)) as url:
        connect(home, url, 6_000)  # a message every fifth of a second
        with running(home):
            until(lambda: len(box.fetched) > 60)
            assert goodwill("import", tmp_path / "more.eml").status == 0
            assert goodwill("check", "-", stdin=draft).status in (0, 1)
            assert goodwill("note", "kim.other@there.example", "keeps bees").status == 0
            assert "keeps bees" in goodwill("show", "kim.other@there.example").out
            (account,) = json.loads(goodwill("status", "--json").out)["accounts"]
            assert account["state"] == "reading history"
            assert "reading history, about" in goodwill("status").out


def test_the_digest_is_made_once_a_day_whatever_happens(home: Path, goodwill: Goodwill):
    box = Gmail()
    asked = letter(1).replace(
        b"Hello 1.", b"Could you introduce me to your editor? I would be very grateful."
    )
    sent = letter(2, ME).replace(f"To: {ME}".encode(), b"To: bo.sample@there.example")
    sent = sent.replace(b"Bo Sample", b"Me Owner")  # who bears the owner's name may be the owner
    box.add("sent", sent.replace(b"1 Oct 2025", b"20 Sep 2025"), "SENT", at=START - 9)
    box.add("ask", asked, at=START)
    with serve(answers(box)) as url:
        connect(home, url, 60_000)
        for day in range(3):
            people = (1, 1, 0)  # the same question is not brought up on a third day
            told = [f"digest of 2025-10-{9 + n:02d}: {people[n]} people" for n in range(day + 1)]
            for _ in range(3):  # started three times a day, and killed each time
                with running(home, speed=60, start=START + day * DAY) as process:
                    until(lambda: digests(home) == told, 30)  # noqa: B023 - called at once
                    time.sleep(1)
                    process.kill()
            assert digests(home) == told


def digests(home: Path) -> list[str]:
    return [what for what in logged(home) if what.startswith("digest of")]


def test_a_dead_account_delays_no_other_and_is_told_truly(home: Path, goodwill: Goodwill):
    box = mailbox(3)
    with serve(answers(box)) as url:
        connect(home, url, 60_000)
        box.failures = [("any", refusal(401, "authError"))] * 50
        with running(home, speed=20):
            until(lambda: "needs you" in goodwill("status").out)
            asked = sum(box.asked.values())
            time.sleep(3)
            assert sum(box.asked.values()) - asked <= 1  # it is left alone
        ran = goodwill("status", "--json")
        (account,) = json.loads(ran.out)["accounts"]
        assert (ran.status, account["state"]) == (1, "needs you")
        assert "goodwill connect google" in account["trouble"]


def test_a_provider_that_is_down_for_a_day_is_not_stormed(home: Path, goodwill: Goodwill):
    box = mailbox(3)
    with serve(answers(box)) as url:
        connect(home, url, 60_000)
        box.failures = [("any", refusal(503))] * 100_000
        with running(home, speed=5_000) as process:
            until(lambda: "waiting" in goodwill("status").out)
            time.sleep(DAY / 5_000)
            assert process.poll() is None
            asked = sum(box.asked.values())
            assert 24 <= asked <= 6 * 40  # six tries a time, once an hour and a little more
            box.failures.clear()
            until(lambda: "up to date" in goodwill("status").out)
        assert len([what for what in logged(home) if "waiting" in what]) == 1  # said once, not 30 times


@pytest.mark.parametrize(("words", "status"), [(("run",), 78), (("run", "--now", "2026-01-01"), 2)])
def test_wrong_words(home: Path, goodwill: Goodwill, words: tuple[str, ...], status: int):
    ran = goodwill(*words)
    assert ran.status == status  # 78: a platform need not start it again
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("zone", ["CET-1CEST", "<+03>-3", "bogus"])
def test_any_time_zone_of_the_machine_will_do(home: Path, goodwill: Goodwill, zone: str):
    with serve(answers(mailbox(1))) as url:
        connect(home, url, 600_000)
        with running(home, more={"TZ": zone}) as process:
            until(lambda: "up to date" in goodwill("status").out)
            assert process.poll() is None


def test_a_log_that_was_taken_away_begins_anew(home: Path, goodwill: Goodwill):
    box = mailbox(1)
    with serve(answers(box)) as url:
        connect(home, url, 600_000)
        with running(home, speed=200):
            until(lambda: any("1 new" in what for what in logged(home)))
            (home / "goodwill.log").unlink()
            box.add("n1", letter(1))
            until(lambda: any("1 new" in what for what in logged(home)))


def test_it_ends_where_the_store_is_replaced(home: Path, goodwill: Goodwill, tmp_path: Path):
    """It would read into a file that nobody sees any more. Whoever started it starts it again."""
    with serve(answers(mailbox(1))) as url:
        connect(home, url, 600_000)
        with running(home) as process:
            until(lambda: "up to date" in goodwill("status").out)
            assert goodwill("backup", tmp_path / "copy.db").status == 0
            for name in ("goodwill.db-wal", "goodwill.db-shm"):
                (home / name).unlink(missing_ok=True)
            (tmp_path / "copy.db").replace(home / "goodwill.db")
            until(lambda: process.poll() is not None)
            assert process.returncode == 2
            assert "was replaced" in process.stderr.read().decode()
        assert goodwill("status", "--check").status == 0


def test_a_full_disk_stops_the_writing_and_not_the_program(home: Path, goodwill: Goodwill):
    """A quota on the size of files, which the system lifts again later."""
    box = mailbox(1_000)
    with serve(answers(box)) as url:
        connect(home, url, 600_000)
        room = (home / "goodwill.db").stat().st_size + 150_000
        words = [sys.executable, str(FAST), str(home), "50", str(START)]
        process = subprocess.Popen(
            words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY)),
        )  # fmt: skip
        try:
            # In the account's state where there was room to write it down, else in the log alone.
            until(lambda: "Free some disk space" in goodwill("status").out + " ".join(logged(home)))
            time.sleep(3)
            assert process.poll() is None
            assert len([what for what in logged(home) if "goodwill.db" in what]) <= 1  # not at every try
            stored = json.loads(goodwill("status", "--json").out)["counts"]["mail"]
            assert stored < 1_000
            assert goodwill("status").status == 1  # for monitoring
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
            until(lambda: json.loads(goodwill("status", "--json").out)["counts"]["mail"] == 1_000)
            until(lambda: goodwill("status").status == 0)
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=20)
        assert b"Traceback" not in err
    news = [int(what.split(": ")[1].split()[0]) for what in logged(home) if " new, " in what]
    assert 0 < sum(news) <= 1_000  # what could not be stored was not announced
    assert goodwill("rebuild").status == 0


def test_a_day_of_idling_costs_next_to_nothing(home: Path, figure: Callable[[str], None]):
    """24 hours on a clock that is 2,880 times as fast: what they cost is what they would cost."""
    box, speed = mailbox(200), 2_880
    with serve(answers(box)) as url:
        connect(home, url, 600_000)
        with running(home, speed=60):
            until(lambda: "read google" in " ".join(logged(home)))
        before = sum(box.asked.values())
        with running(home, speed=speed) as process:
            until(lambda: logged(home).count("started") == 2)
            begun = cpu_seconds(process.pid)
            time.sleep(DAY / speed)
            spent, most = cpu_seconds(process.pid) - begun, peak_mib(process.pid)
        asked = sum(box.asked.values()) - before
    figure(f"idle day: {spent:.1f} CPU s ({spent / DAY:.3%} of a core), {most:.0f} MiB, {asked} requests")
    assert spent < 0.005 * DAY
    assert most < 120
    assert 200 < asked < 2_000


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM"))
