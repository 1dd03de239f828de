#!/usr/bin/env bash
# Writes beside the tag of each image in docker-compose.yml that is not ours the digest that this tag has now in its registry:
# what is built and run is then the same everywhere. A tag that is changed by hand is written without a digest first.
# ENGINE (docker, with buildx) asks; `make definitions` carries the digests on to the other files.
set -euo pipefail
cd "$(dirname "$0")/../.."
read -ra engine <<<"${ENGINE:-docker}"

written="$(mktemp)"
trap 'rm -f "$written"' EXIT
cp docker-compose.yml "$written"
for image in $(sed -nE 's/.*\$\{[A-Z]+_IMAGE:-([^@}]+).*/\1/p' docker-compose.yml); do
    digest="$("${engine[@]}" buildx imagetools inspect --format '{{.Manifest.Digest}}' "$image")"
    [[ "$digest" =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "$image: no digest but « $digest »" >&2 && exit 1; }
    sed -i -E "s|(_IMAGE:-${image//./\\.})(@[^}]*)?\}|\1@$digest}|" "$written"
done
cat "$written" >docker-compose.yml # all of it or nothing, and the file keeps its mode
