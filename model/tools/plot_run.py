#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws the curves of training runs (log.jsonl), or the table of `ausm bench train --json`. Needs matplotlib."""
import argparse
import json
import sys

PARTS = [
    ("loss", "loss"),
    ("iou_tracked", "IoU of tracked objects"),
    ("iou_detected", "IoU of detected objects"),
    ("bce", "mask BCE"),
    ("dice", "mask dice"),
    ("presence_detected", "presence of detections"),
    ("gradient_norm", "gradient norm before clipping"),
    ("learning_rate", "learning rate"),
]


def read(path):
    """The steps of a log as a list of objects, or the object of a bench."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        whole = json.loads(text)
        if isinstance(whole, dict) and "runs" in whole:
            return whole
    except json.JSONDecodeError:
        pass
    steps = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            sys.exit(f"{path}:{number}: no JSON: {error}")
        if "step" in entry:
            steps.append(entry)
    if not steps:
        sys.exit(f"{path}: has no steps")
    return steps


def smooth(values, window):
    """Means over the last `window` values that are there."""
    result, kept = [], []
    for value in values:
        if value is not None:
            kept.append(value)
        kept = kept[-window:]
        result.append(sum(kept) / len(kept) if kept else float("nan"))
    return result


def draw_runs(pyplot, logs, names, window):
    figure, axes = pyplot.subplots(2, 4, figsize=(16, 7))
    for axis, (key, title) in zip(axes.flat, PARTS):
        for steps, name in zip(logs, names):
            axis.plot([s["step"] for s in steps], smooth([s.get(key) for s in steps], window), label=name, linewidth=1)
        axis.set_title(title)
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
    if len(logs) > 1:
        axes.flat[0].legend()
    return figure


def draw_bench(pyplot, bench):
    figure, (time, ratio) = pyplot.subplots(1, 2, figsize=(10, 4))
    for batch in sorted({run["batch"] for run in bench["runs"]}):
        runs = [run for run in bench["runs"] if run["batch"] == batch]
        frames = [run["frames"] for run in runs]
        time.plot(frames, [run["iterative-seconds"] for run in runs], "o--", label=f"frame by frame, batch {batch}")
        time.plot(frames, [run["parallel-seconds"] for run in runs], "o-", label=f"all at once, batch {batch}")
        ratio.plot(frames, [run["ratio"] for run in runs], "o-", label=f"batch {batch}")
    time.set_ylabel("seconds an iteration")
    ratio.set_ylabel("times faster")
    for axis in (time, ratio):
        axis.set_xlabel("frames")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.suptitle(f"{bench['model']} on {bench['device']}, {bench['threads']} threads, {bench['size']}")
    return figure


def load_pyplot():
    """matplotlib.pyplot that draws into files; says what to do where it is missing."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        matplotlib.rcParams["svg.fonttype"] = "none"  # text as text: a tenth of the size
        from matplotlib import pyplot
    except ImportError:
        sys.exit(f"{sys.argv[0]} needs matplotlib: python3 -m pip install matplotlib")
    return pyplot


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", help="log.jsonl of runs, or one file of `ausm bench train --json`")
    parser.add_argument("-o", "--out", default="run.svg", help="picture to write: .svg, .png, .pdf (default: run.svg)")
    parser.add_argument("--window", type=int, default=50, help="steps to average over (default: 50)")
    options = parser.parse_args()
    pyplot = load_pyplot()
    read_files = [read(path) for path in options.files]
    if any(isinstance(one, dict) for one in read_files):
        if len(read_files) != 1:
            sys.exit("only one file of `ausm bench train --json` at a time")
        figure = draw_bench(pyplot, read_files[0])
    else:
        figure = draw_runs(pyplot, read_files, options.files, options.window)
    figure.tight_layout()
    figure.savefig(options.out)
    print(options.out)


if __name__ == "__main__":
    main()
