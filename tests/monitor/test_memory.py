"""What the C library keeps for threads: one room for all where the service asks for it."""

import platform
import subprocess
import sys

import pytest

# Threads that live at once and take little pieces from the C library, which then says of how many rooms ("arenas").
THREADS = """
import ctypes, threading
from monitor.memory import share_room
{first}
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
met = threading.Barrier(6)

def take():
    met.wait()
    libc.malloc(100)
    met.wait()

threads = [threading.Thread(target=take) for _ in range(6)]
for one in threads: one.start()
for one in threads: one.join()
libc.malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no such rooms")
@pytest.mark.parametrize(("first", "is_one"), [("share_room()", True), ("", False)])
def test_threads_take_their_memory_from_one_room(first: str, is_one: bool) -> None:
    said = subprocess.run(
        [sys.executable, "-c", THREADS.format(first=first)], capture_output=True, text=True, check=True, timeout=60)

    assert (said.stderr.count("Arena ") == 1) is is_one, said.stderr
