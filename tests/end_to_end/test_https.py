"""The door over https: what its certificate vouches for, how it is made, and what comes out of it."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import requests
from conftest_e2e import Goodwill, runner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from door import Served, served
from letters import ME, mbox, message
from ports import free_port

from goodwill.certificate import LASTS, NEAR, Certificate, distrusting, trusting

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def begun(home: Path) -> Path:
    home.mkdir(exist_ok=True)
    box = mbox(home / "mail.mbox", [message(ME, "Ada Sample <ada@there.example>", "a page", "It is done.")])
    assert runner(home)("import", box, "--me", ME).status == 0
    return home


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Served]:
    home = begun(tmp_path_factory.mktemp("https"))
    files = home / "addin"
    files.mkdir()
    (files / "pane.html").write_text("<!doctype html><title>pane</title>")
    (files / "event.js").write_text("void 0;")
    (files / "notes.txt").write_text("none of its business")
    (home / "secret.js").write_text("secret")
    (files / "deeper").mkdir()
    (files / "deeper" / "other.js").write_text("other")
    with served(home, f'https = true\nhttps_port = {port}\noutlook = "{files}"\n') as one:
        yield one


def reached(door: Served, port: int, host: str = "localhost") -> requests.Response:
    place = f"https://{host}:{port}/v1/hello"
    return requests.get(place, verify=str(Certificate(door.home).root), timeout=10)


def answered(door: Served, port: int, path: str, host: str) -> bytes:
    """What a raw request gets: a path that no client would leave as it is."""
    context = ssl.create_default_context(cafile=str(Certificate(door.home).root))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as one,
    ):
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        found = b""
        while piece := one.recv(65_536):
            found += piece
        return found


def test_who_trusts_the_root_reaches_the_door_by_both_names(door: Served, port: int):
    for host in ("localhost", "127.0.0.1"):
        assert "goodwill" in reached(door, port, host).json()
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://localhost:{port}/v1/hello", timeout=10)


def test_it_listens_on_this_machine_only(port: int, door: Served):
    listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=False).stdout
    found = [line.split()[1] for line in listening.splitlines() if f":{port:04X} " in line and " 0A " in line]
    assert found == [f"0100007F:{port:04X}"]


def test_the_certificate_is_believed_for_no_other_name(door: Served):
    mine = Certificate(door.home)
    root, leaf = (x509.load_pem_x509_certificate(path.read_bytes()) for path in (mine.root, mine.leaf))
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    builder = PolicyBuilder().store(Store([root])).time(datetime.now(UTC).replace(tzinfo=None))
    for good in (x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))):
        builder.build_server_verifier(good).verify(leaf, [])
    for bad in (x509.DNSName("bank.example"), x509.IPAddress(IPv4Address("127.0.0.2"))):
        with pytest.raises(VerificationError):
            builder.build_server_verifier(bad).verify(leaf, [])


def test_even_the_roots_key_could_not_vouch_for_another_name(tmp_path: Path):
    """What openssl says of a certificate for a bank that a root like ours has signed."""
    from goodwill import certificate

    signer, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    now = datetime.now(UTC)
    root = certificate._root(signer.public_key(), now).sign(signer, hashes.SHA256())
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    said = {}
    for name in ("localhost", "bank.example"):
        leaf = (
            certificate._begun(name, certificate.NAME, key.public_key(), now)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(signer, hashes.SHA256())
        )
        (tmp_path / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
        words = ["openssl", "verify", "-CAfile", str(tmp_path / "root.pem"), str(tmp_path / "leaf.pem")]
        ran = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
        said[name] = ran.stdout + ran.stderr
    assert said["localhost"].strip().endswith("OK")
    assert "permitted subtree violation" in said["bank.example"]


def test_the_key_is_the_owners_and_the_roots_key_is_nowhere(door: Served):
    mine = Certificate(door.home)
    folder = mine.root.parent
    assert {path.name for path in folder.iterdir()} == {"root.crt", "localhost.pem", "localhost.key"}
    assert stat.S_IMODE(mine.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    key = load_pem_private_key(mine.key.read_bytes(), None)
    root = x509.load_pem_x509_certificate(mine.root.read_bytes())
    assert key.public_key() != root.public_key()
    assert b"PRIVATE" not in mine.root.read_bytes() + mine.leaf.read_bytes()


@pytest.mark.parametrize(
    "host", ["bank.example", "localhost", "localhost:1", "127.0.0.2:{port}", "[::1]:{port}"]
)
def test_another_host_is_refused(door: Served, port: int, host: str):
    assert answered(door, port, "/outlook/pane.html", host.format(port=port)).startswith(b"HTTP/1.1 403")


def test_the_other_ports_name_is_another_host(door: Served, port: int):
    assert answered(door, port, "/v1/hello", f"localhost:{door.port}").startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize(
    "origin", ["https://bank.example", "null", "http://localhost:{http}", "https://localhost:1"]
)
def test_another_origin_is_refused(door: Served, port: int, origin: str):
    headers = {"Origin": origin.format(http=door.port)}
    place, root = f"https://localhost:{port}/v1/hello", str(Certificate(door.home).root)
    assert requests.get(place, headers=headers, verify=root, timeout=10).status_code == 403


def test_the_pages_own_origin_may_pair_and_no_other_may_use_its_token(
    door: Served, port: int, goodwill: Goodwill
):
    place, root = f"https://localhost:{port}", str(Certificate(door.home).root)
    code = runner(door.home)("pair").out.strip()
    paired = requests.post(
        f"{place}/v1/pair",
        json={"code": code, "name": "Outlook"},
        headers={"Origin": place},
        verify=root,
        timeout=10,
    )
    headers = {"Authorization": f"Bearer {paired.json()['token']}"}
    draft = {"from": ME, "to": ["nia@far.example"], "subject": "x", "text": "The boat is in."}
    for origin, status in ((place, 200), (f"https://127.0.0.1:{port}", 403)):
        told = requests.post(
            f"{place}/v1/check", json=draft, headers=headers | {"Origin": origin}, verify=root, timeout=10
        )
        assert told.status_code == status


def test_the_add_ins_files_come_with_what_guards_them(door: Served, port: int):
    root = str(Certificate(door.home).root)
    for name, kind in (("pane.html", "text/html"), ("event.js", "text/javascript")):
        told = requests.get(f"https://localhost:{port}/outlook/{name}", verify=root, timeout=10)
        assert told.status_code == 200
        assert told.headers["content-type"].startswith(kind)
        assert told.headers["x-content-type-options"] == "nosniff"
        assert told.headers["referrer-policy"] == "no-referrer"
        policy = dict(
            part.strip().split(" ", 1) for part in told.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["connect-src"] == "'self'"
        assert "unsafe" not in told.headers["content-security-policy"]
        assert "*" not in told.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "", ".", "notes.txt", "deeper/other.js", "deeper%2Fother.js", "../secret.js", "..%2Fsecret.js",
        "%2e%2e/secret.js", "..%5Csecret.js", "....//secret.js", "/etc/passwd", "pane.html%00.js",
        "../outlook/../../secret.js",
    ],
)  # fmt: skip
def test_nothing_but_its_files_is_handed_out(door: Served, port: int, path: str):
    told = answered(door, port, f"/outlook/{path}", f"localhost:{port}")
    assert told.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), told[:80]
    assert b"secret" not in told.partition(b"\r\n\r\n")[2]


def test_what_is_no_tls_is_dropped_and_harms_nobody(door: Served, port: int):
    for sent in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"\xff" * 4096, b""):
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
                one.sendall(sent)
    assert "goodwill" in reached(door, port).json()


def test_the_plain_port_has_none_of_it(door: Served):
    assert requests.get(f"http://127.0.0.1:{door.port}/outlook/pane.html", timeout=10).status_code == 404


def test_it_is_made_once_and_renewed_near_its_end(tmp_path: Path):
    mine = Certificate(tmp_path)
    assert not mine.holds(NOW)
    mine.make(NOW)
    assert mine.holds(NOW)
    assert mine.holds(NOW + LASTS - NEAR - timedelta(days=1))
    assert not mine.holds(NOW + LASTS)
    first, thumb = mine.root.read_bytes(), mine.thumb
    mine.make(NOW + LASTS)
    assert mine.root.read_bytes() != first
    assert mine.thumb != thumb
    assert mine.until == Certificate(tmp_path).until > NOW + LASTS


def test_the_command_makes_it_leaves_it_renews_it_and_removes_it(home: Path, goodwill: Goodwill):
    begun(home)
    mine = Certificate(home)
    first = goodwill("certificate")
    assert first.status == 0
    assert first.out.strip() == str(mine.root)
    assert trusting(mine.root, sys.platform) in first.err
    was = mine.root.read_bytes()
    assert goodwill("certificate").out == first.out
    assert mine.root.read_bytes() == was
    Certificate(home).make(datetime.now(UTC) - LASTS + timedelta(days=20))
    old = mine.root.read_bytes()
    assert "It is new" in goodwill("certificate").err
    assert mine.root.read_bytes() != old
    undo = distrusting(Certificate(home).thumb, sys.platform)
    removed = goodwill("certificate", "--remove")
    assert undo in removed.err
    assert not mine.root.parent.exists()
    assert goodwill("certificate", "--remove").status == 0


def test_the_door_makes_a_new_one_when_it_has_ended_and_says_so_before(home: Path):
    begun(home)
    mine, port, config = Certificate(home), free_port(), (home / "config.toml")
    for left, stays in ((timedelta(days=20), True), (timedelta(days=-1), False)):
        mine.make(datetime.now(UTC) - LASTS + left)
        was = mine.root.read_bytes()
        config.unlink(missing_ok=True)
        with served(home, f"https = true\nhttps_port = {port}\n") as one:
            assert reached(one, port).status_code == 200
        assert (mine.root.read_bytes() == was) is stays
        assert "`goodwill certificate`" in (home / "goodwill.log").read_text()


def test_a_certificate_without_its_key_is_told(home: Path, goodwill: Goodwill):
    begun(home)
    Certificate(home).make(datetime.now(UTC))
    Certificate(home).key.write_text("no key")
    (home / "config.toml").write_text(
        f"[door]\nport = {free_port()}\nhttps = true\nhttps_port = {free_port()}\n"
    )
    ran = goodwill("serve", timeout=30)
    assert ran.status == 2
    assert "goodwill certificate --remove" in ran.err


def test_a_taken_https_port_names_its_key(home: Path, goodwill: Goodwill):
    begun(home)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        (home / "config.toml").write_text(
            f"[door]\nport = {free_port()}\nhttps = true\nhttps_port = {taken}\n"
        )
        ran = goodwill("serve", timeout=30)
    assert ran.status == 2
    assert "[door] https_port" in ran.err


@pytest.mark.parametrize(
    ("platform", "step", "back"),
    [
        ("linux", "certutil -d sql:", "-D -n"),
        ("darwin", "add-trusted-cert", "delete-certificate -t -Z AB12"),
        ("win32", "certutil -user -addstore Root", "-delstore Root AB12"),
    ],
)
def test_each_platform_has_a_step_and_the_way_back(platform: str, step: str, back: str):
    assert step in trusting(Path("root.crt"), platform)
    assert "root.crt" in trusting(Path("root.crt"), platform)
    assert back in distrusting("AB12", platform)
