"""Runs every benchmark and writes what they print to benchmarks/README.md.

python -m benchmarks.report            some ten minutes; leave the machine alone meanwhile
"""

import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

README = Path(__file__).parent / "README.md"
HEAD = """# Benchmarks

What the scripts in this folder printed on one machine, in one run. They are ratios and
distributions to compare designs by, not promises; no test asserts a time.

    python -m benchmarks.report

runs them all again and rewrites this file. {machine}
"""
SECTIONS = {
    "stage": "The stage: frames, payload, edit → paint",
    "depths": "The stage at every depth, three tracks side by side",
    "learners": "Many learners on the lab page",
    "core": "The NumPy core and `trace_torch` against PyTorch",
    "trainer": "The live trainer against a plain PyTorch loop",
    "trainings": "Live trainings: what watching costs, and what the pages pay",
    "live_stage": "The stage of a training under way: pictures and frames per second",
    "store": "Thirty learners' answers, kept",
    "price": "PyTorch's LSTM, `trace_torch` and the loop of cells, checked against float64",
    "setup": "Set-up and cold start",
}


def machine() -> str:
    return (
        f"This run: {date.today():%d %B %Y}, {os.cpu_count()} cores ({platform.machine()}), "
        f"no GPU used, {platform.system()}, Python {platform.python_version()}."
    )


def main() -> None:
    parts = [HEAD.format(machine=machine())]
    for name, title in SECTIONS.items():
        print(f"{title} ...", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=README.parents[1])
        if done.returncode:
            sys.exit(f"benchmarks.{name} failed:\n{done.stderr[-2000:]}")
        parts.append(f"## {title}\n\n`python -m benchmarks.{name}`\n\n{done.stdout.strip()}\n")
        README.write_text("\n".join(parts), encoding="utf-8")
    print(f"{README.name} written")


if __name__ == "__main__":
    main()
