# SPDX-License-Identifier: MIT
"""Writes the reference tensors of the parity tests (see README.md here) from the oracle in ausm_nano.py.

The oracle runs in float64 and the results are stored as float32; the same run in float32 is printed beside them, so
that the tests' tolerances can be chosen from what rounding alone does.
"""
import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

import ausm_nano
import scenes

ROOT = Path(__file__).resolve().parents[2]
SLOTS = (3, 17)
FRAMES, HEIGHT, WIDTH = 30, 96, 160
KEPT_FRAMES = (9, 19, 29)         # of the teacher-forced run
STATE_FRAMES = (9, 29)
ANCHOR_FRAMES = (0, 6)            # of the run with anchors: the one shows both objects, the other the second alone
ANCHOR_KEPT = (5, 11)             # frames that read one anchor, and both
ANCHOR_CONFIG = {'anchors': 2, 'dt_min': 0.05}  # whatever the weights say: the test makes the same changes
STATE_TOKEN_STEP = 12             # every 12th token's state keeps the file small
EQUALITY = 1e-9                   # clip at once against frame by frame, relative, float64


def masks_from(u8, dtype):
    return torch.from_numpy(u8).to(dtype) / 255


def scan_equals_steps(model, images, marks, slots, kinds, anchor=None):
    """Largest relative difference of the final logits and the presence between the two ways through the clip."""
    whole = model(images, slots, marks, kinds, anchor).decoded
    frame, worst, anchors = None, 0., []
    for t in range(len(images)):
        frame = model.step(images[t:t + 1], frame, slots, marks[t], kinds[t], anchors)
        if anchor and t == anchor[0]:
            anchors = [model.anchor(frame.features, slots, *anchor[1:])]
        for name in ('logits', 'presence'):
            ours, theirs = getattr(frame.decoded, name)[0], getattr(whole, name)[t]
            worst = max(worst, ((ours - theirs).abs().max() / theirs.abs().max()).item())
    return worst


def put_state(out, prefix, state, tokens=None):
    for i, (tail, ssm) in enumerate(state):
        out[f'{prefix}.{i}.tail'] = tail[0] if tokens is None else tail[0][:, tokens]
        out[f'{prefix}.{i}.ssm'] = ssm[0] if tokens is None else ssm[0][tokens]


def put_decoded(out, prefix, decoded, full):
    for i, (logits, blocked, queries) in enumerate(zip(decoded.coarse_logits, decoded.blocks, decoded.queries)):
        out[f'{prefix}.pix.{i}.coarse_logits'] = logits[0]
        out[f'{prefix}.pix.{i}.blocked'] = blocked[0]
        if full:
            out[f'{prefix}.pix.{i}.queries'] = queries[0]
    out[f'{prefix}.presence'] = decoded.presence[0]
    out[f'{prefix}.logits'] = decoded.logits[0] if full else decoded.logits[0, :len(SLOTS)]


def phases_of_frame(model, dtype, prefix, image, masks, full):
    """Every phase of a first frame with two tracked objects, then the extra reading pass on it."""
    slots, kinds = torch.tensor(SLOTS), torch.tensor([0, 2])
    marks = masks_from(masks, dtype)
    frame = model.step(ausm_nano.normalise(torch.from_numpy(image)[None], dtype), None, slots, marks, kinds)
    refined = model.refine(frame, slots, marks, kinds)
    out = {f'{prefix}.image_u8': image, f'{prefix}.masks_u8': masks, f'{prefix}.slots': slots, f'{prefix}.kinds': kinds}
    if full:
        for name in ('s4', 's8', 's16', 's32'):
            out[f'{prefix}.{name}'] = getattr(frame.features, name)[0]
        out[f'{prefix}.E'] = frame.E[0, 0]
        out[f'{prefix}.mask_features'] = frame.mask_features[0]
        put_state(out, f'{prefix}.state', frame.state)
        out[f'{prefix}.refine.E'], out[f'{prefix}.refine.F'] = refined.E[0, 0], refined.F[0, 0]
    out[f'{prefix}.X'], out[f'{prefix}.F'], out[f'{prefix}.G'] = frame.features.X[0], frame.F[0, 0], frame.G[0]
    put_decoded(out, prefix, frame.decoded, full)
    out[f'{prefix}.refine.presence'] = refined.decoded.presence[0, :len(SLOTS)]
    out[f'{prefix}.refine.logits'] = refined.decoded.logits[0, :len(SLOTS)]
    return out


def with_box_prompt(image, masks):
    """The second object's mark becomes a filled box around both, so that marks overlap (their sum exceeds 1)."""
    rows, columns = np.nonzero(masks.max(0))
    box = np.zeros_like(masks[1])
    box[rows.min():rows.max() + 1, columns.min():columns.max() + 1] = 255
    return image, np.stack([masks[0], box])


def phases(model, dtype):
    small, wide = scenes.Scene(7, 64, 96).draw(4), scenes.Scene(11, 96, 160).draw(9)
    return {**phases_of_frame(model, dtype, 'small', *with_box_prompt(*small), True),
            **phases_of_frame(model, dtype, 'wide', *with_box_prompt(*wide), False)}


def teacher_forced(model, dtype, images, masks):
    """Marks from given masks only: the mask of frame t-1 enters with frame t, that of frame 0 also with frame 0."""
    slots = torch.tensor(SLOTS)
    marks_u8 = np.concatenate([masks[:1], masks[:-1]])
    kinds = torch.zeros(FRAMES, len(SLOTS), dtype=torch.long)
    kinds[0] = 1
    marks, frames = masks_from(marks_u8, dtype), ausm_nano.normalise(torch.from_numpy(images), dtype)
    if dtype == torch.float64:
        worst = scan_equals_steps(model, frames, marks, slots, kinds)
        print(f'clip at once against frame by frame: {worst:.2e} relative')
        assert worst < EQUALITY, 'the recurrent step is not the parallel form'
    tokens = torch.arange(0, HEIGHT // 16 * (WIDTH // 16), STATE_TOKEN_STEP)
    out = {'marks_u8': marks_u8, 'slots': slots, 'kinds': kinds, 'state_tokens': tokens}
    frame = None
    for t in range(FRAMES):
        frame = model.step(frames[t:t + 1], frame, slots, marks[t], kinds[t])
        if t in KEPT_FRAMES:
            out[f'frame{t}.F'] = frame.F[0, 0]
            out[f'frame{t}.presence'] = frame.decoded.presence[0]
            out[f'frame{t}.logits'] = frame.decoded.logits[0, :len(SLOTS)]
        if t in STATE_FRAMES:
            put_state(out, f'frame{t}.state', frame.state, tokens)
    return out


def free_running(model, dtype, images, masks):
    """Marks from the model's own masks after a mask prompt on frame 0."""
    slots, frames = torch.tensor(SLOTS), ausm_nano.normalise(torch.from_numpy(images), dtype)
    prompt = masks_from(masks[0], dtype)
    own, prompted = torch.zeros(len(SLOTS), dtype=torch.long), torch.ones(len(SLOTS), dtype=torch.long)
    frame, marks, binary, presence = None, prompt, [], []
    for t in range(FRAMES):
        frame = model.step(frames[t:t + 1], frame, slots, marks, own if t else prompted)
        logits = frame.decoded.logits[0, :len(SLOTS)]
        marks = logits.sigmoid() if t else prompt
        binary.append(logits > 0)
        presence.append(frame.decoded.presence[0, :len(SLOTS)])
    return {'prompt_u8': masks[0], 'slots': slots, 'masks': torch.stack(binary), 'presence': torch.stack(presence)}


def anchored(model, dtype, images, masks):
    """The teacher-forced clip with two anchors; the network has dt_min."""
    slots, shown = torch.tensor(SLOTS), torch.ones(len(SLOTS), dtype=torch.long)
    frames = ausm_nano.normalise(torch.from_numpy(images[:ANCHOR_KEPT[-1] + 1]), dtype)
    marks = masks_from(np.concatenate([masks[:1], masks])[:len(frames)], dtype)
    kinds = torch.zeros(len(frames), len(SLOTS), dtype=torch.long)
    kinds[0] = 1
    anchor_u8 = np.stack([masks[t] for t in ANCHOR_FRAMES])
    anchor_u8[1, 0] = 0
    if dtype == torch.float64:
        anchor = (2, masks_from(masks[2], dtype), shown)
        worst = scan_equals_steps(model, frames, marks, slots, kinds, anchor)
        print(f'clip at once against frame by frame, with an anchor: {worst:.2e} relative')
        assert worst < EQUALITY, 'the recurrent step is not the parallel form'
    out, frame, anchors = {'slots': slots, 'anchor_masks_u8': anchor_u8}, None, []
    for t in range(len(frames)):
        frame = model.step(frames[t:t + 1], frame, slots, marks[t], kinds[t], anchors)
        if t in ANCHOR_KEPT:
            out[f'frame{t}.F'], out[f'frame{t}.G'] = frame.F[0, 0], frame.G[0]
            out[f'frame{t}.presence'] = frame.decoded.presence[0]
            out[f'frame{t}.logits'] = frame.decoded.logits[0, :len(SLOTS)]
        if t in ANCHOR_FRAMES:
            own = masks_from(anchor_u8[len(anchors)], dtype)
            anchors = [*anchors, model.anchor(frame.features, slots, own, shown)]
            out[f'anchor{t}'] = anchors[-1][0]
    refined = model.refine(frame, slots, marks[-1], kinds[-1], anchors).decoded
    out['refine.presence'], out['refine.logits'] = refined.presence[0, :len(SLOTS)], refined.logits[0, :len(SLOTS)]
    return out


def as_arrays(tensors):
    """What is stored: float32, int64 and uint8."""
    out = {}
    for name, x in tensors.items():
        x = x.numpy() if isinstance(x, torch.Tensor) else x
        kind = {'f': np.float32, 'b': np.uint8}.get(x.dtype.kind, x.dtype)
        out[name] = np.ascontiguousarray(x.astype(kind))
    return out


def compare(title, reference, single):
    """Prints how far the float32 oracle is from the stored values, and refuses a scene on the edge of a threshold."""
    print(f'{title}: float32 oracle against float64')
    for name, x in reference.items():
        if x.dtype == np.float32:
            error = np.abs(single[name] - x).max()
            print(f'  {name:34} {str(x.shape):18} max |x| {np.abs(x).max():9.3f}   max error {error:.1e}')
        elif name.endswith('.blocked'):
            margin = np.abs(reference[name.replace('.blocked', '.coarse_logits')]).min()
            print(f'  {name:34} {str(x.shape):18} blocked {x.mean():.3f}   smallest |logit| {margin:.1e}')
            assert np.array_equal(x, single[name]), f'{name}: rounding flips a token; choose another scene'


def report_free_run(reference, single, truth):
    """Area and agreement of the free-running masks; they must be neither empty nor everything."""
    masks, own = reference['masks'].astype(bool), truth > 127
    area = masks.mean((2, 3))
    iou = (masks & own).sum((2, 3)) / (masks | own).sum((2, 3))
    print(f'free running: area per object {area.mean(0).round(3)} (least {area.min(0).round(3)}, '
          f'most {area.max(0).round(3)}), drawn {own.mean((0, 2, 3)).round(3)}; '
          f'IoU with the drawing {iou.mean(0).round(3)}, last frame {iou[-1].round(3)}')
    flips = (masks != single['masks'].astype(bool)).sum((1, 2, 3))
    print(f'  cells that differ in float32: {flips.sum()} of {masks.size}, at most {flips.max()} in a frame')
    assert area.min() > 0.01 and area.max() < 0.5, 'the masks are trivial; choose another scene'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--weights', type=Path, default=ROOT / 'model/weights/ausm-nano.safetensors')
    parser.add_argument('--out', type=Path, default=Path(__file__).resolve().parent / 'data')
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    metadata = {'weights_sha256': hashlib.sha256(options.weights.read_bytes()).hexdigest()}
    images, masks = scenes.clip(5, HEIGHT, WIDTH, FRAMES)
    files = {}
    for dtype in (torch.float64, torch.float32):
        model = ausm_nano.load(options.weights, dtype)
        with_anchors = ausm_nano.load(options.weights, dtype, **ANCHOR_CONFIG)
        files[dtype] = {'phases': as_arrays(phases(model, dtype)),
                        'teacher_forced': as_arrays(teacher_forced(model, dtype, images, masks)),
                        'free_running': as_arrays(free_running(model, dtype, images, masks)),
                        'anchored': as_arrays(anchored(with_anchors, dtype, images, masks))}
    reference, single = files[torch.float64], files[torch.float32]
    for name in ('phases', 'teacher_forced', 'free_running', 'anchored'):
        compare(name, reference[name], single[name])
    report_free_run(reference['free_running'], single['free_running'], masks)
    reference['clip'] = {'frames_u8': images}
    options.out.mkdir(parents=True, exist_ok=True)
    for name, tensors in reference.items():
        path = options.out / f'{name}.safetensors'
        save_file(tensors, path, metadata)
        print(f'{path}: {path.stat().st_size} bytes')


if __name__ == '__main__':
    main()
