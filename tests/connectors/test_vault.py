"""Secrets: in the keyring where there is one, else in a file for the owner only."""

from __future__ import annotations

import stat
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import pytest

from goodwill.errors import AccountError
from goodwill_connectors.vault import Vault

SECRET = {"refresh_token": "invented", "client_secret": "invented too"}


class InMemory(keyring.backend.KeyringBackend):
    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError(username)


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    backend = InMemory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def no_ring():
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


def test_the_keyring_comes_first(tmp_path: Path, ring: InMemory):
    vault = Vault(tmp_path)
    vault.put("google:a@x.example", SECRET)
    assert vault.get("google:a@x.example") == SECRET
    assert list(tmp_path.iterdir()) == []
    assert Vault(tmp_path / "other").get("google:a@x.example") == {}
    vault.drop("google:a@x.example")
    assert (vault.get("google:a@x.example"), ring.kept) == ({}, {})


def test_without_a_keyring_a_file_for_the_owner_only(tmp_path: Path, no_ring):
    told: list[str] = []
    vault = Vault(tmp_path, told.append)
    vault.put("google:a@x.example", SECRET)
    vault.put("google:b@x.example", {"refresh_token": "other"})
    path = tmp_path / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "no keyring" in told[0]
    assert vault.get("google:a@x.example") == SECRET
    vault.drop("google:a@x.example")
    assert vault.get("google:a@x.example") == {}
    vault.drop("google:b@x.example")
    vault.drop("google:b@x.example")
    assert not path.exists()


def test_a_keyring_that_appears_takes_over(tmp_path: Path, ring: InMemory):
    keyring.set_keyring(keyring.backends.fail.Keyring())
    Vault(tmp_path).put("google:a@x.example", {"refresh_token": "old"})
    keyring.set_keyring(ring)
    Vault(tmp_path).put("google:a@x.example", SECRET)
    assert Vault(tmp_path).get("google:a@x.example") == SECRET
    assert not (tmp_path / "secrets.json").exists()


def test_a_file_that_is_broken_is_named(tmp_path: Path, no_ring):
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(AccountError, match=r"secrets\.json"):
        Vault(tmp_path).get("google:a@x.example")
