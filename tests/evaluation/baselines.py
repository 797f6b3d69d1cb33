#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a model must beat: the first annotation copied to every frame, or carried along by dense optical flow.

Writes FOLDER/VIDEO/00000.png and so on, which `ausm eval masks` scores:

    python3 tests/evaluation/baselines.py flow --root DAVIS --masks flow
    ausm eval masks --root DAVIS --masks flow

Needs OpenCV (pip install opencv-python-headless).
"""

import argparse
import pathlib
import sys

try:
    import cv2
    import numpy as np
except ImportError as missing:
    sys.exit(f"baselines.py: {missing}; pip install opencv-python-headless")


def copy(mask, pictures):
    """The first mask, for every picture."""
    for _ in pictures:
        yield mask


def flow(mask, pictures):
    """Each mask is the last one, looked up along DIS optical flow (preset medium) from a picture to the one before it."""
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    before = None
    for path in pictures:
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            sys.exit(f"baselines.py: '{path}' is not a picture")
        if before is not None:
            motion = dis.calc(grey, before, None)
            y, x = np.indices(grey.shape, np.float32)
            mask = cv2.remap(mask, x + motion[..., 0], y + motion[..., 1], cv2.INTER_NEAREST, borderValue=0)
        before = grey
        yield mask


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("method", choices=("copy", "flow"))
    parser.add_argument("--root", type=pathlib.Path, required=True, help="JPEGImages/480p and Annotations/480p are in it")
    parser.add_argument("--masks", type=pathlib.Path, required=True, help="new folder for the masks")
    options = parser.parse_args()
    videos = sorted(path for path in (options.root / "Annotations/480p").glob("*") if path.is_dir())
    if not videos:
        sys.exit(f"baselines.py: no videos below '{options.root}/Annotations/480p'")
    for video in videos:
        annotations = sorted(video.glob("*.png"))
        pictures = [options.root / "JPEGImages/480p" / video.name / f"{a.stem}.jpg" for a in annotations]
        first = cv2.imread(str(annotations[0]), cv2.IMREAD_GRAYSCALE)
        if first is None:
            sys.exit(f"baselines.py: '{annotations[0]}' is not a picture")
        # OpenCV gives a palette's grey values, not its indices: all objects become one.
        mask = np.where(first > 0, 255, 0).astype(np.uint8)
        folder = options.masks / video.name
        folder.mkdir(parents=True)
        for annotation, made in zip(annotations, globals()[options.method](mask, pictures)):
            cv2.imwrite(str(folder / annotation.name), made)


if __name__ == "__main__":
    main()
