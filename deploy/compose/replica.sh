#!/bin/bash
# Copies the primary when the data folder is empty, then follows it.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    pg_basebackup --dbname="host=primary user=pirwa_replica password=$PIRWA_DATABASE_PASSWORD application_name=replica" \
        --pgdata="$PGDATA" --write-recovery-conf --wal-method=stream --checkpoint=fast
fi
exec "$@"
