#!/bin/sh
# Run by the PostgreSQL image when its data folder is new: the product's role and database, without a superuser's power.
set -eu

# The backquotes are psql's: the password stands on no command line.
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" <<'SQL'
\set password `cat /run/secrets/database_password`
CREATE ROLE partnershop LOGIN PASSWORD :'password';
CREATE DATABASE partnershop OWNER partnershop;
SQL
