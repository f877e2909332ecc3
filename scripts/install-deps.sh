#!/usr/bin/env bash
# Installs the Debian packages that the project needs: libcurl and SQLite to build, OpenSSL's command for a test; with
# WORKSHOP_BENCH_DEPS=1 nginx and perf to measure; with WORKSHOP_CHAOS_DEPS=1 what sets up networks and follows system calls; with
# WORKSHOP_TEST_DEPS=1 a browser to test the web client with, and a PostgreSQL server, which is run in a temporary folder; with
# WORKSHOP_PACKAGE_DEPS=1 what makes and tests packages. What is there is left alone, so that it needs no root then.
set -euo pipefail
packages=(libcurl4-openssl-dev libsqlite3-dev pkg-config build-essential openssl)
if [ "${WORKSHOP_BENCH_DEPS:-}" ]; then
    packages+=(nginx-light)
    type perf >/dev/null 2>&1 || packages+=(linux-perf)
fi
[ "${WORKSHOP_CHAOS_DEPS:-}" ] && packages+=(iproute2 strace procps)
if [ "${WORKSHOP_TEST_DEPS:-}" ]; then
    type chromium >/dev/null 2>&1 || type google-chrome >/dev/null 2>&1 || packages+=(chromium fonts-dejavu-core)
    type initdb >/dev/null 2>&1 || packages+=(postgresql)
fi
[ "${WORKSHOP_PACKAGE_DEPS:-}" ] && packages+=(debootstrap dpkg-dev lintian man-db systemd-container)
# Debian's Python comes without what makes virtual environments; another Python may be there instead.
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
    exit 0
fi
echo "installing: ${missing[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "not root, and no sudo: install them by hand" >&2; exit 1; }
    sudo=(sudo)
fi
"${sudo[@]}" apt-get update -q
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
