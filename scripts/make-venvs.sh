#!/usr/bin/env bash
# Makes one virtual environment for each Python given, with Evennia, ruff and what the tests need.
# usage: make-venvs.sh FOLDER PYTHON...   A Python that is not there is passed over; one must be.
set -euo pipefail
folder=$1
shift
made=0
packages=('evennia>=5,<7' jsonschema==4.26.0 ruff==0.17.5 'psycopg[binary]==3.3.9' 'setuptools==84.2.1'
    prometheus_client==0.26.0)
for python in "$@"; do
    # pyenv keeps its versions beside each other without putting them all on the path.
    if ! "$python" -c '' 2>/dev/null; then
        version=${python#python}
        python=$(ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python 2>/dev/null | sort -V | tail -1)
        [ -n "$python" ] || { echo "no $version here, passed over"; continue; }
    fi
    name=$("$python" -c 'import sys; print(f"py{sys.version_info.major}.{sys.version_info.minor}")')
    venv="$folder/$name"
    made=$((made + 1))
    [ "$(cat "$venv/ready" 2>/dev/null)" = "${packages[*]}" ] && continue
    echo "making $venv"
    "$python" -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check "${packages[@]}"
    echo "${packages[*]}" >"$venv/ready"
done
[ "$made" -gt 0 ] || { echo "none of $* is installed" >&2; exit 1; }
