"""`python -m deploy`: a scaled-out set-up on this machine, with the demonstration's companies, until Ctrl+C. Nothing of it is kept."""

import argparse
import signal
import tempfile
from pathlib import Path

from deploy.cluster import Cluster


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    parser.add_argument("--servers", type=int, default=2, help="HTTP processes (default 2)")
    parser.add_argument("--workers", type=int, default=2, help="workers (default 2)")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="pirwa-", ignore_cleanup_errors=True) as folder,
        Cluster(Path(folder), options.servers, options.workers) as cluster,
    ):
        cluster.pirwa("demo", "--no-serve", "--companies", "1")
        print(f"Pirwa is at {cluster.address}; sign in as techcorp_admin with the password 1234.")
        for server in cluster.http:
            print(f"  {server.process.name}: http://127.0.0.1:{server.port} (figures: /metrics)")
        print(f"What they say is in {folder}. Stop all of it with Ctrl+C.", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


main()
