#!/bin/bash
# Run once, when the primary's data folder is made: the role and the database of Pirwa, and who may copy the log.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$PIRWA_DATABASE_PASSWORD" --username postgres <<'SQL'
CREATE ROLE pirwa_owner LOGIN NOSUPERUSER CREATEROLE CREATEDB NOBYPASSRLS PASSWORD :'password';
CREATE ROLE pirwa_replica LOGIN REPLICATION PASSWORD :'password';
CREATE DATABASE pirwa OWNER pirwa_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
SQL
echo "host replication pirwa_replica all scram-sha-256" >> "$PGDATA/pg_hba.conf"
