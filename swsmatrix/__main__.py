"""``python -m swsmatrix`` and the console script."""

from __future__ import annotations

from swsmatrix.cli import main

if __name__ == "__main__":
    main()
