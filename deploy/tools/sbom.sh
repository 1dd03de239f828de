#!/usr/bin/env bash
# Writes what each of our images ships into sbom/, as CycloneDX with the texts of the licences, by cyclonedx-bom and npm; then
# checks these licences. Packages of the images that ours are built on are in the lists of who publishes those.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python=.venv/bin/python

# Install what pyproject.toml declares with these extras into an environment of its own.
install() {
    local environment="$1"
    shift
    "$python" -m venv --without-pip "$environment"
    "$python" deploy/tools/requirements.py "$@" >"$environment/wanted"
    "$python" -m pip --python "$environment/bin/python" install --quiet --no-input --disable-pip-version-check \
        --require-hashes -r "$environment/wanted"
}

rm -rf sbom && mkdir sbom
install "$folder/tools" sbom
for image in gateway $("$python" -c 'from deploy.service_names import SERVICES; print(*SERVICES)'); do
    install "$folder/$image" "$image"
    "$folder/tools/bin/cyclonedx-py" environment --pyproject pyproject.toml --gather-license-texts --output-reproducible \
        -o "sbom/$image.json" "$folder/$image"
done
deploy/tools/npm.sh sbom --sbom-format cyclonedx --omit dev >sbom/front.json
"$python" -m deploy.tools.licences sbom/*.json
