"""`cqrs-es` with `postgres-es`: events as JSON in PostgreSQL, members as aggregates, in a small Rust program of its own.

The program is built outside Tallybook's workspace, into a folder beside the measured one.
"""

import pathlib
import shutil
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


# Orders of members in turn, as the program itself would have written them.
FILL = """
insert into events
select 'member', 'm' || lpad((number % :members)::text, 8, '0'), 2 * (number / :members) + part + 1,
    case part when 0 then 'OrderPlaced' else 'PointsEarned' end, '1.0',
    case part
        when 0 then json_build_object('OrderPlaced', json_build_object('order', 'o' || number, 'lines', '[499,1299,250]'::json))
        else json_build_object('PointsEarned',
            json_build_object('order', 'o' || number, 'points', 20, 'amount_minor', 2048))
    end, '{}'
from generate_series(0, :orders - 1) as number, generate_series(0, 1) as part;
vacuum analyze events;
"""
# The rate is by the event, and hardly changes with more.
FILLED_ORDERS_MAX = 500_000


def main():
    asked = figures.arguments()
    server = postgres.Server(asked.folder)
    if not shutil.which("cargo"):
        figures.skip("needs cargo")
    target = asked.folder.parent / "peers-cqrs-es"
    build = ["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", PROJECT, "--target-dir", target]
    if subprocess.run(build, stdout=sys.stderr).returncode:
        figures.skip("its cargo project in benches/peers/cqrs_es does not build, or its crates cannot be fetched")
    try:
        server.start()
        psql = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"]
        server.client(*psql, input=TABLES)
        if asked.row == "fold":
            orders = min(asked.orders, FILLED_ORDERS_MAX)
            members = max(1, min(asked.members, orders // 2))
            server.client(*psql, "-v", f"orders={orders}", "-v", f"members={members}", input=FILL)
        url = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
        program = [target / "release" / "tallybook-peer-cqrs-es", url, asked.row, str(asked.members), str(asked.runs)]
        subprocess.run(program, check=True)
    finally:
        server.stop()


main()
