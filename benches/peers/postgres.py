"""PostgreSQL as a ledger of points: default durability, own data folder, loopback, pgbench as its callers.

Debian's packages `postgresql` and `postgresql-contrib` bring all that is needed. PostgreSQL refuses to run as root, so
root runs it as the user `postgres` that the package makes.
"""

import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import sys

import figures

SECONDS_A_RUN = "5"
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
        figures.skip(f"needs PostgreSQL, whose {name} is missing: apt-get install postgresql")
    return found


def as_user(command):
    """The command, as the user who may run PostgreSQL."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def user_exists(name):
    """Whether the machine knows a user of this name."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def run(command, **options):
    """Runs a command that must succeed, quietly."""
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode:
        sys.exit(f"postgres.py: {command}\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


class Server:
    """A cluster of its own, stopped and left to its folder's owner in the end."""

    def __init__(self, folder):
        for name in ["initdb", "pg_ctl", "psql", "pgbench"]:
            program(name)
        if os.geteuid() == 0 and not user_exists("postgres"):
            figures.skip("needs the user `postgres`, whom Debian's package makes: apt-get install postgresql")
        self.port = free_port()
        self.folder = folder / "postgres"
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.data = self.folder / "data"

    def start(self):
        """Makes the cluster and starts it."""
        run(as_user([program("initdb"), "-D", self.data, "--auth=trust", "--encoding=UTF8"]), cwd="/")
        settings = f"-p {self.port} -c max_connections=300 -c listen_addresses=127.0.0.1"
        # A socket's path may be no longer than a hundred bytes or so, which a folder's may well be.
        settings += " -c unix_socket_directories=''"
        # The usual advice for a machine like this one; durability stays as it is by default.
        settings += " -c shared_buffers=1GB -c max_wal_size=4GB"
        start = [program("pg_ctl"), "-D", self.data, "-l", self.folder / "log", "-w", "-o", settings, "start"]
        # The server must not hold our output open.
        done = subprocess.run(as_user(start), cwd="/", stdout=sys.stderr)
        if done.returncode:
            sys.exit("postgres.py: the server does not start")

    def client(self, name, *arguments, **options):
        """Runs a client program of PostgreSQL and gives what it prints."""
        user = ["-h", "127.0.0.1", "-p", self.port, "-U", "postgres"]
        return run(as_user([program(name), *user, *arguments]), cwd="/", **options)

    def stop(self):
        """Stops it where it runs."""
        if not (self.data / "postmaster.pid").exists():
            return
        run(as_user([program("pg_ctl"), "-D", self.data, "-m", "fast", "-w", "stop"]), cwd="/")


def bench(server, script, members, clients, **variables):
    """Transactions a second, as pgbench counts them once all clients are connected."""
    path = server.folder / "script.sql"
    path.write_text(script)
    settings = [f"--define={name}={value}" for name, value in {"members": members, **variables}.items()]
    threads = str(min(clients, 2))
    told = server.client("pgbench", "-n", "-f", path, "-c", str(clients), "-j", threads, "-T", SECONDS_A_RUN,
                         "-M", "prepared", *settings, "postgres")
    rate = re.search(r"tps = ([0-9.]+)", told)
    if not rate:
        sys.exit(f"postgres.py: pgbench tells no rate: {told}")
    return float(rate.group(1))


def jobs_of(row):
    """What is measured in a row: its name, the script, clients, orders at once, the unit, and what of ours does the same."""
    if row == "one-caller":
        return [("earn, 1 client", EARN, 1, 1, "orders/s", "durable order, one caller")]
    if row == "callers":
        beside = "durable order, 256 callers"
        return [(f"earn, {clients} clients", EARN, clients, 1, "orders/s", beside) for clients in (64, 256)]
    if row == "batches":
        return [(f"earn {size:,} at once, 1 client", BATCH, 1, size, "orders/s",
                 f"durable orders in batches of {size}, 1 at a time") for size in (1_000, 8_000)]
    if row == "redemptions":
        beside = "redemption over 10 lots, 256 callers"
        return [(f"redeem, {clients} clients", REDEEM, clients, 1, "redemptions/s", beside) for clients in (64, 256)]
    sys.exit(f"postgres.py: there is nothing to measure in {row}")


def main():
    asked = figures.arguments()
    jobs = jobs_of(asked.row)
    server = Server(asked.folder)
    try:
        server.start()
        server.client("psql", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"members={asked.members}", "-d", "postgres",
                      input=(HERE / "postgres.sql").read_text())
        for what, script, clients, batch, unit, beside in jobs:
            rates = [bench(server, script, asked.members, clients, batch=batch) * batch for _ in range(asked.runs)]
            figures.tell("postgresql", what, unit, rates, beside)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
