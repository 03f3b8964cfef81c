"""Links that hold once, and the sessions that they open."""

from __future__ import annotations

import os
from pathlib import Path

from goodwill.sessions import FILE, LINK_SECONDS, MOST, SESSION_SECONDS, Sessions, form_token, is_form_token

NOW = 1_000_000


def test_a_link_opens_one_session_once(tmp_path: Path):
    sessions = Sessions(tmp_path)
    link = sessions.invite(NOW)
    session = sessions.admit(link, NOW + LINK_SECONDS - 1)
    assert session is not None
    assert sessions.admit(link, NOW + 1) is None
    assert Sessions(tmp_path).is_open(session, NOW + 1)  # another process sees it too
    assert not sessions.is_open(link, NOW + 1)


def test_links_and_sessions_have_their_time(tmp_path: Path):
    sessions = Sessions(tmp_path)
    link = sessions.invite(NOW)
    assert sessions.admit(link, NOW + LINK_SECONDS) is None
    session = sessions.admit(sessions.invite(NOW), NOW) or ""
    assert sessions.is_open(session, NOW + SESSION_SECONDS - 1)
    assert not sessions.is_open(session, NOW + SESSION_SECONDS)


def test_who_signs_out_is_out_and_others_are_not(tmp_path: Path):
    sessions = Sessions(tmp_path)
    one, other = (sessions.admit(sessions.invite(NOW), NOW) or "" for _ in range(2))
    sessions.end(one, NOW)
    assert not sessions.is_open(one, NOW)
    assert sessions.is_open(other, NOW)


def test_only_hashes_are_kept_and_only_the_owner_can_read_them(tmp_path: Path):
    sessions = Sessions(tmp_path)
    link = sessions.invite(NOW)
    session = sessions.admit(link, NOW) or ""
    kept = (tmp_path / FILE).read_text()
    assert link not in kept
    assert session not in kept
    assert not os.stat(tmp_path / FILE).st_mode & 0o077


def test_nobody_is_let_in_by_what_is_no_secret(tmp_path: Path):
    sessions = Sessions(tmp_path)
    sessions.invite(NOW)
    for guess in ("", "x", "\ud800", "links", "a" * 10_000):
        assert sessions.admit(guess, NOW) is None
        assert not sessions.is_open(guess, NOW)
    (tmp_path / FILE).write_text('{"links": [1], "sessions": {"a": "b"}}')
    assert sessions.admit("a", NOW) is None
    assert not sessions.is_open("a", NOW)


def test_the_file_does_not_grow_for_ever(tmp_path: Path):
    sessions = Sessions(tmp_path)
    links = [sessions.invite(NOW + n) for n in range(MOST + 5)]
    assert sessions.admit(links[0], NOW + 10) is None
    assert sessions.admit(links[-1], NOW + 10) is not None


def test_each_session_has_forms_of_its_own():
    assert is_form_token("one", form_token("one"))
    assert not is_form_token("one", form_token("other"))
    assert not is_form_token("one", "")
    assert not is_form_token("one", "\ud800é")
