"""The door's small pages say names as text that steers nothing."""

from __future__ import annotations

from goodwill.leaves import page


def test_a_name_is_text_and_turns_nothing():
    shown = bytes(page("Nice \u202eelpmaxe\u202c <b>", "\u2067<script>alert(1)</script>").body).decode()
    assert "<script>" not in shown
    assert "Nice  elpmaxe  &lt;b&gt;" in shown
    assert not {"\u202e", "\u202c", "\u2067"} & set(shown)
