"""Stands where a crawl's program would be started: has the nursery fork one, passes signals on, ends as it ends.

It is started afresh for each crawl, without any library, as that is most of what a crawl of few pages costs.
"""

import json
import os
import signal
import socket
import sys


def main() -> None:
    """`go_between.py SOCKET ROLE ARGUMENT...`: standard output and error are the crawl's."""
    with socket.socket(socket.AF_UNIX) as nursery:
        nursery.connect(sys.argv[1])
        order = {"role": sys.argv[2], "arguments": sys.argv[3:], "environment": dict(os.environ)}
        socket.send_fds(nursery, [json.dumps(order).encode()], [1, 2])
        with nursery.makefile("r") as answers:
            pid = int(answers.readline())
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda number, frame: os.kill(pid, number))
            code = int(answers.readline() or -signal.SIGKILL)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if code != -signal.SIGKILL else None
        os.kill(os.getpid(), -code)
    sys.exit(code)


if __name__ == "__main__":
    main()
