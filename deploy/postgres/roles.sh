#!/bin/bash
# Makes the database and its logins, once, when PostgreSQL's container starts with empty data. The passwords are those of
# the addresses by which the bot logs in, and docs/OPERATIONS.md says which login may do what.
set -euo pipefail

# Prints the password in the address in a file: letters and digits alone, as make-secrets makes them.
password_in() {
    sed -nE 's|^postgres://[a-z_]+:([0-9A-Za-z]+)@.*|\1|p' "${SECRETS:-/run/secrets}/$1"
}

owner=$(password_in database_owner_url)
run=$(password_in database_url)
wide=$(password_in database_system_url)
backup=$(password_in database_backup_url)
if [[ -z $owner || -z $run || -z $wide || -z $backup ]]; then
    echo "roles.sh: an address of the database has no password of letters and digits" >&2
    exit 1
fi

# The passwords go in through standard input: everybody on a machine sees the arguments of its programs.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username postgres --dbname postgres <<SQL
create role asyncbot_app nologin;
create role asyncbot_system nologin;
create role asyncbot_owner login password '$owner';
create role asyncbot_run login password '$run' in role asyncbot_app;
create role asyncbot_wide login password '$wide' in role asyncbot_system;
create role asyncbot_backup login bypassrls createdb password '$backup' in role pg_read_all_data;
create database asyncbot owner asyncbot_owner;
revoke all on database asyncbot from public;
grant connect on database asyncbot to asyncbot_app, asyncbot_system, asyncbot_backup;
SQL
