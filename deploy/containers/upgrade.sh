#!/usr/bin/env bash
# Replaces what runs by the version of this checkout, with no request lost: the new containers of a service come up beside
# the old ones, which then finish what they have begun and stop. The images are built or loaded before (docs/operations/install.md).
#
#   deploy/containers/upgrade.sh        to a newer version: migrations first, consumers before producers, the gateway last
#   deploy/containers/upgrade.sh back   to the version before: the other way round, migrations left alone
#
# COMPOSE and ENGINE say by what commands containers are run (docker compose, docker).
set -euo pipefail
read -ra compose <<<"${COMPOSE:-docker compose}"
read -ra engine <<<"${ENGINE:-docker}"
services=(documents pieces registrations accounts)
STOP_SECONDS=35 # as stop_grace_period in docker-compose.yml

running() { "${compose[@]}" ps -q "$1" | wc -l; }

# Make a service's worker anew, as many as there were: its work waits meanwhile. Then its web, beside the old containers.
replace() {
    local service="$1" worker="$1-worker" old
    if "${compose[@]}" config --services | grep -x "$worker" >/dev/null; then # -q would end compose before its last line
        "${compose[@]}" up -d --no-deps --scale "$worker=$(running "$worker")" --wait "$worker"
    fi
    mapfile -t old < <("${compose[@]}" ps -q "$service")
    "${compose[@]}" up -d --no-deps --no-recreate --scale "$service=$((2 * ${#old[@]}))" --wait "$service"
    "${engine[@]}" stop -t "$STOP_SECONDS" "${old[@]}"
    "${engine[@]}" rm "${old[@]}"
}

case "$*" in
    "")
        for service in "${services[@]}"; do
            "${compose[@]}" run --rm --no-deps "$service-migrate"
        done
        for service in "${services[@]}" gateway; do replace "$service"; done
        ;;
    back)
        replace gateway
        for ((i = ${#services[@]} - 1; i >= 0; i--)); do replace "${services[i]}"; done
        ;;
    *) sed -n '2,8p' "$0" >&2 && exit 2 ;;
esac
# Only one container can have its port: the way in is closed for about a second.
"${compose[@]}" up -d --no-deps --wait proxy
