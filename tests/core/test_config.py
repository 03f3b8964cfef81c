"""The configuration: every key works as the example says, and every error names its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from goodwill import config
from goodwill.config import Config
from goodwill.errors import ConfigError

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"


def test_the_example_is_the_defaults_and_names_every_key():
    text = EXAMPLE.read_text("utf-8")
    example = config.parse(text, "example")
    assert replace(example, providers={}) == Config()
    assert set(example.providers["google"]) == config.ENDPOINTS
    assert {value for key, value in example.providers["google"].items() if value} == {6000}
    for table, keys in config._KEYS.items():
        assert f"[{table}]" in text
        assert all(f"\n{key} = " in text for key in keys)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[store]\nkeep_txet = 'full'", r"config.toml, line 2: unknown key 'store.keep_txet'"),
        ("[stroe]\n", r"line 1: unknown table 'stroe'"),
        ("\n\n[digest]\npeople = 0", r"line 4: 'digest.people' must be a whole number"),
        ("[check]\nthreshold = true", r"'check.threshold' must be a number from 0 to 1"),
        ("[plugins]\ndisabled = 'ask'", r"must be a list of plugin names"),
        ("store = 3", r"'store' must be a table"),
        ("[digest]\ndays = ['monday']", r"line 2: 'digest.days' must be a list of days out of mon, tue"),
        ("[digest]\ndays = []", r"'digest.days' must be"),
        ("[digest]\nquiet = ['2026-12-24..2026-12-01']", r"'digest.quiet' must be a list like"),
        ("[digest]\nquiet = ['Christmas']", r"'digest.quiet' must be a list like"),
        ("[door]\nhttps = true\nport = 9000\nhttps_port = 9000", r"line 4: .* must be two ports"),
        ("[door]\noutlook = '/a'", r"line 2: 'door.outlook' is of use only with 'door.https = true'"),
        ("[store", r"is not valid TOML"),
        (
            "[drafts]\nseconds = 20\nmark = true",
            r"line 3: 'drafts.mark' is of use only with 'drafts.watch = true'",
        ),
    ],
)
def test_errors_name_the_place(text: str, message: str):
    with pytest.raises(ConfigError, match=message):
        config.parse(text, "config.toml")


def test_a_missing_file_is_the_defaults_unless_it_was_asked_for(tmp_path: Path):
    assert config.load(tmp_path / "none.toml", required=False) == Config()
    with pytest.raises(ConfigError, match="no such config file"):
        config.load(tmp_path / "none.toml", required=True)
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path, required=True)


def test_values_arrive():
    text = "[store]\nkeep_text = 'full'\n[plugins]\ndisabled = ['ask']\n[check]\nthreshold = 0.9\n"
    assert config.parse(text, "x") == Config(keep_text="full", disabled=frozenset({"ask"}), threshold=0.9)
