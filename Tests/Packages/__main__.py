"""Tests the packages in `dist/`: `python3 Tests/Packages`. WORKSHOP_DIST names another folder.

The clean root is made while what needs none is tested.
"""

import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cleanroot import ROOTS, missing

MODULES = ["test_contents", "test_wheel", "test_debian", "test_archive"]


def main() -> bool:
    """Whether all is well."""
    if not (why := missing()):
        ROOTS.begin()
    else:
        print(f"without a clean root: {why}", file=sys.stderr)
    try:
        suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:] or MODULES)
        began = time.monotonic()
        result = unittest.TextTestRunner(verbosity=2, failfast=False).run(suite)
        print(f"{time.monotonic() - began:.0f} s, of which the root took {ROOTS.seconds:.0f}")
        return result.wasSuccessful()
    finally:
        ROOTS.remove()


if __name__ == "__main__":
    sys.exit(not main())
