"""What every peer's script has in common: its arguments, its figures, its time."""

import argparse
import json
import pathlib
import subprocess
import sys
import time


def arguments():
    """The folder to work in, the row to measure, how many members, orders and runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--row", required=True)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def tell(who, what, unit, runs, beside=None):
    """Prints a figure: who did what, in which unit, run by run, and what of ours does the same."""
    figure = {"who": who, "what": what, "unit": unit, "runs": runs, "beside": beside}
    print(json.dumps(figure), flush=True)


def skip(why):
    """Says what there is to install, and ends: without it nothing can be measured, which is no failure."""
    print(json.dumps({"skipped": why}), flush=True)
    sys.exit(0)


def seconds(work):
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def with_package(folder, package):
    """Goes on in a virtual environment that has this package, made beside the folder on first use."""
    home = folder.parent / "peers-python"
    python = home / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == home.resolve():
        return
    if not python.exists():
        if subprocess.run([sys.executable, "-m", "venv", home], stdout=sys.stderr).returncode:
            skip("needs Python's venv: apt-get install python3-venv")
    if subprocess.run([python, "-c", f"import {package}"], capture_output=True).returncode:
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
        if subprocess.run(install, stdout=sys.stderr).returncode:
            skip(f"needs `{package}` from PyPI, which pip cannot install")
    sys.exit(subprocess.run([python, "-B", *sys.argv]).returncode)
