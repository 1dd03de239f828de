#!/usr/bin/env bash
# A database per service with two roles of least rights: S_owner for its migrations, S for the service at work.
#
# The postgres image runs this at its first start, sourced or executed. It may be run again at any time. After a
# password was turned (the superuser's too) it is to be, in a new container, since a running one keeps the old files:
#   make secrets && docker compose up -d --force-recreate --no-deps --wait postgres
#   docker compose exec postgres bash /docker-entrypoint-initdb.d/10-databases.sh
# Passwords come from SECRETS_FOLDER (/run/secrets) and go to psql's standard input: no process list, no log has them.

(
set -euo pipefail

secrets_folder=${SECRETS_FOLDER:-/run/secrets}

fail() {
    printf '10-databases.sh: %s\n' "$1" >&2
    exit 1
}

# $1 percent-decoded
decoded() {
    local text=${1//\\/\\\\}
    printf '%b' "${text//%/\\x}"
}

# The password in the URL of file $1, which must name role $2 and database $3
password_in() {
    local file=$secrets_folder/$1 url authority path password
    [ -r "$file" ] || fail "$file cannot be read"
    url=$(<"$file")
    authority=${url#*://}
    path=${authority#*/}
    authority=${authority%%/*}
    case $authority in
        "$2:"?*@?*) ;;
        *) fail "$file: role $2 with a password is expected" ;;
    esac
    [ "${path%%\?*}" = "$3" ] || fail "$file: database $3 is expected"
    authority=${authority%@*}
    password=$(decoded "${authority#*:}")
    case $password in
        *[[:cntrl:]]*) fail "$file: a password without control characters is expected" ;;
    esac
    printf '%s' "$password"
}

# A line that sets psql's variable $1 to the text $2, whatever is in it
setting() {
    local text=${2//\\/\\\\}
    printf "\\\\set %s '%s'\n" "$1" "${text//\'/\'\'}"
}

# No statement with a password is logged, be it slow or refused
quiet_log() {
    cat <<'SQL'
\set VERBOSITY terse
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET client_min_messages = 'warning';
SQL
}

role() {
    cat <<'SQL'
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
SQL
}

database() {
    cat <<'SQL'
SELECT format('CREATE DATABASE %I OWNER %I', :'service', :'owner')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec
ALTER DATABASE :"service" OWNER TO :"owner";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"owner", :"service";
\connect :"service"
SQL
    quiet_log
    cat <<'SQL'
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"service";
SET ROLE :"owner";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"service";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"service";
-- Made here, as Alembic would, so that only migrations can write in it.
CREATE TABLE IF NOT EXISTS alembic_version (
    version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY
);
REVOKE ALL ON alembic_version FROM :"service";
GRANT SELECT ON alembic_version TO :"service";
RESET ROLE;
\connect postgres
SQL
    quiet_log
}

script() {
    local service owner_password password
    quiet_log
    cat <<'SQL'
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
SQL
    for service in accounts registrations documents pieces; do
        owner_password=$(password_in "$service-migrations-url" "${service}_owner" "$service") || exit 1
        password=$(password_in "$service-database-url" "$service" "$service") || exit 1
        setting service "$service"
        setting owner "${service}_owner"
        setting role "${service}_owner"
        setting password "$owner_password"
        role
        setting role "$service"
        setting password "$password"
        role
        database
    done
    setting password "$superuser_password"
    printf '%s\n' "ALTER ROLE CURRENT_USER PASSWORD :'password';"
}

[ -s "$secrets_folder/postgres-password" ] || fail "$secrets_folder/postgres-password cannot be read"
superuser_password=$(<"$secrets_folder/postgres-password")

# Whole before anything runs: a secret that is missing changes nothing.
statements=$(script)
printf '%s\n' "$statements" |
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres
)
