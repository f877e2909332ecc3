"""Certificates of a test's own: good ones, and each kind of bad one."""

from __future__ import annotations

import ssl
import subprocess
import warnings
from pathlib import Path

NAME = "tls.test"
KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
CA = """
[ca]
default_ca = a
[a]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = p
unique_subject = no
x509_extensions = e
[p]
commonName = supplied
[e]
subjectAltName = DNS:"""
# Until when each leaf of the trusted authority holds, and for whom.
LONG_AGO, NOW = "20200101000000Z 20200201000000Z", "20200101000000Z 20490101000000Z"


def openssl(folder: Path, words: str) -> None:
    """Runs it in the folder."""
    command = ["openssl", *words.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {words}: {done.stderr}")


def self_signed(folder: Path, stem: str, more: str = "") -> None:
    """One that vouches for itself."""
    files = f"-keyout {stem}.key -out {stem}.crt"
    openssl(folder, f"req -x509 {KEY} -days 2 -subj /CN={stem} {more} {files}")


def make(folder: Path) -> Path:
    """An authority that is trusted, one that is not, and what both have signed; the trusted one."""
    self_signed(folder, "trusted")
    self_signed(folder, "unknown")
    self_signed(folder, "selfsigned", f"-addext subjectAltName=DNS:{NAME}")
    for leaf, authority, name, span in (
        ("good", "trusted", NAME, NOW),
        ("wrongname", "trusted", "other.test", NOW),
        ("expired", "trusted", NAME, LONG_AGO),
        ("unknownca", "unknown", NAME, NOW),
    ):
        (folder / "index").write_text("")
        (folder / "ca.cnf").write_text(f"{CA}{name}\n")
        openssl(folder, f"req {KEY} -subj /CN={name} -keyout {leaf}.key -out {leaf}.csr")
        begin, end = span.split()
        signer = f"-config ca.cnf -cert {authority}.crt -keyfile {authority}.key"
        leaves = f"-in {leaf}.csr -out {leaf}.crt -startdate {begin} -enddate {end} -notext"
        openssl(folder, f"ca -batch {signer} {leaves}")
    return folder / "trusted.crt"


def server(folder: Path, leaf: str, *protocols: str, oldest: bool = False) -> ssl.SSLContext:
    """What a server shows; the oldest speaks TLS 1.0 alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if oldest:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(folder / f"{leaf}.crt", folder / f"{leaf}.key")
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context
