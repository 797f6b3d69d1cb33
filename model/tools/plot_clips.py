#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws what `ausm eval clips --thresholds ... --json` says, a curve for each file. Needs matplotlib."""
import argparse
import json
import sys

from plot_run import load_pyplot

BY_THRESHOLD = [
    ("J-visible", "J on visible frames, %"),
    ("recovered", "returns that are followed again, %"),
    ("clips-without-swap", "clips without a swap, %"),
]


def read(path):
    """The figures of each threshold, by rising threshold."""
    with open(path, encoding="utf-8") as file:
        try:
            rows = json.load(file)["thresholds"]
        except (json.JSONDecodeError, KeyError, TypeError):
            sys.exit(f"{path}: is not what `ausm eval clips --json` writes")
    return sorted(rows, key=lambda row: row["threshold"])


def points(rows, x, y):
    """Both figures of each row that has them."""
    there = [row for row in rows if x in row and y in row]
    return [row[x] for row in there], [row[y] for row in there]


def draw(pyplot, files, names):
    figure, axes = pyplot.subplots(2, 2, figsize=(11, 8))
    trade, *others = axes.flat
    for rows, name in zip(files, names):
        trade.plot(*points(rows, "false-masks", "false-absences"), "o-", label=name, linewidth=1)
        for row in rows:
            if "false-masks" in row and "false-absences" in row:
                trade.annotate(f"{row['threshold']:g}", (row["false-masks"], row["false-absences"]), fontsize=7)
        for axis, (key, _) in zip(others, BY_THRESHOLD):
            axis.plot(*points(rows, "threshold", key), "o-", label=name, linewidth=1)
    trade.set_xlabel("false masks, % of absent frames")
    trade.set_ylabel("false absences, % of visible frames")
    for axis, (_, title) in zip(others, BY_THRESHOLD):
        axis.set_xlabel("presence from which an object is seen")
        axis.set_ylabel(title)
    for axis in axes.flat:
        axis.grid(alpha=0.3)
    trade.legend()
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", help="files of `ausm eval clips --json`")
    parser.add_argument("-o", "--out", default="clips.svg", help="picture to write (default: clips.svg)")
    options = parser.parse_args()
    pyplot = load_pyplot()
    figure = draw(pyplot, [read(path) for path in options.files], options.files)
    figure.tight_layout()
    figure.savefig(options.out)
    print(options.out)


if __name__ == "__main__":
    main()
