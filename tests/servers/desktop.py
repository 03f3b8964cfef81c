"""A small desktop at the end of a message bus: prints the notices of the program that it starts.

``python desktop.py PROGRAM …``; with DESKTOP_TOLD they go to that file too.
"""

import asyncio
import os
import signal
import sys

from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_method


class Desktop(ServiceInterface):
    def __init__(self):
        super().__init__("org.freedesktop.Notifications")

    @dbus_method()
    def Notify(
        self, app: "s", old: "u", icon: "s", title: "s", body: "s", actions: "as", hints: "a{sv}", ms: "i"
    ) -> "u":
        told = f"{app}|{title}|{body}"
        print(told, flush=True)
        if path := os.environ.get("DESKTOP_TOLD"):
            with open(path, "a") as file:
                file.write(told + "\n")
        return 1

    @dbus_method()
    def GetServerInformation(self) -> "ssss":
        return ["small desktop", "tests", "1", "1.2"]

    @dbus_method()
    def GetCapabilities(self) -> "as":
        return ["body"]

    @dbus_method()
    def CloseNotification(self, number: "u"):
        pass


async def main():
    bus = await MessageBus().connect()
    bus.export("/org/freedesktop/Notifications", Desktop())
    await bus.request_name("org.freedesktop.Notifications")
    child = await asyncio.create_subprocess_exec(*sys.argv[1:])
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, child.terminate)
    await child.wait()


asyncio.run(main())
