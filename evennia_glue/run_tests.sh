#!/usr/bin/env bash
# Runs the tests in a scratch game: run_tests.sh <folder with python and evennia>
set -euo pipefail

if [ $# -ne 1 ] || [ ! -x "$1/python" ]; then
    echo "usage: $0 <bin folder of a virtual environment>" >&2
    exit 2
fi
bin=$(cd "$1" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

installed=$("$bin/python" -P -c 'import evennia_glue; print(evennia_glue.__file__)' 2>/dev/null || true)
if [ "$installed" != "$here/src/evennia_glue/__init__.py" ]; then
    "$bin/python" -m pip install --quiet --disable-pip-version-check --editable "$here"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$bin/evennia" --init game </dev/null >init.log 2>&1 || { cat init.log >&2; exit 1; }
cd game
printf '\nPASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]\n' \
    >>server/conf/settings.py

# The tests make a database of their own, in memory: nothing to migrate here.
export WORKSHOP_TRANSCRIPTS="${WORKSHOP_TRANSCRIPTS:-$here/../Tests/Transcripts}"
"$bin/evennia" test --settings settings.py evennia_glue </dev/null
