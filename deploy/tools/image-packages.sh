#!/bin/sh
# Installs into an image's environment (/opt/portail) what pyproject.toml declares, with these extras, as constraints.txt
# locks it:  deploy/tools/image-packages.sh [EXTRA …]
set -eu
cd "$(dirname "$0")/../.."

wanted="$(mktemp)"
python deploy/tools/requirements.py "$@" >"$wanted"
python -m pip --python /opt/portail/bin/python install --quiet --no-input --disable-pip-version-check \
    --require-hashes -r "$wanted"
rm "$wanted"
