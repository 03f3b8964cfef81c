"""A copy of the store: made while others write, sound, and before every migration."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from conftest_e2e import Goodwill, environment
from letters import ME, many, mbox

from goodwill import backup
from goodwill.errors import InputError, StoreError
from goodwill.schema import HEAD
from goodwill.store import Store, _alembic_config

OLD = "0003"


def asked(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def old_store(home: Path, mails: int = 1) -> Path:
    """A store as an earlier version left it, with rows in it."""
    from alembic import command

    home.mkdir()
    store = Store(home)
    with store.engine.begin() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, OLD)
    store.close()
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("INSERT INTO owner VALUES (?)", (ME,))
        connection.executemany(
            "INSERT INTO events (id, kind, at, rank, readers, payload) VALUES (?, 'mail', 0, '', 0, ?)",
            [(number, f'["{"x" * 2000}"]') for number in range(1, mails + 1)],
        )
    return store.path


def test_a_backup_is_named_sound_and_for_the_owner_only(goodwill: Goodwill, home: Path, tmp_path: Path):
    goodwill("import", mbox(tmp_path / "mail", many(20)), "--me", ME)
    ran = goodwill("backup", "--now", "2026-03-04T05:06:07Z")
    made = home / "backups" / "goodwill-20260304-050607.db"
    assert (ran.status, ran.out.strip()) == (0, str(made))
    assert "is sound" in ran.err
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    assert [one.name for one in made.parent.iterdir()] == [made.name]
    assert asked(made, "SELECT count(*) FROM events") == [(20,)]
    assert asked(made, "PRAGMA journal_mode") == [("delete",)]


def test_the_way_back_is_to_put_the_copy_in_place(goodwill: Goodwill, home: Path, tmp_path: Path):
    goodwill("import", mbox(tmp_path / "mail", many(20)), "--me", ME)
    before = goodwill("export").out
    goodwill("backup", tmp_path / "copy.db")
    goodwill("import", mbox(tmp_path / "more", many(30, seed=2)))
    for one in home.glob("goodwill.db*"):
        one.unlink()
    (tmp_path / "copy.db").rename(home / "goodwill.db")
    assert goodwill("export").out == before
    assert goodwill("import", tmp_path / "more").status == 0


def test_a_backup_overwrites_nothing(goodwill: Goodwill, tmp_path: Path):
    goodwill("import", mbox(tmp_path / "mail", many(3)), "--me", ME)
    taken = tmp_path / "taken.db"
    taken.write_bytes(b"mine")
    ran = goodwill("backup", taken)
    assert (ran.status, taken.read_bytes()) == (2, b"mine")
    assert "overwrites nothing" in ran.err


def test_two_backups_of_one_second_are_two_and_five_are_kept(goodwill: Goodwill, home: Path, tmp_path: Path):
    goodwill("import", mbox(tmp_path / "mail", many(3)), "--me", ME)
    for second in (0, 0, 1, 2, 3, 4):
        assert goodwill("backup", "--now", f"2026-03-04T00:00:0{second}Z").status == 0
    (home / "backups" / "mine.db").write_bytes(b"of another name")
    goodwill("backup", "--now", "2026-03-04T00:00:05Z")
    names = sorted(one.name for one in (home / "backups").iterdir())
    assert names == [*(f"goodwill-20260304-00000{second}.db" for second in (1, 2, 3, 4, 5)), "mine.db"]


def test_a_backup_of_what_is_not_there_says_so(goodwill: Goodwill, home: Path):
    ran = goodwill("backup")
    assert (ran.status, "nothing in" in ran.err) == (2, True)
    assert not home.exists()


def test_a_copy_made_while_another_writes_is_of_one_moment(tmp_path: Path):
    store = Store(tmp_path / "home")
    store.open(create=True)
    done = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(store.path, timeout=30)) as connection:
            number = 0
            while not done.is_set():
                number += 1
                with connection:  # two tables in one transaction: a copy has both rows or neither
                    connection.execute("INSERT INTO owner VALUES (?)", (f"{number}@x.example",))
                    connection.execute("INSERT INTO meta VALUES (?, '')", (f"{number}",))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = set()
        for number in range(20):
            copy = tmp_path / f"{number}.db"
            backup.copy(store.path, copy)
            ((owners, names),) = asked(
                copy, "SELECT (SELECT count(*) FROM owner), (SELECT count(*) FROM meta)"
            )
            assert owners == names
            sizes.add(owners)
    finally:
        done.set()
        writer.join()
        store.close()
    assert len(sizes) > 1, "nothing was written meanwhile"


def test_a_damaged_store_gives_no_backup(tmp_path: Path):
    path = old_store(tmp_path / "home", 400)
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = b"\x55" * 4096
    path.write_bytes(raw)
    with pytest.raises(StoreError, match="cannot be made"):
        backup.copy(path, tmp_path / "copies" / "copy.db")
    assert list((tmp_path / "copies").iterdir()) == []


def test_who_takes_the_name_meanwhile_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = old_store(tmp_path / "home")
    target = tmp_path / "copy.db"
    fill = backup._fill

    def slow(source: Path, part: Path) -> None:
        fill(source, part)
        target.write_bytes(b"another's")

    monkeypatch.setattr(backup, "_fill", slow)
    with pytest.raises(InputError, match="there already"):
        backup.copy(path, target)
    assert target.read_bytes() == b"another's"
    assert not list(tmp_path.glob(".*.part*"))


def test_an_older_store_is_copied_before_it_is_migrated(goodwill: Goodwill, home: Path):
    path = old_store(home, 3)
    assert goodwill("status").status == 0
    assert asked(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    copy = home / "backups" / f"goodwill-before-{OLD}.db"
    assert asked(copy, "SELECT version_num FROM alembic_version") == [(OLD,)]
    assert asked(copy, "SELECT count(*) FROM events") == [(3,)]
    assert asked(copy, "SELECT address FROM owner") == [(ME,)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    goodwill("status")
    assert len(list(copy.parent.iterdir())) == 1


def test_without_room_for_the_copy_nothing_is_migrated(home: Path):
    path = old_store(home, 500)
    room = path.stat().st_size // 2

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "goodwill", "--home", str(home), "status"]
    ran = subprocess.run(
        command, capture_output=True, text=True, env=environment(), preexec_fn=little_room, check=False
    )
    assert ran.returncode == 2
    assert "the backup cannot be made" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert asked(path, "SELECT version_num FROM alembic_version") == [(OLD,)]
    assert asked(path, "SELECT count(*) FROM events") == [(500,)]
    assert list((home / "backups").iterdir()) == []


def test_a_new_store_needs_no_copy(goodwill: Goodwill, home: Path, tmp_path: Path):
    goodwill("import", mbox(tmp_path / "mail", many(3)), "--me", ME)
    assert not (home / "backups").exists()


def test_a_folder_gets_a_dated_copy_and_a_dash_none(goodwill: Goodwill, home: Path, tmp_path: Path):
    goodwill("import", mbox(tmp_path / "mail", many(3)), "--me", ME)
    folder = tmp_path / "copies"
    folder.mkdir()
    for name in ("goodwill-20260304-050607.db", "goodwill-20260304-050607-2.db"):
        ran = goodwill("backup", folder, "--now", "2026-03-04T05:06:07Z")
        assert (ran.status, ran.out.strip()) == (0, str(folder / name))
    ran = goodwill("backup", "-")
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert not Path("-").exists()


@pytest.mark.parametrize(
    ("name", "told"), [("n" * 300, "File name too long"), ("taken/copy.db", "taken: is no folder")]
)
def test_where_no_copy_can_lie_one_sentence_says_so(goodwill: Goodwill, tmp_path: Path, name: str, told: str):
    goodwill("import", mbox(tmp_path / "mail", many(3)), "--me", ME)
    (tmp_path / "taken").write_bytes(b"a file")
    ran = goodwill("backup", tmp_path / name)
    assert (ran.status, told in ran.err, len(ran.err.splitlines())) == (2, True, 1)
    assert ".part" not in ran.err


def test_a_migration_without_a_place_for_its_copy_says_what_was_meant(goodwill: Goodwill, home: Path):
    path = old_store(home)
    (home / "backups").write_bytes(b"no folder")
    ran = goodwill("status")
    assert ran.status == 2
    assert "must be copied before this version changes its tables" in ran.err
    assert f"{home / 'backups'}: is no folder" in ran.err
    assert (".part" in ran.err, len(ran.err.splitlines())) == (False, 1)
    assert asked(path, "SELECT version_num FROM alembic_version") == [(OLD,)]
    (home / "backups").unlink()
    assert goodwill("status").status == 0


def test_an_emptied_store_gives_no_backup(goodwill: Goodwill, home: Path, tmp_path: Path):
    home.mkdir()
    (home / "goodwill.db").write_bytes(b"")
    ran = goodwill("backup", tmp_path / "copy.db")
    assert (ran.status, "the store is empty" in ran.err) == (2, True)
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("journal", [False, True])
def test_where_nothing_may_be_written_the_last_state_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: bool
):
    path = old_store(tmp_path / "home", 3)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        if journal:  # what a killed program leaves
            with connection:
                connection.execute("DELETE FROM events WHERE id = 3")
            shutil.copytree(path.parent, tmp_path / "left")
            path = tmp_path / "left" / path.name
            path.with_name(f"{path.name}-shm").unlink()
    before = {one.name for one in path.parent.iterdir()}
    connect = sqlite3.connect

    def read_only(place: object, **more: object) -> sqlite3.Connection:
        assert place != path, "would write"
        return connect(place, **more)

    monkeypatch.setattr(sqlite3, "connect", read_only)
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place) != path.parent)
    assert backup.copy(path, tmp_path / "elsewhere" / "copy.db") > 0
    monkeypatch.undo()
    assert asked(tmp_path / "elsewhere" / "copy.db", "SELECT count(*) FROM events") == [(3 - journal,)]
    assert before <= {one.name for one in path.parent.iterdir()}
