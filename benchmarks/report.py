"""Runs the benchmarks and writes what they print to benchmarks/README.md.

    python -m benchmarks.report                    all, some twenty-five minutes
    python -m benchmarks.report trainings store    these alone; the others stay as they are

Leave the machine alone meanwhile.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

README = Path(__file__).parent / "README.md"
HEAD = """# Benchmarks

What the scripts in this folder printed, each in one run on one machine. They are ratios and
distributions to compare designs by, not promises; no test asserts a time.

    python -m benchmarks.report

runs them all again and rewrites this file.
"""
SECTIONS = {
    "stage": "The stage: frames, payload, edit → paint",
    "depths": "The stage at every depth, three tracks side by side",
    "learners": "Many learners on the lab page",
    "core": "The NumPy core and `trace_torch` against PyTorch",
    "trainer": "The live trainer against a plain PyTorch loop",
    "trainings": "Live trainings: what watching costs, and what the pages pay",
    "live_stage": "The stage of a training under way: pictures and frames per second",
    "presets": "What the presets of the Train page claim",
    "store": "Thirty learners' answers, kept",
    "price": "PyTorch's LSTM, `trace_torch` and the loop of cells, checked against float64",
    "setup": "Set-up and cold start",
}
_COMMAND = re.compile(r"^`python -m benchmarks\.(\w+)`", re.MULTILINE)


def machine() -> str:
    return (
        f"{date.today():%d %B %Y}, {os.cpu_count()} cores ({platform.machine()}), "
        f"no GPU used, {platform.system()}, Python {platform.python_version()}."
    )


def written() -> dict[str, str]:
    """The sections that the file holds, by the names of their scripts."""
    parts = re.split(r"^(?=## )", README.read_text("utf-8"), flags=re.MULTILINE)
    named = ((_COMMAND.search(part), part) for part in parts)
    return {found[1]: part.strip() + "\n" for found, part in named if found}


def measured(name: str) -> str:
    """A section as it is now; ends the program where its script fails."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=README.parents[1])
    if done.returncode:
        sys.exit(f"benchmarks.{name} failed:\n{done.stderr[-2000:]}")
    return (
        f"## {SECTIONS[name]}\n\n`python -m benchmarks.{name}`, {machine()}\n\n"
        f"{done.stdout.strip()}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *SECTIONS], metavar="NAME")
    sections = written()
    for name in parser.parse_args().names or SECTIONS:
        print(f"{SECTIONS[name]} ...", flush=True)
        sections[name] = measured(name)
        known = [sections[one] for one in SECTIONS if one in sections]
        README.write_text("\n".join([HEAD, *known]), encoding="utf-8")
    print(f"{README.name} written")


if __name__ == "__main__":
    main()
