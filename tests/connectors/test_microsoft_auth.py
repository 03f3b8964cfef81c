"""Signing in to Microsoft: what Entra refuses, in Microsoft's documented shapes, and where tokens lie."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import keyring
import keyring.backends.fail
import pytest
import requests
import responses
from msal_extensions import FilePersistence

from goodwill.errors import AccountError, SignInError, Unavailable
from goodwill.plugin import Desk
from goodwill_connectors import microsoft_auth, tokens
from goodwill_connectors.loopback import Loopback
from goodwill_connectors.microsoft_auth import Cache, application, refusal, scopes, sign_in, token
from goodwill_connectors.tokens import Tokens
from goodwill_connectors.wire import Wire

CLIENT = "11111111-2222-3333-4444-555555555555"
AUTHORITY = "https://login.microsoftonline.com/common"
DISCOVERY = f"{AUTHORITY}/v2.0/.well-known/openid-configuration"
TOKEN = f"{AUTHORITY}/oauth2/v2.0/token"
CODE = f"{AUTHORITY}/oauth2/v2.0/devicecode"
ASKED = scopes(["mail", "calendar"])


def refused(code: int, error: str = "invalid_grant", **more: Any) -> dict[str, Any]:
    """An error as the reference of Entra's token endpoint shows it."""
    told = f"AADSTS{code}: Something happened. Trace ID: 0 Correlation ID: 0 Timestamp: 2026-01-01 10:00:00Z"
    return {"error": error, "error_description": told, "error_codes": [code], "trace_id": "0"} | more


@pytest.fixture
def entra() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        found = {
            "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
            "authorization_endpoint": f"{AUTHORITY}/oauth2/v2.0/authorize",
            "token_endpoint": TOKEN,
            "device_authorization_endpoint": CODE,
        }
        mock.get(DISCOVERY, json=found)
        yield mock


def app(cache: Cache | None = None) -> Any:
    wire = Wire(requests.Session(), "Microsoft's sign-in", sleep=lambda seconds: None)
    return application(CLIENT, AUTHORITY, cache or Cache(), wire)


def granted(**more: Any) -> dict[str, Any]:
    """What the token endpoint gives, with an ID token that nobody has to check on the way from Entra."""
    claims = {"aud": CLIENT, "sub": "s", "oid": "o", "tid": "t", "preferred_username": "me@home.example"}
    claims |= {"iss": "https://login.microsoftonline.com/t/v2.0", "exp": int(time.time()) + 3_600}
    told = {"token_type": "Bearer", "expires_in": 3600, "access_token": "a", "refresh_token": "r"}
    told |= {"scope": "Mail.Read Calendars.Read User.Read openid profile"}
    return (
        told
        | {"id_token": f"e30.{packed(claims)}.x", "client_info": packed({"uid": "o", "utid": "t"})}
        | more
    )


def packed(value: dict[str, Any]) -> str:
    import base64

    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def desk(tmp_path: Path, said: list[str]) -> Desk:
    now = datetime(2026, 10, 1, tzinfo=UTC)
    return Desk(tmp_path, now, lambda address: {}, said.append, lambda question, secret: "")


def signed_in(entra: responses.RequestsMock, desk: Desk, cache: Cache) -> Any:
    entra.post(CODE, json={"user_code": "ABC", "device_code": "d", "verification_uri": "https://x.example/d",
                           "expires_in": 900, "interval": 0, "message": "m"})  # fmt: skip
    entra.post(TOKEN, json=granted())
    one = app(cache)
    sign_in(one, ASKED, "code", desk)
    return one


def test_by_code_only_on_request(entra: responses.RequestsMock, desk: Desk, said: list[str]):
    one = signed_in(entra, desk, Cache())
    assert "https://x.example/d" in said[0]
    assert "ABC" in said[0]
    assert token(one, ASKED, False) == "a"
    asked = parse_qs(str(next(call.request.body for call in entra.calls if call.request.url == CODE)))
    assert set(asked["scope"][0].split()) == {
        "Mail.Read", "Calendars.Read", "User.Read", "offline_access", "openid", "profile",
    }  # fmt: skip


def test_a_token_is_renewed_when_it_is_refused(entra: responses.RequestsMock, desk: Desk):
    one = signed_in(entra, desk, Cache())
    entra.replace(responses.POST, TOKEN, json=granted(access_token="b", refresh_token="r2"))
    assert token(one, ASKED, False) == "a"
    assert token(one, ASKED, True) == "b"


@pytest.mark.parametrize(
    ("code", "told", "remedy"),
    [
        (65001, "not allowed to read your mail", f"grant the app {CLIENT}"),
        (650057, "lacks a permission", "API permissions"),
        (90094, "before an administrator", "Grant admin consent"),
        (65004, "you did not allow it", "press Accept"),
        (50105, "not given you this app", "Users and groups"),
        (53000, "Conditional Access", "AADSTS53000"),
        (53003, "Conditional Access", "Ask an administrator"),
        (530034, "Conditional Access", "--device-code"),
        (50158, "Conditional Access", "Ask an administrator"),
        (50076, "a second factor", "goodwill connect microsoft"),
        (50079, "a second factor", "goodwill connect microsoft"),
        (700082, "expired or was withdrawn", "goodwill connect microsoft"),
        (50173, "a new password", "goodwill connect microsoft"),
        (50057, "switched this account off", "administrator"),
        (50020, "another kind of account", "--tenant"),
        (50194, "another kind of account", "--tenant"),
        (9002331, "another kind of account", "--tenant consumers"),
        (700016, f"does not know the app {CLIENT}", "Application (client) ID"),
        (90002, "no organisation by that name", "--tenant"),
        (7000218, "public client flows are off", "allow public client flows"),
        (50011, "from this machine", "http://localhost"),
    ],
)
def test_what_entra_refuses_is_said_in_plain_words(
    entra: responses.RequestsMock, desk: Desk, code: int, told: str, remedy: str
):
    one = signed_in(entra, desk, Cache())
    entra.replace(responses.POST, TOKEN, status=400, json=refused(code))
    with pytest.raises(SignInError) as caught:
        token(one, ASKED, True)
    assert told in caught.value.what
    assert f"AADSTS{code}" in caught.value.what
    assert remedy in caught.value.remedy
    assert "{" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"error": "invalid_grant"}, "no longer accepts the sign-in"),
        ({"error": "interaction_required", "error_description": "later"}, "no longer accepts the sign-in"),
        ({"error": "authorization_declined"}, "you did not allow it"),
        ({"error": "expired_token"}, "in time"),
        (refused(999999, "invalid_request"), "refuses the sign-in: AADSTS999999: Something happened. "),
        ({}, "names no reason"),
        ({"error_description": None, "error_codes": None}, "names no reason"),
        ({"error_codes": 5}, "names no reason"),
    ],
)
def test_refusals_without_a_known_number(answer: dict[str, Any], told: str):
    assert told in str(refusal(answer, CLIENT, ASKED))


@pytest.mark.parametrize(
    "answer",
    [
        refused(90033),
        refused(90006),
        refused(50196),
        {"error": "temporarily_unavailable"},
        {"error": "server_error"},
    ],
)
def test_what_passes_at_entra_is_no_end_of_the_sign_in(answer: dict[str, Any]):
    assert isinstance(refusal(answer, CLIENT, ASKED), Unavailable)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_sign_in_that_is_busy_is_not_over(entra: responses.RequestsMock, desk: Desk, status: int):
    one = signed_in(entra, desk, Cache())
    entra.replace(responses.POST, TOKEN, status=status, json={"error": "temporarily_unavailable"})
    with pytest.raises(Unavailable):
        token(one, ASKED, True)


def test_an_authority_that_is_none(entra: responses.RequestsMock):
    told = refused(90002, "invalid_tenant")
    entra.replace(responses.GET, DISCOVERY, status=400, json=told)
    with pytest.raises(AccountError, match="no place to sign in"):
        app().get_accounts()


def test_a_page_instead_of_a_token(entra: responses.RequestsMock, desk: Desk):
    one = signed_in(entra, desk, Cache())
    entra.replace(responses.POST, TOKEN, body="<html>sign in to the hotel's network</html>")
    with pytest.raises(AccountError):
        token(one, ASKED, True)


def test_a_code_that_the_organisation_forbids(entra: responses.RequestsMock, desk: Desk):
    entra.post(CODE, status=400, json=refused(53003, "invalid_grant"))
    with pytest.raises(SignInError, match="Conditional Access"):
        sign_in(app(), ASKED, "code", desk)


def test_nobody_comes_back(
    entra: responses.RequestsMock, desk: Desk, said: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(microsoft_auth, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr("webbrowser.get", lambda *words: object())
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    with pytest.raises(SignInError, match="nobody came back"):
        sign_in(app(), ASKED, "browser", desk)
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A" in opened[0]
    assert "code_challenge=" in opened[0]


def test_somebody_who_connects_and_says_nothing_does_not_stop_the_sign_in(monkeypatch: pytest.MonkeyPatch):
    import socket

    monkeypatch.setattr("goodwill_connectors.loopback.PIECE", 0.2)
    with Loopback("Done.") as loopback:
        port = int(loopback.address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)):
            url = f"http://127.0.0.1:{port}/?code=c&state=s"
            browser = threading.Thread(target=lambda: requests.get(url, timeout=20))
            browser.start()
            assert loopback.wait("s", 10) == {"code": "c", "state": "s"}
            browser.join()


def test_strangers_at_the_loopback_are_seen_off(capfd: pytest.CaptureFixture[str]):
    """One resets the line, one sends a length of 5,000 digits, one dawdles; the browser comes last."""
    import socket
    import struct

    def speak(port: int, text: bytes, reset: bool = False) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", port))
        line.sendall(text)
        if reset:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
        return line

    with Loopback("Done.") as loopback:
        port = int(loopback.address.rpartition(":")[2])
        speak(port, b"GET / HTTP/1.1\r\n", reset=True)
        lines = [speak(port, b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n")]
        lines.append(speak(port, b"POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\nc"))
        url = f"http://127.0.0.1:{port}/"
        bare = threading.Thread(target=lambda: requests.get(f"{url}?state=s", timeout=20))
        browser = threading.Thread(
            target=lambda: (time.sleep(0.5), requests.post(url, data={"code": "c", "state": "s"}, timeout=20))
        )
        bare.start()
        browser.start()
        begun = time.monotonic()
        assert loopback.wait("s", 10) == {"code": "c", "state": "s"}
        assert time.monotonic() - begun < 5
        browser.join()
        bare.join()
        for line in lines:
            line.close()
    assert "Traceback" not in capfd.readouterr().err


def test_the_loopback_ends_in_time():
    begun = time.monotonic()
    with Loopback("Done.") as loopback:
        assert loopback.wait("s", 0.5) == {}
    assert time.monotonic() - begun < 2


def test_the_loopback_is_this_machine_only():
    with Loopback("Done.") as loopback:
        assert loopback._server.server_address[0] == "127.0.0.1"


# Where tokens lie


@pytest.fixture
def no_ring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


def nowhere(place: str) -> Any:
    raise ImportError("no such thing here")


def test_where_the_platform_can_tokens_are_encrypted_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The file of msal-extensions stands for the platforms' own places, which have the same methods."""
    made: list[str] = []

    def build(place: str) -> FilePersistence:
        made.append(place)
        return FilePersistence(place)

    monkeypatch.setattr(tokens, "build_encrypted_persistence", build)
    kept = Tokens(tmp_path, "microsoft:a@x.example")
    assert kept.load() == ""
    kept.save("secret")
    assert Tokens(tmp_path, "microsoft:a@x.example").load() == "secret"
    assert Tokens(tmp_path, "microsoft:b@x.example").load() == ""
    assert not (tmp_path / "secrets.json").exists()
    kept.drop()
    assert kept.load() == ""
    assert list(tmp_path.iterdir()) == []


def test_elsewhere_a_file_for_the_owner_only_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_ring: None
):
    monkeypatch.setattr(tokens, "build_encrypted_persistence", nowhere)
    told: list[str] = []
    kept = Tokens(tmp_path, "microsoft:a@x.example", told.append)
    kept.save("secret")
    assert "not encrypted" in told[1]
    assert kept.load() == "secret"
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    kept.drop()
    assert (kept.load(), list(tmp_path.iterdir())) == ("", [])


def test_tokens_that_cannot_be_read_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Broken(FilePersistence):
        def load(self) -> str:
            raise OSError("the keychain is locked")

    monkeypatch.setattr(tokens, "build_encrypted_persistence", Broken)
    kept = Tokens(tmp_path, "microsoft:a@x.example")
    with pytest.raises(AccountError, match="cannot be read"):
        kept.load()
    kept.drop()  # whoever leaves is not kept


def test_what_an_administrator_must_grant_is_what_was_asked_for():
    found = refused(90094, "consent_required")
    assert "permissions Mail.Read, Calendars.Read, User.Read (" in refusal(found, CLIENT, ASKED).remedy
    imap = ["https://outlook.office.com/IMAP.AccessAsUser.All"]
    assert "permissions IMAP.AccessAsUser.All (" in refusal(found, CLIENT, imap).remedy
