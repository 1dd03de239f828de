#!/usr/bin/env bash
# Writes constraints.txt anew: the newest versions that pyproject.toml allows, as one environment that pip found consistent.
# Names and versions only, no address: every machine fetches them from where it is set up to.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" deploy/tools/requirements.py dev sbom mutants >"$folder/wanted"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$folder/wanted"
{
    echo "# Versions that the portal is tested with; written by: make lock"
    "$folder/venv/bin/python" -m pip freeze --exclude pip --exclude setuptools | grep -E '^[A-Za-z0-9._-]+==' | sort -f
} >constraints.txt
