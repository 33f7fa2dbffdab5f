"""What every peer's script has in common: its arguments, its figures, its time."""

import argparse
import json
import pathlib
import subprocess
import sys
import time


def arguments():
    """The folder to work in, how many members, how many runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def tell(who, what, unit, runs, beside=None):
    """Prints a figure: who did what, in which unit, run by run, and what of ours does the same."""
    figure = {"who": who, "what": what, "unit": unit, "runs": runs, "beside": beside}
    print(json.dumps(figure), flush=True)


def seconds(work):
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def with_packages(folder, *packages):
    """Goes on in a virtual environment that has these packages, made beside the folder on first use."""
    home = folder.parent / "peers-python"
    python = home / "bin" / "python"
    if pathlib.Path(sys.prefix) == home.resolve():
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True, stdout=sys.stderr)
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    subprocess.run(install, check=True, stdout=sys.stderr)
    sys.exit(subprocess.run([python, "-B", *sys.argv]).returncode)
