#!/bin/sh
# Make the files in secrets/ that docker-compose.yml names: passwords by chance, addresses that hold them, and empty
# files for what a shop may not have (a mail server, an object store, an account at Unitedprint).
#
# Run from the root of the checkout. A file that is there is never touched, so run it again after an upgrade. The
# folder is closed to everybody else on the machine; the files in it are not, because a container's user, who is another
# on each image, must read them through the mounts.
set -eu
umask 077

mkdir -p secrets
chmod 700 secrets

# Write standard input to secrets/$1 unless that is there.
keep() {
    if [ -e "secrets/$1" ]; then
        cat >/dev/null
        return
    fi
    cat >"secrets/.$1.new"
    chmod 444 "secrets/.$1.new"
    mv "secrets/.$1.new" "secrets/$1"
    echo "made secrets/$1"
}

# 192 bits, in letters that mean nothing in a URL.
by_chance() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

for name in postgres_password database_password redis_password flower_password metrics_token; do
    value=$(by_chance)
    [ ${#value} -eq 48 ]
    echo "$value" | keep "$name"
done
echo "postgresql://partnershop:$(cat secrets/database_password)@postgres:5432/partnershop" | keep database_url
echo "redis://:$(cat secrets/redis_password)@redis:6379/0" | keep broker_url
for name in smtp_url objects_url aws_access_key_id aws_secret_access_key unitedprint_password \
    unitedprint_data_source_password; do
    printf '' | keep "$name"
done
