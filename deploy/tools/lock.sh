#!/usr/bin/env bash
# Writes constraints.txt anew: the newest versions that pyproject.toml allows, one set that every Python from 3.11 on can
# install, with the digests of all files of each release, and for whom each is there (« # via », which requirements.py reads).
# Names, versions and digests only, no address: every machine fetches them from where its pip is set up to.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv
index="$("$folder/bin/python" -m pip config get global.index-url 2>/dev/null || true)"
"$folder/bin/uv" pip compile --quiet --upgrade --all-extras --universal --python-version 3.11 --fork-strategy fewest \
    --generate-hashes --no-header --annotation-style line ${index:+--default-index "$index"} -o "$folder/lock" pyproject.toml
{
    echo "# Versions that the portal is tested with, and digests of their files; written by: make lock"
    cat "$folder/lock"
} >constraints.txt
