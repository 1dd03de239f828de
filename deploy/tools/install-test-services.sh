#!/usr/bin/env bash
# Installs from Debian what the tests talk to for real: RabbitMQ, PostgreSQL, PgBouncer, clamd, nginx, Chromium, poppler,
# jq (which docs/outils.md uses), Prometheus with its promtool,
# kubectl (which renders deploy/kubernetes).
#
#   deploy/tools/install-test-services.sh           installs what is missing (root), says nothing when all is there
#   deploy/tools/install-test-services.sh --check   prints what is missing, exit 1 if something is
#
# No system service is left running: the tests start private instances of their own, on free loopback ports.
set -euo pipefail

# The version that production runs; where Debian has only an older one, that one will do.
POSTGRES_WANTED=17

newest_postgres() {
    ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | cut -d/ -f5 | sort -n | tail -n 1
}

offered_postgres() {
    apt-cache search --names-only '^postgresql-[0-9]+$' 2>/dev/null | cut -d' ' -f1 | cut -d- -f2 | sort -n | tail -n 1
}

missing_services() {
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
    [ "$(newest_postgres || true)" -ge "${1:-1}" ] 2>/dev/null || echo postgresql
    [ -x /usr/sbin/pgbouncer ] || echo pgbouncer
    [ -x /usr/sbin/clamd ] || echo clamav-daemon
    [ -x /usr/sbin/nginx ] || echo nginx-light
    command -v envsubst >/dev/null || echo gettext-base
    [ -x /usr/bin/chromium-headless-shell ] || echo chromium-headless-shell
    command -v pdftoppm >/dev/null || echo poppler-utils
    command -v jq >/dev/null || echo jq
    command -v prometheus >/dev/null && command -v promtool >/dev/null || echo prometheus
    command -v kubectl >/dev/null || echo kubernetes-client
}

missing="$(missing_services $POSTGRES_WANTED)"
if [ "${1:-}" = "--check" ]; then
    [ -z "$missing" ] && exit 0
    echo "$missing"
    exit 1
fi
[ -z "$missing" ] && exit 0

# Not root: an older PostgreSQL than wanted is no reason to stop.
if [ "$(id -u)" -ne 0 ] && [ -z "$(missing_services)" ]; then exit 0; fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Installing $(echo $missing) needs root on Debian or a system derived from it." >&2
    exit 1
fi

# 101 = "action forbidden by policy": packages install without starting their daemons.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
echo "Installing from Debian: $(echo $missing)"
apt-get update -qq
packages=()
for name in $missing; do
    if [ "$name" = postgresql ]; then name="postgresql-$(offered_postgres)"; fi
    packages+=("$name")
done
apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${packages[@]}" >/dev/null

# What was installed here for tests alone does not start with the machine either.
if [ -d /run/systemd/system ]; then
    for name in "${packages[@]}"; do
        case "$name" in
            postgresql-*) systemctl disable --quiet postgresql || true ;;
            rabbitmq-server) systemctl disable --quiet rabbitmq-server || true ;;
            pgbouncer) systemctl disable --quiet pgbouncer || true ;;
            nginx-light) systemctl disable --quiet nginx || true ;;
            prometheus) systemctl disable --quiet prometheus || true ;;
            clamav-daemon) systemctl disable --quiet clamav-daemon clamav-freshclam || true ;;
        esac
    done
fi

left="$(missing_services)"
if [ -n "$left" ]; then
    echo "Still missing after the installation: $(echo $left)" >&2
    exit 1
fi
