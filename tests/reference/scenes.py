# SPDX-License-Identifier: MIT
"""Deterministic drawn scenes with exact masks: a textured background, a moving disc and a moving rectangle."""
import numpy as np

OVERSAMPLE = 2                    # drawn larger, then averaged: soft edges as in a photograph


def smooth_noise(rng, height, width, cells):
    """Random grid of cells x cells values in 0..1, bilinearly enlarged -> [height, width]."""
    grid = rng.random((cells + 1, cells + 1))
    y, x = np.linspace(0, cells, height, endpoint=False), np.linspace(0, cells, width, endpoint=False)
    y0, x0 = y.astype(int), x.astype(int)
    fy, fx = (y - y0)[:, None], (x - x0)[None]
    top = grid[y0][:, x0] * (1 - fx) + grid[y0][:, x0 + 1] * fx
    bottom = grid[y0 + 1][:, x0] * (1 - fx) + grid[y0 + 1][:, x0 + 1] * fx
    return top * (1 - fy) + bottom * fy


def block_mean(x, size):
    """Mean over size x size blocks of the first two axes."""
    h, w = x.shape[0] // size, x.shape[1] // size
    return x[:h * size, :w * size].reshape(h, size, w, size, *x.shape[2:]).mean((1, 3))


class Scene:
    """A scene of height x width pixels; `draw(t)` gives frame t and the soft masks of its two objects."""

    def __init__(self, seed, height, width):
        rng = np.random.default_rng(seed)
        self.height, self.width = height * OVERSAMPLE, width * OVERSAMPLE
        self.y, self.x = np.mgrid[:self.height, :self.width] / float(self.height)
        noise = np.stack([smooth_noise(rng, self.height, self.width, 6) for _ in range(3)], -1)
        fine = smooth_noise(rng, self.height, self.width, 40)[..., None]
        slope = np.stack([self.y, 0.7 - 0.3 * self.y, 0.6 - 0.2 * self.x], -1)
        self.background = 0.25 + 0.25 * slope + 0.2 * (noise - 0.5) + 0.1 * (fine - 0.5)
        self.speckle = smooth_noise(rng, self.height, self.height, 30)

    def texture(self, dy, dx):
        """Speckle that moves with the object whose offset from its centre is (dy, dx)."""
        size = self.speckle.shape[0]
        row = np.clip(((dy + 0.5) * size).astype(int), 0, size - 1)
        column = np.clip(((dx + 0.5) * size).astype(int), 0, size - 1)
        return 0.3 * (self.speckle[row, column][..., None] - 0.5)

    def draw(self, t):
        """-> image uint8 [height, width, 3], masks uint8 [2, height/4, width/4], 255 = wholly inside."""
        aspect = self.width / self.height
        # the disc walks right and bobs, the rectangle walks left and turns; both stay inside for 30 frames
        dy, dx = self.y - (0.42 + 0.06 * np.sin(t / 6)), self.x - (0.3 + 0.011 * t)
        disc = dy ** 2 + dx ** 2 < 0.22 ** 2
        disc_colour = np.array([0.85, 0.35, 0.1]) + self.texture(dy, dx) - 0.5 * (dy + dx)[..., None]
        ry, rx, angle = self.y - 0.66, self.x - (aspect - 0.34 - 0.009 * t), 0.3 + 0.02 * t
        u, v = np.cos(angle) * rx + np.sin(angle) * ry, np.cos(angle) * ry - np.sin(angle) * rx
        box = (np.abs(u) < 0.24) & (np.abs(v) < 0.16)
        box_colour = np.array([0.15, 0.3, 0.9]) + self.texture(v, u) + 0.6 * v[..., None]
        box_colour = np.where((np.abs(v) < 0.03)[..., None], 0.9, box_colour)
        disc &= ~box                                               # the rectangle passes in front
        image = np.where(box[..., None], box_colour, np.where(disc[..., None], disc_colour, self.background))
        image = block_mean(np.clip(image, 0, 1), OVERSAMPLE)
        masks = [block_mean(m.astype(float), OVERSAMPLE * 4) for m in (disc, box)]
        return np.rint(image * 255).astype(np.uint8), np.rint(np.stack(masks) * 255).astype(np.uint8)


def clip(seed, height, width, frames):
    """-> images uint8 [frames, height, width, 3], masks uint8 [frames, 2, height/4, width/4]."""
    scene = Scene(seed, height, width)
    drawn = [scene.draw(t) for t in range(frames)]
    return np.stack([image for image, _ in drawn]), np.stack([masks for _, masks in drawn])
