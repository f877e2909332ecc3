"""What Evennia's web client loads from elsewhere on the web, from packages that are installed here.

jQuery comes with Django. GoldenLayout 1.5.9, which is what the client asks for, and Bootstrap come
out of a wheel of PyPI (`requirements-browser.txt`), unpacked by `get` into `E2E_LIBRARIES` once.
The icon's badge is a stand-in: nobody sees it.

    python libraries.py FOLDER      gets them, unless they are there
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = Path(os.environ.get("E2E_LIBRARIES", HERE.parents[1] / ".build" / "browser"))
JQUERY = "contrib/admin/static/admin/js/vendor/jquery/jquery.min.js"
LAYOUT = "panel/dist/bundled/golden-layout@1.5.9/"
BOOTSTRAP = "panel/dist/bundled/bootstrap4/"
WANTED = {
    "goldenlayout.min.js": f"{LAYOUT}dist/goldenlayout.min.js",
    "goldenlayout-base.css": f"{LAYOUT}src/css/goldenlayout-base.css",
    "goldenlayout-dark-theme.css": f"{LAYOUT}src/css/goldenlayout-dark-theme.css",
    "bootstrap.min.css": f"{BOOTSTRAP}css/bootstrap.min.css",
    "bootstrap.min.js": f"{BOOTSTRAP}js/bootstrap.bundle.min.js",
}
FAVICO = b"window.Favico = function () { return {badge() {}, reset() {}}; };"


def find(url: str) -> tuple[bytes, str] | None:
    """What is at an address, and its type; None if nothing here stands for it."""
    name = url.partition("?")[0].rpartition("/")[2]
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    if re.fullmatch(r"jquery-[\d.]+min\.js", name):
        import django  # noqa: PLC0415  only here

        return (Path(django.__file__).parent / JQUERY).read_bytes(), kind
    if name.startswith("favico"):
        return FAVICO, kind
    if name == "popper.min.js":
        return b"", kind  # it is in Bootstrap's bundle
    return ((FOLDER / name).read_bytes(), kind) if name in WANTED else None


def get(folder: Path) -> None:
    """Gets the wheel, and unpacks what is wanted of it."""
    if all((folder / name).exists() for name in WANTED):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"]
        wanted = ["--no-deps", "--require-hashes", "-r", str(HERE / "requirements-browser.txt")]
        subprocess.run([*pip, *wanted, "-d", scratch], check=True, timeout=600)
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            for name, inside in WANTED.items():
                (folder / name).write_bytes(wheel.read(inside))


if __name__ == "__main__":
    get(Path(sys.argv[1]))
