"""What each platform must be told to keep ``goodwill run`` going from login on (pure).

systemd.service(5) and systemd.exec(5), launchd.plist(5), and Microsoft's Task Scheduler schema 1.2.
"""

from __future__ import annotations

import plistlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from xml.sax.saxutils import escape

NAME = "goodwill"
LABEL = "io.github.goodwill.run"
ABOUT = "Goodwill: reads mail and calendars in the background"
REFUSED = 78
"""The exit status that a new start would not change: the owner must mend what is wrong (EX_CONFIG of BSD's
sysexits.h). After every other one the platform starts anew."""
AGAIN_SECONDS = 60

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Service:
    """How a platform is told: the file, what it holds, and the commands that put it to work and end it.

    ``before`` ends what may run of an older file, and may fail. ``running`` exits with 0 while it runs; empty
    where the platform does not tell. ``later`` is what the owner can type where ``start`` fails.
    """

    path: Path
    content: bytes
    before: tuple[Command, ...]
    start: tuple[Command, ...]
    stop: tuple[Command, ...]
    running: Command
    later: str


def words(python: str, home: PurePath, config: PurePath | None) -> list[str]:
    """The command that runs in the background."""
    more = ["--config", str(config)] if config else []
    return [python, "-m", "goodwill", "--home", str(home), *more, "run"]


def systemd(command: Command, folder: Path) -> Service:
    """A user unit; ``folder`` is where the user's own units lie."""
    unit = f"{NAME}.service"
    content = f"""\
[Unit]
Description={ABOUT}
StartLimitIntervalSec=0

[Service]
ExecStart={" ".join(_quoted(word) for word in command)}
Restart=on-failure
RestartSec={AGAIN_SECONDS}
RestartPreventExitStatus={REFUSED}
TimeoutStopSec=10
Nice=10
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target
"""
    control = ("systemctl", "--user")
    return Service(
        folder / unit,
        content.encode(),
        (),
        ((*control, "daemon-reload"), (*control, "enable", unit), (*control, "restart", unit)),
        ((*control, "disable", "--now", unit), (*control, "daemon-reload")),
        (*control, "is-active", "--quiet", unit),
        f"systemctl --user daemon-reload && systemctl --user enable --now {unit}",
    )


def _quoted(word: str) -> str:
    """A word of an ExecStart line: in quotes, with what systemd would expand written twice."""
    for sign, written in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("%", "%%"),
        ("$", "$$"),
        ("\n", "\\n"),
        ("\t", "\\t"),
    ):
        word = word.replace(sign, written)
    return f'"{word}"'


def launchd(command: Command, folder: Path, log: Path) -> Service:
    """An agent of the user; ``folder`` is where their agents lie, ``log`` takes what is said on stderr."""
    path = folder / f"{LABEL}.plist"
    told = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": AGAIN_SECONDS,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Umask": 0o077,
        "StandardErrorPath": str(log),
    }
    return Service(
        path,
        plistlib.dumps(told),
        (("launchctl", "unload", str(path)),),
        (("launchctl", "load", "-w", str(path)),),
        (("launchctl", "unload", "-w", str(path)),),
        (),  # launchctl list knows a job also where it has ended
        f"launchctl load -w '{path}'",
    )


def task_scheduler(command: Command, folder: Path, user: str) -> Service:
    """A task that begins when ``user`` (DOMAIN\\name) logs on; ``folder`` keeps its description."""
    path = folder / f"{NAME}-task.xml"
    rest = " ".join(_windows_quoted(word) for word in command[1:])
    content = f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>{ABOUT}</Description></RegistrationInfo>
  <Triggers><LogonTrigger><Enabled>true</Enabled><UserId>{escape(user)}</UserId></LogonTrigger></Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{escape(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>{escape(command[0])}</Command><Arguments>{escape(rest)}</Arguments></Exec>
  </Actions>
</Task>
"""
    return Service(
        path,
        content.encode("utf-16"),
        (("schtasks", "/End", "/TN", NAME),),
        (
            ("schtasks", "/Create", "/TN", NAME, "/XML", str(path), "/F"),
            ("schtasks", "/Run", "/TN", NAME),
        ),
        (("schtasks", "/End", "/TN", NAME), ("schtasks", "/Delete", "/TN", NAME, "/F")),
        (),  # schtasks names a task's state in the language of the system
        f'schtasks /Create /TN {NAME} /XML "{path}" /F',
    )


def _windows_quoted(word: str) -> str:
    from subprocess import list2cmdline

    return list2cmdline([word])
