"""Packs an add-on with what the add-ons share.

``python connectors/addons/build.py chromium|outlook|thunderbird``: the same sources give the same bytes,
whenever and wherever they are packed. Outlook loads its add-in from the door: ``outlook`` makes the folder
that the door hands out too, and needs esbuild for it. ``chromium`` leaves the folder beside its package that
the browser loads, and needs npm.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

ADDONS = Path(__file__).resolve().parent
ROOT = ADDONS.parents[1]
COMMON = "common"
ENDINGS = {"chromium": "zip", "outlook": "zip", "thunderbird": "xpi"}
LEFT_OUT = {"README.md"}
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name."""
CHROMIUM = ADDONS / "chromium"
COPIED = {
    "manifest.json": CHROMIUM / "manifest.json",
    "options.html": CHROMIUM / "options.html",
    f"{COMMON}/page.css": ADDONS / COMMON / "page.css",
}
"""What goes into the add-on for Chromium beside its icons and the scripts that are bundled."""
STAND_IN = ROOT / "tests" / "servers" / "compose_page" / "compose.js"
"""What knows the page of the tests instead of Gmail."""
ESBUILD = "esbuild@0.28.2"
HTTPS_PORT = 8427
SCRIPTS = {"event.js": "es2016", "pane.js": "es2020"}
"""What is made of modules for Outlook, and for which age: its event runs where nothing newer will do."""
PACKED = ("manifest.json", "color.png", "outline.png")
"""What Outlook is given; it fetches the rest from the door."""


def build(name: str, folder: Path, port: int) -> Path:
    """Pack the add-on ``name`` into ``folder``; returns the file. Outlook finds the door at ``port``."""
    folder.mkdir(parents=True, exist_ok=True)
    if name == "outlook":
        serve(folder / name, port)
        manifest = (ADDONS / name / PACKED[0]).read_text().replace(str(HTTPS_PORT), str(port))
        inside = {one: (ADDONS / name / one).read_bytes() for one in PACKED} | {PACKED[0]: manifest.encode()}
    elif name == "chromium":
        inside = contents(files(bundle(folder / f"goodwill-{name}")))
    else:
        inside = contents({**files(ADDONS / name), **files(ADDONS / COMMON, f"{COMMON}/")})
    return pack(folder / f"goodwill-{name}.{ENDINGS[name]}", inside)


def pack(target: Path, inside: Mapping[str, bytes]) -> Path:
    """Write a package that holds these files."""
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in sorted(inside.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            packed.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return target


def files(folder: Path, prefix: str = "") -> dict[str, Path]:
    """What is in a folder, by its name in the package."""
    return {
        prefix + path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in LEFT_OUT and not path.name.startswith(".")
    }


def contents(found: Mapping[str, Path]) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in found.items()}


def bundle(folder: Path, *stand_in: Path) -> Path:
    """Make the add-on for Chromium in ``folder``, as the browser loads it; needs Node.js and npm."""
    shutil.rmtree(folder, ignore_errors=True)
    for inside, path in {**COPIED, **files(CHROMIUM / "icons", "icons/")}.items():
        (folder / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / inside)
    install()
    run("node", "bundle.mjs", str(folder), *map(str, stand_in))
    return folder


def install() -> None:
    """Install what the lock names, to the byte, unless it is there."""
    lock, stamp = CHROMIUM / "package-lock.json", CHROMIUM / "node_modules" / ".installed"
    if stamp.is_file() and stamp.read_bytes() == lock.read_bytes():
        return
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    shutil.copyfile(lock, stamp)


def run(*words: str) -> None:
    """Run a program of Node.js beside the add-on for Chromium."""
    program = shutil.which(words[0])
    if program is None:
        sys.exit(f"build.py: {words[0]} is not here. Install it: apt-get install nodejs npm")
    subprocess.run([program, *words[1:]], cwd=CHROMIUM, stdout=sys.stderr, check=True)


def serve(folder: Path, port: int) -> None:
    """Make the folder that ``[door] outlook`` names: pages, and scripts that need nothing else."""
    folder.mkdir(exist_ok=True)
    source = ADDONS / "outlook"
    for pattern in ("*.html", "*.css", "icon-*.png"):
        for path in source.glob(pattern):
            shutil.copyfile(path, folder / path.name)
    shutil.copyfile(ADDONS / COMMON / "warning.css", folder / "warning.css")
    for name, age in SCRIPTS.items():
        define = f'--define:DOOR="https://localhost:{port}"'
        words = [str(source / name), "--bundle", "--format=iife", "--charset=utf8", f"--target={age}", define]
        subprocess.run([esbuild(), *words, "--log-level=warning", f"--outfile={folder / name}"], check=True)


def esbuild() -> str:
    """Where the program is that makes one script of many."""
    near = ROOT / ".tools" / "node_modules" / ".bin"
    found = shutil.which("esbuild", path=os.pathsep.join([str(near), os.environ.get("PATH", "")]))
    if found is None:
        sys.exit(f"build.py: esbuild is not here. Install it: npm install --prefix .tools {ESBUILD}")
    return found


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="build.py", description="Packs an add-on.")
    parser.add_argument("name", choices=sorted(ENDINGS))
    parser.add_argument("--into", type=Path, default=ROOT / "dist", metavar="FOLDER")
    parser.add_argument(
        "--port", type=int, default=HTTPS_PORT, help="outlook: the [door] https_port, if you have chosen one"
    )
    parser.add_argument(
        "--for-tests",
        action="store_true",
        help="chromium, unpacked, for the page of the tests; never handed on",
    )
    arguments = parser.parse_args(words)
    folder = arguments.into.resolve()
    if arguments.for_tests:
        print(bundle(folder / "goodwill-chromium-for-tests", STAND_IN))
    else:
        print(build(arguments.name, folder, arguments.port))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
