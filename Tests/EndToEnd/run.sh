#!/bin/sh
# End-to-end tests: real Evennia, real daemon, stand-in upstreams, typed at as a player.
#
#   run.sh VENV_BIN [WORKSHOP_BINARY [TEST ...]]
#
# VENV_BIN is the folder with the `evennia` launcher; the tests themselves run on its Python.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../.." && pwd)
[ $# -ge 1 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
E2E_VENV_BIN=$(cd "$1" && pwd)
E2E_WORKSHOP=${2:-$repo/.build/debug/workshop}
case $E2E_WORKSHOP in /*) ;; *) E2E_WORKSHOP=$PWD/$E2E_WORKSHOP ;; esac
[ $# -lt 2 ] && shift 1 || shift 2
[ -x "$E2E_VENV_BIN/evennia" ] || { echo "no evennia in $E2E_VENV_BIN" >&2; exit 2; }
[ -x "$E2E_WORKSHOP" ] || { echo "no executable $E2E_WORKSHOP: build it first" >&2; exit 2; }
# the order is part of the tests: the last ones look at what the others have left behind
[ $# -gt 0 ] || set -- test_classify test_upstream test_player test_conversation test_talk test_guard test_failure test_link test_operator test_panel test_browser test_dashboard test_hostile test_install test_first_hour test_aftermath
export E2E_VENV_BIN E2E_WORKSHOP PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH="$here:$repo/demo"
"$E2E_VENV_BIN/python" "$here/libraries.py" "${E2E_LIBRARIES:-$repo/.build/browser}"
cd "$here"
exec "$E2E_VENV_BIN/python" -m unittest -v "$@"
