"""The add-ons without their programs: units under Node.js, the packages, and Mozilla's linter."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import time
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "connectors" / "addons" / "build.py"
UNITS = Path(__file__).resolve().parent / "addons"
LINTER = "addons-linter@10.13.0"
ESBUILD = "esbuild@0.28.2"
VALIDATOR = "office-addin-manifest@3.0.0"
# It is Firefox's: it knows neither Thunderbird's rights nor its interfaces, and thinks of Android.
OF_FIREFOX = {
    "MANIFEST_PERMISSIONS": 'Invalid permissions "compose"',
    "UNSUPPORTED_API": "compose",
    "KEY_FIREFOX_ANDROID_UNSUPPORTED_BY_MIN_VERSION": "Android",
}


def node(*words: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("node") is None:
        pytest.skip("node is not here: apt-get install nodejs")
    return subprocess.run(["node", *words], capture_output=True, text=True, timeout=120, check=False)


def build(name: str, into: Path, *more: str) -> Path:
    if name == "chromium" and shutil.which("npm") is None:
        pytest.skip("npm is not here: apt-get install nodejs npm")
    words = [sys.executable, str(BUILD), name, "--into", str(into), *more]
    return Path(subprocess.run(words, check=True, capture_output=True, text=True, timeout=180).stdout.strip())


def test_the_units_pass():
    ran = node("--test", *map(str, sorted(UNITS.glob("*.test.mjs"))))
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert "# fail 0" in ran.stdout
    assert "# skipped 0" in ran.stdout


@pytest.mark.parametrize(
    ("addon", "holds"),
    [
        ("thunderbird", {"manifest.json", "common/door.js", "common/warning.js"}),
        ("chromium", {"manifest.json", "background.js", "gmail.js", "page_world.js", "options.html"}),
    ],
)
def test_a_package_is_the_same_to_the_byte_whenever_it_is_built(tmp_path: Path, addon: str, holds: set[str]):
    first = build(addon, tmp_path / "one")
    time.sleep(2.1)  # a zip file knows even seconds only
    second = build(addon, tmp_path / "two")
    assert first.read_bytes() == second.read_bytes()
    names = zipfile.ZipFile(first).namelist()
    assert names == sorted(names)
    assert holds <= set(names)
    assert not [name for name in names if "README" in name or "node_modules" in name or "test" in name]


def test_thunderbirds_add_on_asks_for_no_more_than_it_needs(tmp_path: Path):
    with zipfile.ZipFile(build("thunderbird", tmp_path)) as packed:
        manifest = json.loads(packed.read("manifest.json"))
        assert manifest["permissions"] == ["compose", "storage", "http://127.0.0.1/*"]
        assert "unsafe" not in manifest["content_security_policy"]
        assert manifest["background"]["persistent"]  # an owner may take minutes to answer
        for name in packed.namelist():
            text = packed.read(name).decode()
            assert "innerHTML" not in text, name
            assert "eval(" not in text, name


def need(package: str) -> Path:
    found = ROOT / ".tools" / "node_modules" / package.partition("@")[0]
    if not found.exists():
        pytest.skip(f"npm's {package} is not here: npm install --prefix .tools {package}")
    return found


def unpacked(into: Path, *words: str) -> tuple[Path, dict[str, Any]]:
    """Outlook's package in a folder of its own, and its manifest."""
    need(ESBUILD)
    folder = into / "package"
    zipfile.ZipFile(build("outlook", into, *words)).extractall(folder)
    return folder, json.loads((folder / "manifest.json").read_text())


def test_outlooks_package_and_scripts_are_the_same_to_the_byte(tmp_path: Path):
    need(ESBUILD)
    first, second = (build("outlook", tmp_path / one) for one in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    assert zipfile.ZipFile(first).namelist() == ["color.png", "manifest.json", "outline.png"]
    for path in (tmp_path / "one" / "outlook").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / "outlook" / path.name).read_bytes()


def test_microsofts_validator_accepts_outlooks_manifest_and_no_other(tmp_path: Path):
    """By the schema that comes with it: a JSON manifest is sent nowhere."""
    program = need(VALIDATOR) / "cli.js"
    folder, manifest = unpacked(tmp_path)
    assert node(str(program), "validate", str(folder / "manifest.json")).returncode == 0
    manifest["extensions"][0]["autoRunEvents"][0]["events"][0]["options"]["sendMode"] = "nag"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert node(str(program), "validate", str(folder / "manifest.json")).returncode == 1


def test_outlooks_manifest_names_what_is_there(tmp_path: Path):
    folder, manifest = unpacked(tmp_path, "--port", "9999")
    text, served = (folder / "manifest.json").read_text(), tmp_path / "outlook"
    event = (served / "event.js").read_text()
    for place in re.findall(r"https://localhost[^\"]*", text):
        port, _, path = place.removeprefix("https://localhost:").partition("/")
        assert port == "9999", place
        assert (served / path.removeprefix("outlook/")).is_file(), place
    for name in ("color.png", "outline.png"):
        assert (folder / name).is_file()
    [extension] = manifest["extensions"]
    events = {one["type"]: one for one in extension["autoRunEvents"][0]["events"]}
    assert events["messageSending"]["options"] == {"sendMode": "promptUser"}
    for one in events.values():
        assert f'Office.actions.associate("{one["actionId"]}"' in event
    [group] = extension["ribbons"][0]["tabs"][0]["groups"]
    assert f'commandId: "{group["controls"][0]["id"]}"' in event
    assert "https://localhost:9999" in event
    rights = manifest["authorization"]["permissions"]["resourceSpecific"]
    assert [one["name"] for one in rights] == ["MailboxItem.ReadWrite.User"]


def test_outlooks_event_needs_no_page_and_nothing_new(tmp_path: Path):
    """Classic Outlook on Windows has neither; what else it lacks is missing when the script is run, too."""
    unpacked(tmp_path)
    event = (tmp_path / "outlook" / "event.js").read_text()
    for word in (
        r"\bdocument\.",
        r"\bwindow\.",
        r"\b(im|ex)port\b",
        r"\basync\b",
        r"\?\.",
        r"\?\?",
        r"\beval\(",
    ):
        assert re.search(word, event) is None, word
    for page in ("event.html", "pane.html"):
        found = re.findall(r'(?:src|href)="([^"]+)"', (tmp_path / "outlook" / page).read_text())
        outside = [one for one in found if one.startswith("http")]
        assert outside == ["https://appsforoffice.microsoft.com/lib/1/hosted/office.js"]
        assert all((tmp_path / "outlook" / one).is_file() for one in found if one not in outside)


def test_without_esbuild_the_build_says_what_to_install(tmp_path: Path):
    code = f"import sys, pathlib; sys.path.insert(0, {str(BUILD.parent)!r}); import build; "
    code += "build.ROOT = pathlib.Path('nowhere'); build.main(['outlook', '--into', sys.argv[1]])"
    words = [sys.executable, "-c", code, str(tmp_path)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env={"PATH": ""})
    assert ran.returncode == 1
    assert f"npm install --prefix .tools {ESBUILD}" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The add-on for Chromium, file by file."""
    with zipfile.ZipFile(build("chromium", tmp_path_factory.mktemp("chromium"))) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_chromiums_add_on_asks_for_no_more_than_it_needs(chromium: dict[str, bytes]):
    manifest = json.loads(chromium["manifest.json"])
    assert manifest["permissions"] == ["storage"]
    assert manifest["host_permissions"] == ["http://127.0.0.1/*"]
    assert {match for script in manifest["content_scripts"] for match in script["matches"]} == {
        "https://mail.google.com/*"
    }
    policy = manifest["content_security_policy"]["extension_pages"]
    assert "connect-src http://127.0.0.1:*;" in policy
    assert "unsafe" not in policy
    assert set(manifest) == {
        "manifest_version", "name", "version", "description", "key", "minimum_chrome_version", "permissions",
        "host_permissions", "content_security_policy", "background", "content_scripts", "options_ui", "icons",
        "action",
    }  # fmt: skip


def test_chromiums_add_on_is_always_the_same_origin(chromium: dict[str, bytes]):
    key = base64.b64decode(json.loads(chromium["manifest.json"])["key"])
    letters = sha256(key).hexdigest()[:32].translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop"))
    assert letters == "hijiapnhgkpgbhokjbdffeamjhlcgpof"  # what a token was given to


def test_what_inboxsdk_would_tell_its_makers_is_cut_out(chromium: dict[str, bytes]):
    for name, text in chromium.items():
        for place in (b"api.inboxsdk.com", b"pubsub.googleapis.com", b"people-pa.clients6"):
            assert place not in text, f"{name}: {place.decode()}"
    scripts = chromium["gmail.js"].decode()
    for begun in (r"function _trackEvent\([^)]*\)", r"sendError = rateLimit\(function\(report\)"):
        assert re.search(begun + r" \{\s+return;", scripts), begun


def test_no_words_of_others_become_markup_in_chromium():
    sources = [*(BUILD.parent / "chromium").glob("*.js"), *(BUILD.parent / "common").glob("*.js")]
    assert len(sources) > 15
    for source in sources:
        text = source.read_text()
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in text, f"{source.name}: {way}"


def test_mozillas_linter_finds_nothing(tmp_path: Path):
    program = ROOT / ".tools" / "node_modules" / "addons-linter" / "bin" / "addons-linter"
    if not program.exists():
        pytest.skip(f"npm's addons-linter is not here: npm install --prefix .tools {LINTER}")
    ran = node(str(program), "--output", "json", str(build("thunderbird", tmp_path)))
    found = json.loads(ran.stdout)
    assert (found["errors"], found["notices"]) == ([], [])
    warnings = [(one["code"], one["message"]) for one in found["warnings"]]
    assert [(code, what) for code, what in warnings if OF_FIREFOX.get(code, "?") not in what] == []
