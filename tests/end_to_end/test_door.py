"""The door as a process: who is let in, who is not, and what they get."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from conftest_e2e import Goodwill, environment
from door import ORIGIN, Served, served, wait_for
from letters import ME, mbox, message
from ports import free_port

STRANGER, FRIEND = "Nia Sample <nia@far.example>", "Ada Sample <ada@there.example>"
ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."
HOSTILE = 10_000


def draft(to: str = STRANGER, text: str = ASK) -> dict[str, object]:
    return {"from": ME, "to": [to], "subject": "a thing", "text": text}


def raw(to: str = STRANGER, text: str = ASK) -> bytes:
    return message(ME, to, "a thing", text)


def letters() -> list[bytes]:
    found = []
    for month in range(10):
        mine = message(ME, FRIEND, f"page {month}", "I fixed it for you.", 30 * month, f"a{month}")
        thanks = "You saved us again, thank you so much! I owe you one."
        found += [mine, message(FRIEND, ME, f"Re: page {month}", thanks, 30 * month + 1, f"b{month}")]
    return found


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("door")
    words = ["import", str(mbox(home / "mail.mbox", letters())), "--me", ME]
    command = [sys.executable, "-m", "goodwill", "--home", str(home), *words]
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    with served(home) as one:
        yield one


@pytest.fixture
def home(door: Served) -> Path:
    return door.home


@pytest.fixture(scope="module")
def token(door: Served) -> str:
    return door.pair()


def headers(token: str, origin: str = ORIGIN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Origin": origin}


def ask(door: Served, token: str, body: dict[str, object]) -> requests.Response:
    return requests.post(f"{door.url}/check", json=body, headers=headers(token), timeout=20)


def warnings(goodwill: Goodwill) -> list[dict[str, object]]:
    return [json.loads(line) for line in goodwill("review", "--json").out.splitlines() if "warning" in line]


def test_a_stranger_is_asked_too_early(door: Served, token: str):
    told = ask(door, token, draft()).json()
    assert told["verdict"] == "premature"
    assert [one["address"] for one in told["recipients"]] == ["nia@far.example"]
    assert "never been in touch" in told["recipients"][0]["reasons"][0]["text"]
    assert ask(door, token, draft(text="The boat is in.")).json()["verdict"] == "clear"


def test_the_same_ask_is_the_same_check(door: Served, token: str):
    first = ask(door, token, draft()).json()["check"]
    assert ask(door, token, draft(text=f"Hello!\n\n{ASK}\n\nBye")).json()["check"] == first
    assert ask(door, token, draft(to="Bo Sample <bo@far.example>")).json()["check"] != first
    other = draft(text=f"{ASK} And could you write me a reference for the prize?")
    assert ask(door, token, other).json()["check"] != first


def test_a_draft_is_not_stored(door: Served, token: str):
    word = "xylophonequarrel"
    assert ask(door, token, draft(text=f"{ASK} It is about the {word}.")).json()["verdict"] == "premature"
    time.sleep(1)  # what is written behind
    for path in door.home.iterdir():
        if path.is_file():
            assert word.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("answer", "outcome", "then"),
    [("not-an-ask", "no ask", "clear"), ("close", "close", "clear"), ("send", "sent", "premature")],
)
def test_it_learns_from_answers(
    door: Served, token: str, goodwill: Goodwill, answer: str, outcome: str, then: str
):
    name = answer.partition("-")[0]
    asks = {"not": "recommend us to your editor", "close": "introduce me to her", "send": "endorse my book"}
    mine = draft(to=f"Kim Sample <kim-{answer}@far.example>", text=f"Would you please {asks[name]}?")
    warned = ask(door, token, mine).json()
    assert warned["verdict"] == "premature"
    check = warned["check"]
    told = requests.post(
        f"{door.url}/answers", json={"check": check, "answer": answer}, headers=headers(token), timeout=20
    )
    assert told.status_code == 202
    end = time.monotonic() + 20
    while outcome not in [w["outcome"] for w in warnings(goodwill) if f"kim-{answer}@" in str(w["address"])]:
        assert time.monotonic() < end, warnings(goodwill)
        time.sleep(0.2)
    assert ask(door, token, mine).json()["verdict"] == then


def test_a_writer_at_work_keeps_nobody_waiting(door: Served, token: str):
    """An import holds the right to write: the answer comes at once, and what it teaches is written later."""
    from filelock import FileLock

    with FileLock(door.home / "goodwill.lock"):
        begun = time.monotonic()
        told = ask(door, token, draft(to="Lee Sample <lee@far.example>"))
        assert told.json()["verdict"] == "premature"
        assert time.monotonic() - begun < 3


def test_a_hint_beside_a_recipient(door: Served, token: str):
    def hint(address: str) -> dict[str, object]:
        told = requests.get(f"{door.url}/people/{address}", headers=headers(token), timeout=20)
        return dict(told.json())

    known = hint("Ada@There.example")
    assert known["known"] is True
    assert "20 letters, last on " in str(known["hint"])
    assert hint("nobody@far.example")["hint"] == "You have not been in touch yet."
    assert hint("no-reply@far.example")["hint"] == ""


def test_who_is_paired_is_let_in_and_can_be_sent_away(door: Served, goodwill: Goodwill):
    token = door.pair("Thunderbird", "moz-extension://99999999-2222-3333-4444-555555555555")
    mine = headers(token, "moz-extension://99999999-2222-3333-4444-555555555555")
    assert requests.post(f"{door.url}/check", json=draft(), headers=mine, timeout=20).status_code == 200
    assert (
        requests.post(f"{door.url}/check", json=draft(), headers=headers(token), timeout=20).status_code
        == 403
    )
    assert "Thunderbird" in goodwill("pair", "--list").out
    assert goodwill("pair", "--remove", "Thunderbird").status == 0
    assert requests.post(f"{door.url}/check", json=draft(), headers=mine, timeout=20).status_code == 401
    assert goodwill("pair", "--remove", "Thunderbird").status == 2


def test_a_code_holds_once_and_may_not_be_guessed(door: Served, goodwill: Goodwill):
    other = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"

    def pair(code: str) -> int:
        told = {"code": code, "name": "x"}
        return requests.post(f"{door.url}/pair", json=told, headers={"Origin": other}, timeout=20).status_code

    code = goodwill("pair").out.strip()
    assert pair(code.lower().replace("-", " ")) == 200  # as people type
    assert pair(code) == 403
    code = goodwill("pair").out.strip()
    assert [pair("AAAA-AAAA") for _ in range(5)] == [403] * 5
    assert pair(code) == 403
    assert not os.stat(door.home / "clients.json").st_mode & 0o077
    assert code.replace("-", "") not in (door.home / "clients.json").read_text()


def test_the_command_line_asks_the_open_door(door: Served, goodwill: Goodwill, tmp_path: Path):
    """What it prints is what it prints without a door, and no detector is loaded for it."""
    path = tmp_path / "draft.eml"
    path.write_bytes(raw(to="Mo Sample <mo@far.example>"))
    for words in ((path,), (path, "--json"), ("-",)):
        stdin = path.read_bytes() if words == ("-",) else b""
        by_door = goodwill("check", *words, stdin=stdin)
        (door.home / "door.sock").rename(door.home / "aside")
        alone = goodwill("check", *words, stdin=stdin)
        (door.home / "aside").rename(door.home / "door.sock")
        assert by_door.status == alone.status == 1, by_door.err
        if "--json" in words:
            told, expected = json.loads(by_door.out), json.loads(alone.out)
            assert told.pop("now")[:10] == expected.pop("now")[:10]
            assert told == expected
        else:
            assert by_door.out == alone.out


def test_a_pipe_is_read_once(door: Served, home: Path):
    """What a shell makes of <(…), with a door that has nothing to say of it."""
    command = f'"{sys.executable}" -m goodwill --home "{home}" check <(cat)'
    done = subprocess.run(
        ["bash", "-c", command], env=environment(), input=raw(), capture_output=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(b"PREMATURE")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("pair", {"code": "\ud800", "name": "x"}),
        ("check", {"from": ME, "to": ["\ud800@x.example"], "text": "hello"}),
    ],
)
def test_half_a_letter_is_no_accident(door: Served, token: str, path: str, told: dict[str, object]):
    answer = requests.post(f"{door.url}/{path}", json=told, headers=headers(token), timeout=20)
    assert answer.status_code in (200, 403, 422)


def test_what_asking_the_door_may_load(door: Served, tmp_path: Path):
    path = tmp_path / "draft.eml"
    path.write_bytes(raw())
    script = (
        "import sys; sys.argv = ['goodwill', '--home', sys.argv[1], 'check', sys.argv[2]];"
        "from goodwill.cli import main; before = main();"
        "print(before, *sorted(m for m in sys.modules if m.split('.')[0] in ('goodwill', 'sqlalchemy',"
        " 'argparse', 'json', 'logging', 'pathlib', 'rich', 'goodwill_plugins', 'goodwill_connectors')))"
    )
    ran = subprocess.run(
        [sys.executable, "-S", "-c", script, str(door.home), str(path)],
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.splitlines()[-1].split() == [
        "1", "goodwill", "goodwill.asking", "goodwill.cli", "goodwill.errors", "goodwill.home",
    ]  # fmt: skip


def test_a_draft_that_the_door_cannot_read_is_told_of_as_ever(
    door: Served, goodwill: Goodwill, tmp_path: Path
):
    path = tmp_path / "draft"
    path.write_bytes(b"\x00\x01")
    by_door = goodwill("check", path)
    assert by_door.status == 2
    assert by_door.err.count("\n") == 1
    assert str(path) in by_door.err


def test_one_door_a_home_and_one_program_a_port(door: Served, goodwill: Goodwill, tmp_path: Path):
    assert "door" in goodwill("serve").err
    assert goodwill("serve").status == 2
    other = tmp_path / "other"
    shutil.copytree(door.home, other, ignore=shutil.ignore_patterns("door.*"))
    command = [sys.executable, "-m", "goodwill", "--home", str(other), "serve"]
    ran = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert f"port {door.port}" in ran.stderr
    assert "[door] port" in ran.stderr


def test_a_crash_leaves_no_door_that_nobody_opens(tmp_path: Path):
    home = tmp_path / "home"
    words = ["import", str(mbox(tmp_path / "mail.mbox", letters())), "--me", ME]
    start = [sys.executable, "-m", "goodwill", "--home", str(home)]
    subprocess.run([*start, *words], env=environment(), check=True, capture_output=True)
    port = free_port()
    (home / "config.toml").write_text(f"[door]\nport = {port}\n")
    for _ in range(2):
        process = subprocess.Popen([*start, "serve"], env=environment(), stderr=subprocess.PIPE)
        wait_for(port, process)
        process.kill()
        process.communicate()
    checked = subprocess.run(
        [*start, "check"], env=environment(), input=raw(), capture_output=True, check=False
    )
    assert checked.returncode == 1
    assert checked.stdout.startswith(b"PREMATURE")


def spoilt(chance: random.Random, door: Served, token: str) -> tuple[bytes, bool]:
    """A request of somebody who has no business here; and whether it is only out of order, not foreign."""
    body = json.dumps(draft()).encode()
    host, origin, key = f"127.0.0.1:{door.port}", ORIGIN, f"Bearer {token}"
    path, kind, more, orderly = "/v1/check", "application/json", "", False
    what = chance.randrange(9)
    if what == 0:
        host = chance.choice(
            ("evil.example", "127.0.0.1", f"127.0.0.1.evil.example:{door.port}", "", "[::1]:1")
        )
    elif what == 1:
        origin = chance.choice(
            ("https://evil.example", "null", "file://", f"http://localhost:{door.port}.evil.example",
             "moz-extension://short", "https://mail.google.com", f"{ORIGIN}, https://evil.example")
        )  # fmt: skip
    elif what == 2:
        made = "".join(chance.choices("ABCdef-_0123", k=43))
        key = chance.choice(
            ("", "Bearer", f"Bearer {made}", f"Basic {token}", f"Bearer {token}x", token[:-1])
        )
    elif what == 3:
        body, orderly = chance.randbytes(chance.randrange(400)), True
    elif what == 4:
        kind, orderly = chance.choice(("text/plain", "application/x-www-form-urlencoded", "")), True
    elif what == 5:
        path, orderly = (
            chance.choice(("/v1/../check", "/v2/check", "//v1/check", "/v1/check/", "/%2e%2e/")),
            True,
        )
    elif what == 6:
        more, orderly = "Transfer-Encoding: chunked\r\n", True
    elif what == 7:
        more, orderly = f"X-Long: {'a' * chance.choice((10, 40_000))}\r\n", True
        kind = "application/xml"
    else:
        body, orderly = json.dumps({"to": [1, {}], "text": None, "subject": []}).encode(), True
    length = chance.choice((len(body), len(body), 17 * 1024 * 1024, -1)) if orderly else len(body)
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nAuthorization: {key}\r\n"
    head += f"Content-Type: {kind}\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    return head.encode("latin-1") + body, orderly


def sent(door: Served, request: bytes, ended: bool) -> bytes:
    """The answer; where the sender has ``ended``, none need come."""
    with socket.create_connection(("127.0.0.1", door.port), 20) as one:
        try:
            one.sendall(request)
            if ended:
                one.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: one.recv(65_536), b""))
        except ConnectionError:
            return b""


def test_ten_thousand_hostile_requests(door: Served, token: str, figure: Callable[[str], None]):
    """None is let in, none brings the door down, and friends are answered meanwhile."""
    chance = random.Random(8425)
    requests_ = [spoilt(chance, door, token) for _ in range(HOSTILE)]
    begun, waits = time.monotonic(), []
    stop = threading.Event()

    def friend() -> None:
        while not stop.wait(0.5):
            at = time.monotonic()
            assert ask(door, token, draft()).status_code == 200
            waits.append(time.monotonic() - at)

    with ThreadPoolExecutor(5) as pool:
        friendly = pool.submit(friend)
        answers = list(pool.map(lambda one: sent(door, *one), requests_))
        stop.set()
        friendly.result(20)
    statuses: dict[str, int] = {}
    for answer, (request, orderly) in zip(answers, requests_, strict=True):
        status = answer[9:12].decode() or "none"
        statuses[status] = statuses.get(status, 0) + 1
        assert b'"verdict"' not in answer, request[:300]
        assert status in ("none", "400", "401", "403", "404", "405", "408", "413", "415", "422", "307"), (
            answer
        )
        assert orderly or status in ("400", "401", "403"), (request[:300], answer)
    took, longest = time.monotonic() - begun, max(waits)
    figure(f"{HOSTILE:,} hostile requests in {took:.0f} s: {statuses}")
    figure(f"friends waited {longest:.2f} s at most")
    assert longest < 3
    assert door.process.poll() is None


def test_nobody_can_keep_it_busy_by_being_slow(door: Served, token: str):
    """Heads and bodies that come drop by drop are cut off; friends are answered meanwhile."""
    head = f"POST /v1/check HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nOrigin: {ORIGIN}\r\n"
    whole = f"{head}Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    whole += "Content-Length: 900\r\n\r\n{"
    slow = [socket.create_connection(("127.0.0.1", door.port), 30) for _ in range(20)]
    for number, one in enumerate(slow):
        one.sendall((head if number % 2 else whole).encode())
    assert ask(door, token, draft()).status_code == 200
    end = time.monotonic() + 25
    for one in slow:
        one.settimeout(max(1.0, end - time.monotonic()))
        while one.recv(4_096):
            pass
        one.close()
    assert time.monotonic() < end


def test_it_keeps_what_its_description_promises(door: Served, tmp_path: Path):
    """schemathesis makes requests of the description, and compares the answers with it."""
    program = Path(sys.executable).with_name("schemathesis")
    if not program.exists():
        pytest.skip("schemathesis is missing: pip install schemathesis")
    token = door.pair("schemathesis", None)
    command = [
        str(program), "run", f"{door.url}/openapi.json", "--url", door.url.removesuffix("/v1"),
        "--header", f"Authorization: Bearer {token}", "--max-examples", "40", "--seed", "8425",
        "--exclude-operation-id", "pair", "--request-timeout", "20", "--no-color",
        # Drafts that name nobody are refused with 422, as described; a schema cannot say what names somebody.
        "--exclude-checks", "positive_data_acceptance",
    ]  # fmt: skip
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=400, check=False)
    assert ran.returncode == 0, ran.stdout[-6_000:] + ran.stderr[-2_000:]
