"""The pane of Outlook's add-in in a real Chromium, from a real door with its real policy.

``office.js`` is ours there (``tests/connectors/addons/office.js``): Microsoft's only works inside of Outlook.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from base64 import b64encode
from hashlib import sha256
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread

import pytest
from conftest_e2e import runner
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from outlook import ROOT, installed, mail, needed, paired
from tls import certificate

from goodwill.certificate import Certificate

ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."
OFFICE = ROOT / "tests" / "connectors" / "addons" / "office.js"


def spki(path: Path) -> str:
    """By what Chromium is told to believe a certificate."""
    public = x509.load_pem_x509_certificate(path.read_bytes()).public_key()
    return b64encode(
        sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()


def cdn(folder: Path, script: str) -> tuple[ThreadingHTTPServer, Path]:
    """A server in place of Microsoft's, and its certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()
            self.wfile.write(script.encode())

        def log_message(self, *words: object) -> None:
            """Nobody reads it."""

    trusted, key = certificate(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    return server, trusted


def test_the_pane_pairs_shows_hints_and_takes_the_other_answers(tmp_path: Path):
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("chromium is not here: apt-get install chromium")
    needed("office-addin-mock@4.0.0")
    needed("esbuild@0.28.2")
    home = tmp_path / "home"
    home.mkdir()
    with installed(home) as bare:
        mine = mail(ASK)
        mark = paired(bare).sends(mine)["session"]["goodwill"]
        told = {**mine, "code": runner(home)("pair").out.strip(), "mark": mark, "answer": "close"}
        server, trusted = cdn(tmp_path, f"const TOLD = {json.dumps(told)};\n{OFFICE.read_text()}")
        try:
            words = [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=30000", "--dump-dom",
                f"--ignore-certificate-errors-spki-list={spki(Certificate(home).leaf)},{spki(trusted)}",
                f"--host-resolver-rules=MAP appsforoffice.microsoft.com:443 127.0.0.1:{server.server_port}",
                f"{bare.origin}/outlook/pane.html",
            ]  # fmt: skip
            ran = subprocess.run(
                words,
                capture_output=True,
                text=True,
                timeout=90,
                check=False,
                env=os.environ | {"HOME": str(tmp_path)},
            )
        finally:
            server.shutdown()
            server.server_close()
        found = re.search(r'data-seen="([^"]*)"', ran.stdout)
        assert found is not None, ran.stdout[-3000:] + ran.stderr[-2000:]
        seen = json.loads(unescape(found[1]))
        assert "error" not in seen, seen
        assert "code is wrong" in seen["refused"]
        assert seen["paired"]
        assert "Nia Sample" in seen["hint"]
        assert seen["quiet"]
        assert (seen["role"], seen["focus"], seen["alone"]) == ("alertdialog", "Keep editing", True)
        assert seen["buttons"] == ["Keep editing", "Not an ask", "We are close"]
        assert "recommend us to her" in seen["text"]
        assert seen["again"]
        assert seen["violations"] == []
        learnt(home)


def learnt(home: Path) -> None:
    end = time.monotonic() + 20
    while True:
        rows = [json.loads(line) for line in runner(home)("review", "--json").out.splitlines()]
        if [one["outcome"] for one in rows if one.get("address") == "nia@far.example"] == ["close"]:
            return
        assert time.monotonic() < end, rows
        time.sleep(0.2)
