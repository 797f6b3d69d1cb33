# SPDX-License-Identifier: MIT
"""Measures a well-known network on the same GPU: torchvision's Mask R-CNN (ResNet-50 FPN), random weights, 448x256.

usage: peer.py [--tsv FILE] [--device DEVICE] [--frames N]

Prints frames per second in float32 and, where the GPU has it, bfloat16 (autocast); --tsv writes one "value" line each.
It looks at single pictures, tracks nothing, and with random weights finds nothing, so that its mask head idles: its
best case, and a measure of scale, not a contest. Status 77 and a line where
torch, torchvision or the GPU is missing.
"""
import argparse
import sys
import time

WIDTH, HEIGHT = 448, 256
WARM_UP = 10


def skip(reason):
    print(f'peer.py: skipped: {reason}')
    sys.exit(77)


def rate(torch, model, picture, frames, bfloat16):
    """Frames per second, one picture at a time, waiting for each result as a video pipeline does."""
    def wait():
        if picture.is_cuda:
            torch.cuda.synchronize()

    with torch.inference_mode(), torch.autocast(picture.device.type, torch.bfloat16, enabled=bfloat16):
        for _ in range(min(WARM_UP, frames)):
            model([picture])
        wait()
        begin = time.perf_counter()
        for _ in range(frames):
            model([picture])
            wait()
        return frames / (time.perf_counter() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--tsv')
    parser.add_argument('--device', default='cuda')
    parser.add_argument('--frames', type=int, default=100)
    options = parser.parse_args()
    try:
        import torch
        import torchvision
    except ImportError as error:
        skip(str(error))
    if options.device == 'cuda' and not torch.cuda.is_available():
        skip('there is no GPU')
    torch.manual_seed(1)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    model = torchvision.models.detection.maskrcnn_resnet50_fpn(
        weights=None, weights_backbone=None, min_size=HEIGHT, max_size=WIDTH).eval().to(options.device)
    picture = torch.rand(3, HEIGHT, WIDTH, device=options.device)
    lines = []
    for bfloat16 in (False, True):
        if bfloat16 and options.device == 'cuda' and not torch.cuda.is_bf16_supported():
            continue
        name = f'Mask R-CNN (torchvision {torchvision.__version__}), {"bfloat16" if bfloat16 else "float32"}'
        frames = rate(torch, model, picture, options.frames, bfloat16)
        print(f'{name}: {frames:.1f} frames of {WIDTH}x{HEIGHT} per second')
        lines.append(f'value\tpeer\t{name}\t{frames:.2f}\tframes of {WIDTH}x{HEIGHT} per second\n')
    if options.tsv:
        with open(options.tsv, 'w', encoding='utf-8') as file:
            file.writelines(lines)


main()
