#!/bin/sh
# Writes nginx's configuration from the files beside this one and becomes nginx. From the environment:
#
# PUBLIC_URL       what people type; its scheme is what the gateway is told
# ENV              « production » leaves the banner « démonstration » off the pages that nginx shows by itself
# GATEWAY          host:port; the host is looked up again and again
# OUTER_PROXIES    addresses or networks, separated by blanks, whose X-Forwarded-For is believed
# TLS_CERTIFICATE  the chain, and TLS_KEY its key (PEM files); where the first is empty or missing, plain HTTP is spoken
# RESOLVER         who knows the gateway's addresses (default: the first of /etc/resolv.conf)
# PROXY_LOG_LEVEL  of nginx's own messages; those below « alert » name people's addresses and the links they followed
# The rest is for tests, which have folders and ports of their own.
set -eu
here="$(dirname "$0")"
: "${GATEWAY:=gateway:8000}" "${OUTER_PROXIES:=}" "${PROXY_LOG_LEVEL:=alert}"
: "${TLS_CERTIFICATE:=/run/secrets/tls-certificate}" "${TLS_KEY:=/run/secrets/tls-key}"
: "${RESOLVER:=$(awk '/^nameserver/ { print (index($2, ":") ? "[" $2 "]" : $2); exit }' /etc/resolv.conf)}"
: "${LOG:=/dev/stdout}" "${PORT:=8080}" "${TLS_PORT:=8443}" "${LIVE_PORT:=8081}" "${PAGES:=/usr/share/portail}"
: "${RUN_FOLDER:=/tmp}" "${BODIES:=/bodies}"
PUBLIC_URL="${PUBLIC_URL%/}"
PUBLIC_SCHEME="${PUBLIC_URL%%:*}"
SHOWN=demonstration
if [ "${ENV:-}" = production ]; then SHOWN=production; fi
export GATEWAY LOG PROXY_LOG_LEVEL TLS_CERTIFICATE TLS_KEY RESOLVER PORT TLS_PORT LIVE_PORT PAGES RUN_FOLDER BODIES
export PUBLIC_URL PUBLIC_SCHEME SHOWN

conf="$RUN_FOLDER/nginx"
mkdir -p "$conf"
written() {
    envsubst '$GATEWAY $LOG $PROXY_LOG_LEVEL $TLS_CERTIFICATE $TLS_KEY $RESOLVER $PORT $TLS_PORT $LIVE_PORT $PAGES $RUN_FOLDER
        $BODIES $PUBLIC_URL $PUBLIC_SCHEME $SHOWN' <"$here/$1" >"$conf/$2"
}
written nginx.conf nginx.conf
written portal.conf portal.conf
if [ -s "$TLS_CERTIFICATE" ]; then written tls.conf listen.conf; else written plain.conf listen.conf; fi
: >"$conf/outer.conf"
for network in $OUTER_PROXIES; do echo "set_real_ip_from $network;" >>"$conf/outer.conf"; done
ulimit -n "$(ulimit -Hn)"
exec nginx -e stderr -c "$conf/nginx.conf"
