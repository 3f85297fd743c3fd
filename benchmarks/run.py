"""All benchmarks: `python benchmarks/run.py [--long] [--sage PYTHON] [SECTION ...]`.

Prints the tables, puts them into `README.md`, and draws the growth of enumeration and of training beside it.
Sections: peers, geometry, answers, counting, questions, growth, cones, training; all of them
without a name. With `--long`, under 25 minutes for the peers: instances too that take them minutes;
and every section of training.
"""

from __future__ import annotations

import argparse

import answers
import cones
import counting
import geometry
import growth
import peers
import questions
import training


def main() -> None:
    """Run the named sections."""
    parser = argparse.ArgumentParser(description="All benchmarks.")
    parser.add_argument(
        "sections",
        nargs="*",
        help="peers, geometry, answers, counting, questions, growth, cones, training; default: all",
    )
    parser.add_argument("--long", action="store_true", help="what takes minutes too")
    parser.add_argument("--sage", help="a Python with passagemath-polyhedra")
    options = parser.parse_args()
    long = ["--long"] if options.long else []
    sage = ["--sage", options.sage] if options.sage else []
    known = {
        "peers": lambda: peers.main(long + sage),
        "geometry": lambda: geometry.main(sage),
        "answers": lambda: answers.main([]),
        "counting": counting.main,
        "questions": questions.main,
        "growth": growth.main,
        "cones": cones.main,
        "training": lambda: training.main([] if options.long else ["growth"]),
    }
    for unknown in set(options.sections) - set(known):
        parser.error(f"there is no section {unknown}; there are {', '.join(known)}")
    for name in options.sections or known:
        known[name]()


if __name__ == "__main__":
    main()
