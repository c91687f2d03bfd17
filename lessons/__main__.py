"""`python -m lessons check [FILE …]` and `python -m lessons exhibits`, for authors."""

import argparse
import sys
from pathlib import Path

from exhibits.catalogue import declarations
from lessons.check import check_files, check_folder, reference


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lessons", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser(
        "check", help="read lessons and say what is wrong; all of ours if none is named"
    )
    check.add_argument("files", nargs="*", type=Path, metavar="FILE")
    commands.add_parser("exhibits", help="all that a lesson may name, as Markdown")
    given = parser.parse_args()
    if given.command == "exhibits":
        print(reference(declarations()))
        return 0
    files = given.files
    lines, right = check_files(declarations(), files) if files else check_folder(declarations())
    print("\n".join(lines))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
