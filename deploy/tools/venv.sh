#!/usr/bin/env bash
# Makes or completes .venv in the clone:  deploy/tools/venv.sh [EXTRA …]   (extras of pyproject.toml, e.g. local, dev)
# Any Python from 3.11 on will do: $PYTHON, else the first of the usual names that is recent enough.
set -euo pipefail
cd "$(dirname "$0")/../.."

recent_enough() { "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do
        if recent_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer, with its venv module (Debian: python3-venv), was not found; name yours: make PYTHON=…" >&2
    return 1
}

# A .venv whose Python is gone (moved, upgraded) is made anew.
if ! recent_enough .venv/bin/python; then
    python="$(find_python)"
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

wanted="$(mktemp)"
trap 'rm -f "$wanted"' EXIT
.venv/bin/python deploy/tools/requirements.py "$@" >"$wanted"
echo "Installing what the portal needs${*:+ (with: $*)}"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$wanted"
