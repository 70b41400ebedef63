"""``python -m swsmatrix.demo.leash MODULE ARGUMENT…``: run a module, but no longer than whoever started it.

Standard input is a pipe from the parent. However the parent ends, also killed, the pipe closes with it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    os.umask(0o077)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
