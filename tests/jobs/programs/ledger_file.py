"""What steps did, in a file that outlives their process.

A step stops where the test has put a file `hold-<point>` into the folder, until the file is gone.
"""

import asyncio
import os
import time
from pathlib import Path


class Ledger:
    """Lines `<what> <pid>` in a file, appended in one write each, and the places to hold at."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def write(self, what: str) -> None:
        descriptor = os.open(self.folder / "ledger", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{what} {os.getpid()}\n".encode())
        os.close(descriptor)

    def hold(self, point: str) -> None:
        while (self.folder / f"hold-{point}").exists():
            time.sleep(0.01)

    def act(self, what: str) -> str:
        self.write(f"begin:{what}")
        self.hold(what)
        self.write(f"end:{what}")
        return what

    async def act_async(self, what: str) -> str:
        self.write(f"begin:{what}")
        await asyncio.to_thread(self.hold, what)
        self.write(f"end:{what}")
        return what
