"""`cqrs-es` with `postgres-es`: events as JSON in PostgreSQL, members as aggregates, in a small Rust program of its own.

The program is built outside Tallybook's workspace, into a folder beside the measured one.
"""

import pathlib
import subprocess
import sys

import figures
import postgres

PROJECT = pathlib.Path(__file__).parent / "cqrs_es" / "Cargo.toml"
TABLES = """
create table events (
    aggregate_type text not null,
    aggregate_id text not null,
    sequence bigint check (sequence >= 0) not null,
    event_type text not null,
    event_version text not null,
    payload json not null,
    metadata json not null,
    primary key (aggregate_type, aggregate_id, sequence)
);
"""


def main():
    asked = figures.arguments()
    cargo = ["--release", "--quiet", "--manifest-path", PROJECT, "--target-dir", asked.folder.parent / "peers-cqrs-es"]
    subprocess.run(["cargo", "build", *cargo], check=True, stdout=sys.stderr)
    server = postgres.Server(asked.folder)
    try:
        server.client("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", input=TABLES)
        url = f"postgresql://postgres@127.0.0.1:{postgres.PORT}/postgres"
        program = ["cargo", "run", *cargo, "--", url, str(asked.members), str(asked.runs)]
        subprocess.run(program, check=True)
    finally:
        server.stop()


main()
