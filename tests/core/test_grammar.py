"""The words of the command line."""

from __future__ import annotations

import pytest

from goodwill.grammar import parse


@pytest.mark.parametrize(
    ("line", "handed_on"),
    [
        (
            "sendmail -oi -f me@home.example -- a@b.example",
            ["-oi", "-f", "me@home.example", "--", "a@b.example"],
        ),
        ("--home x sendmail -t", ["-t"]),
        ("--config=x --home sendmail sendmail --config y", ["--config", "y"]),
        ("sendmail", []),
        ("import sendmail --me me@home.example", []),
        ("--home sendmail import x", []),
    ],
)
def test_only_what_stands_behind_sendmail_is_handed_on(line: str, handed_on: list[str]):
    assert parse(line.split()).words == handed_on


def test_a_file_may_be_called_like_a_command():
    found = parse(["import", "sendmail", "--me", "me@home.example"])
    assert [str(path) for path in found.paths] == ["sendmail"]
    assert found.me == ["me@home.example"]
