"""PostgreSQL as a ledger of points: default durability, own data folder, loopback, pgbench as its callers.

Debian's packages `postgresql` and `postgresql-contrib` bring all that is needed. PostgreSQL refuses to run as root, so
root runs it as the user `postgres` that the package makes.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import figures

PORT = "54329"
SECONDS = "10"
HERE = pathlib.Path(__file__).parent

EARN = r"""\set member random(1, :members)
\set amount random(500, 3000)
select earn('e' || nextval('keys'), :member, :amount);
"""
REDEEM = r"""\set member random(1, :members)
select redeem('r' || nextval('keys'), :member, 7);
"""
BATCH = "select earn_batch(:batch, :members);\n"


def program(name):
    """Finds a program of PostgreSQL, which Debian keeps off the path."""
    places = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name) or (str(places[0]) if places else None)
    if not found:
        sys.exit(f"postgres.py: {name} is missing: apt-get install postgresql")
    return found


def as_user(command):
    """The command, as the user who may run PostgreSQL."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def run(command, **options):
    """Runs a command that must succeed, quietly."""
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode:
        sys.exit(f"postgres.py: {command}\n{done.stdout}{done.stderr}")
    return done.stdout


class Server:
    """A cluster of its own, stopped and left to its folder's owner in the end."""

    def __init__(self, folder):
        self.folder = folder / "postgres"
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.data = self.folder / "data"
        run(as_user([program("initdb"), "-D", self.data, "--auth=trust", "--encoding=UTF8"]), cwd="/")
        settings = f"-p {PORT} -c max_connections=300 -c listen_addresses=127.0.0.1 -k {self.folder}"
        # The usual advice for a machine like this one; durability stays as it is by default.
        settings += " -c shared_buffers=1GB -c max_wal_size=4GB"
        start = [program("pg_ctl"), "-D", self.data, "-l", self.folder / "log", "-w", "-o", settings, "start"]
        # The server must not hold our output open.
        done = subprocess.run(as_user(start), cwd="/", stdout=sys.stderr)
        if done.returncode:
            sys.exit("postgres.py: the server does not start")

    def client(self, name, *arguments, **options):
        user = ["-h", "127.0.0.1", "-p", PORT, "-U", "postgres"]
        return run(as_user([program(name), *user, *arguments]), cwd="/", **options)

    def stop(self):
        run(as_user([program("pg_ctl"), "-D", self.data, "-m", "fast", "-w", "stop"]), cwd="/")


def bench(server, script, members, clients, **variables):
    """Transactions a second, as pgbench counts them once all clients are connected."""
    path = server.folder / "script.sql"
    path.write_text(script)
    settings = [f"--define={name}={value}" for name, value in {"members": members, **variables}.items()]
    threads = str(min(clients, 2))
    told = server.client("pgbench", "-n", "-f", path, "-c", str(clients), "-j", threads, "-T", SECONDS,
                         "-M", "prepared", *settings, "postgres")
    rate = re.search(r"tps = ([0-9.]+)", told)
    if not rate:
        sys.exit(f"postgres.py: pgbench tells no rate: {told}")
    return float(rate.group(1))


def main():
    asked = figures.arguments()
    server = Server(asked.folder)
    try:
        server.client("psql", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"members={asked.members}", "-d", "postgres",
                      input=(HERE / "postgres.sql").read_text())
        jobs = [
            ("redeem, 256 clients", REDEEM, 256, 1, "redemptions/s", "redemption over 10 lots, 256 callers"),
            ("redeem, 64 clients", REDEEM, 64, 1, "redemptions/s", "redemption over 10 lots, 256 callers"),
            ("earn, 1 client", EARN, 1, 1, "orders/s", "durable order, one caller"),
            ("earn, 64 clients", EARN, 64, 1, "orders/s", "durable order, 256 callers"),
            ("earn, 256 clients", EARN, 256, 1, "orders/s", "durable order, 256 callers"),
            ("earn 1,000 at once, 1 client", BATCH, 1, 1_000, "orders/s",
             "durable orders in batches of 1000, 1 at a time"),
            ("earn 8,000 at once, 1 client", BATCH, 1, 8_000, "orders/s",
             "durable orders in batches of 8000, 1 at a time"),
        ]
        for what, script, clients, batch, unit, beside in jobs:
            rates = [bench(server, script, asked.members, clients, batch=batch) * batch for _ in range(asked.runs)]
            figures.tell("postgresql", what, unit, rates, beside)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
