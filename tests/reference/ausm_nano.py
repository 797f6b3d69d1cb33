# SPDX-License-Identifier: MIT
"""The small AUSM network (arXiv 2508.19242) written as plainly as PyTorch allows: the oracle of the parity tests.

Inference only. Module paths are the tensor names of the weights file. B is the batch, T the number of frames,
N = h*w the tokens of the 1/16 grid, D the width, K the tracked objects, Q = K + detection queries.
Masks are probabilities in 0..1.
"""
import json
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors import safe_open

# Repeats, kernel, stride, expansion, input and output channels of EfficientNet-Lite0's stages (arXiv 1905.11946).
STAGES = [(1, 3, 1, 1, 32, 16), (2, 3, 2, 6, 16, 24), (2, 5, 2, 6, 24, 40), (3, 3, 2, 6, 40, 80),
          (3, 5, 1, 6, 80, 112), (4, 5, 2, 6, 112, 192), (1, 3, 1, 6, 192, 320)]
TAPS = (2, 4, 10, 15)             # blocks whose outputs are the features at strides 4, 8, 16, 32
CHANNELS = (24, 40, 112, 320)
PROMPT_KINDS = 5                  # 0 own or teacher mask, 1 mask, 2 box, 3 point, 4 scribble
BLOCKED = -1e4                    # additive score of a blocked key; exp() of it is zero
TOP_FREQUENCY = 14.0              # periods per frame of the fastest position wave


@dataclass
class Config:
    """Sizes of the network, read from the weights file's metadata."""
    D: int
    heads: int
    ffn: int
    n_comp: int
    n_dec: int
    n_pix: int
    d_state: int
    d_conv: int
    n_id: int
    n_det: int
    cm: int
    sa_pool: int
    anchors: int = 0              # places for anchors
    dt_min: float = 0.            # added to Mamba's step size


@dataclass
class Features:
    """One frame after the backbone: X [B,N,D], maps at strides 4 to 32, grid = (h, w) of the tokens."""
    X: torch.Tensor
    s4: torch.Tensor
    s8: torch.Tensor
    s16: torch.Tensor
    s32: torch.Tensor
    grid: tuple


@dataclass
class Decoded:
    """presence [B,Q] and logits [B,Q,H/4,W/4] of all queries, tracked objects first, and what each layer saw.

    coarse_logits and blocks [B,Q,N]: mask logits at 1/16 and the keys blocked by them; queries [B,Q,D]: after the
    layer.
    """
    presence: torch.Tensor
    logits: torch.Tensor
    coarse_logits: list
    blocks: list
    queries: list


@dataclass
class Frame:
    """All phases of one frame; state = per layer (tail [B,d_conv-1,N,D], ssm [B,N,d_state,D])."""
    features: Features
    E: torch.Tensor
    F: torch.Tensor
    G: torch.Tensor
    mask_features: torch.Tensor
    decoded: Decoded
    state: list


def normalise(image, dtype=torch.float32):
    """image uint8 [..., H, W, 3] -> [..., 3, H, W], (x - 127) / 128: about -1..1."""
    return (image.movedim(-1, -3).to(dtype) - 127) / 128


def position_code(grid, width):
    """Sines and cosines of y, then of x, at cell centres, 1 to 14 periods per frame -> [h*w, width]."""
    h, w = grid
    quarter = width // 4
    # float32 whatever the network's precision: the waves are constants of the model
    frequency = 2.0 ** (torch.arange(quarter, dtype=torch.float32) / (quarter - 1) * math.log2(TOP_FREQUENCY))
    y = (torch.arange(h, dtype=torch.float32) + .5) / h * 2 * math.pi
    x = (torch.arange(w, dtype=torch.float32) + .5) / w * 2 * math.pi
    y, x = y[:, None] * frequency, x[:, None] * frequency
    rows = torch.cat([y.sin(), y.cos()], 1)[:, None].expand(h, w, -1)
    columns = torch.cat([x.sin(), x.cos()], 1)[None].expand(h, w, -1)
    return torch.cat([rows, columns], -1).reshape(h * w, width)


def to_map(tokens, grid):
    """[B,N,C] -> [B,C,h,w]."""
    return tokens.transpose(1, 2).reshape(tokens.shape[0], -1, *grid)


def to_tokens(maps):
    """[B,C,h,w] -> [B,N,C]."""
    return maps.flatten(2).transpose(1, 2)


def upsample2(x):
    return F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False)


class Conv(nn.Module):
    """Convolution with bias; stride 2 pads as TensorFlow's "same" for even sizes: k3 (0, 1), k5 (1, 2)."""

    def __init__(self, channels_in, channels_out, kernel, stride, groups=1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels_out, channels_in // groups, kernel, kernel))
        self.bias = nn.Parameter(torch.empty(channels_out))
        self.kernel, self.stride, self.groups = kernel, stride, groups

    def forward(self, x):
        before = (self.kernel - self.stride) // 2 if self.stride == 2 else self.kernel // 2
        after = before + self.stride - 1
        x = F.pad(x, (before, after, before, after))
        return F.conv2d(x, self.weight, self.bias, self.stride, 0, 1, self.groups)


class Block(nn.Module):
    """Inverted bottleneck, batch norm folded into the convolutions."""

    def __init__(self, channels_in, channels_out, kernel, stride, expansion):
        super().__init__()
        middle = channels_in * expansion
        self.expand = Conv(channels_in, middle, 1, 1) if expansion > 1 else None
        self.dw = Conv(middle, middle, kernel, stride, middle)
        self.project = Conv(middle, channels_out, 1, 1)
        self.skip = stride == 1 and channels_in == channels_out

    def forward(self, x):
        y = x if self.expand is None else F.relu6(self.expand(x))
        y = self.project(F.relu6(self.dw(y)))
        return x + y if self.skip else y


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Conv(3, 32, 3, 2)
        self.blocks = nn.ModuleList()
        for repeats, kernel, stride, expansion, channels_in, channels_out in STAGES:
            for i in range(repeats):
                first = i == 0
                self.blocks.append(Block(channels_in if first else channels_out, channels_out, kernel,
                                         stride if first else 1, expansion))

    def forward(self, x):
        x, taps = F.relu6(self.stem(x)), []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in TAPS:
                taps.append(x)
        return taps


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))

    def forward(self, query, key, value, blocked=None):
        """query [B,Q,D], key and value [B,N,D], blocked [B,Q,N] bool -> [B,Q,D]."""
        def split(x):
            return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = split(self.q(query)), split(self.k(key)), split(self.v(value))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if blocked is not None:
            scores = scores + torch.zeros_like(scores).masked_fill(blocked[:, None], BLOCKED)
        return self.o((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, width, hidden, depthwise):
        super().__init__()
        self.a, self.b = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.dw = nn.Conv2d(hidden, hidden, 3, 1, 1, groups=hidden) if depthwise else None

    def forward(self, x, grid=None):
        y = self.a(x)
        if self.dw is not None:
            y = to_tokens(self.dw(to_map(y, grid)))
        return self.b(F.relu(y))


def selective_scan(x, dt, B_in, C_out, A, h):
    """Mamba's recurrence (arXiv 2312.00752, algorithm 2) over T for every token and channel.

    x, dt [B,T,N,C]; B_in, C_out [B,T,N,S]; A [C,S]; h [B,N,S,C] -> y [B,T,N,C], last h.
    """
    ys = []
    for t in range(x.shape[1]):
        decay = torch.exp(dt[:, t, :, None] * A.t())
        h = decay * h + (dt * x)[:, t, :, None] * B_in[:, t, :, :, None]
        ys.append((C_out[:, t, :, :, None] * h).sum(2))
    return torch.stack(ys, 1), h


class Mamba(nn.Module):
    """Mamba over time, one sequence per token."""

    def __init__(self, c):
        super().__init__()
        self.channels, self.d_state, self.d_conv, self.rank = c.D, c.d_state, c.d_conv, math.ceil(c.D / 16)
        self.dt_min = c.dt_min
        self.in_proj = nn.Linear(c.D, 2 * c.D, bias=False)
        self.conv_w = nn.Parameter(torch.empty(c.d_conv, c.D))
        self.conv_b = nn.Parameter(torch.empty(c.D))
        self.x_proj = nn.Linear(c.D, self.rank + 2 * c.d_state, bias=False)
        self.dt_proj = nn.Linear(self.rank, c.D)
        self.A_log = nn.Parameter(torch.empty(c.D, c.d_state))
        self.Dp = nn.Parameter(torch.empty(c.D))
        self.out_proj = nn.Linear(c.D, c.D, bias=False)

    def forward(self, x, state=None):
        """x [B,T,N,D] -> y [B,T,N,D], (tail, ssm)."""
        B, T, N, C = x.shape
        tail, ssm = state or (x.new_zeros(B, self.d_conv - 1, N, C), x.new_zeros(B, N, self.d_state, C))
        u, gate = self.in_proj(x).chunk(2, -1)
        window = torch.cat([tail, u], 1)
        u = F.silu(self.conv_b + sum(window[:, k:k + T] * self.conv_w[k] for k in range(self.d_conv)))
        dt, B_in, C_out = self.x_proj(u).split([self.rank, self.d_state, self.d_state], -1)
        y, ssm = selective_scan(u, F.softplus(self.dt_proj(dt)) + self.dt_min, B_in, C_out, -torch.exp(self.A_log), ssm)
        return self.out_proj((y + self.Dp * u) * F.silu(gate)), (window[:, T:], ssm)


class CompressorLayer(nn.Module):
    """Mamba over time, attention inside each frame with pooled keys and values, feed-forward; pre-norm."""

    def __init__(self, c):
        super().__init__()
        self.pool = c.sa_pool
        self.n1, self.n2, self.n3 = (nn.LayerNorm(c.D) for _ in range(3))
        self.mamba, self.attn, self.ffn = Mamba(c), Attention(c.D, c.heads), FeedForward(c.D, c.ffn, True)

    def pooled(self, tokens, grid):
        return to_tokens(F.avg_pool2d(to_map(tokens, grid), self.pool, ceil_mode=True)) if self.pool > 1 else tokens

    def forward(self, x, code, grid, state=None):
        y, state = self.mamba(self.n1(x), state)
        B, T = x.shape[:2]
        x = (x + y).flatten(0, 1)
        y = self.n2(x)
        x = x + self.attn(y + code, self.pooled(y + code, grid), self.pooled(y, grid))
        x = x + self.ffn(self.n3(x), grid)
        return x.unflatten(0, (B, T)), state


class DecoderLayer(nn.Module):
    """The current frame reads the compressed history and the anchors: [B,M*N,D] for M frames, one behind the other."""

    def __init__(self, c):
        super().__init__()
        self.n1, self.n2, self.nk = (nn.LayerNorm(c.D) for _ in range(3))
        self.attn, self.ffn = Attention(c.D, c.heads), FeedForward(c.D, c.ffn, True)

    def forward(self, x, history, code, grid, blocked=None):
        history = self.nk(history)
        codes = code.repeat(history.shape[1] // code.shape[0], 1)  # an anchor's token is where the history's is
        x = x + self.attn(self.n1(x) + code, history + codes, history, blocked)
        return x + self.ffn(self.n2(x), grid)


class PixelLayer(nn.Module):
    """Masked cross-attention, self-attention over the queries, feed-forward; post-norm (arXiv 2112.01527)."""

    def __init__(self, c):
        super().__init__()
        self.ca, self.sa, self.ffn = Attention(c.D, c.heads), Attention(c.D, c.heads), FeedForward(c.D, c.ffn, False)
        self.n1, self.n2, self.n3 = (nn.LayerNorm(c.D) for _ in range(3))

    def forward(self, q, q_code, memory, code, blocked):
        q = self.n1(q + self.ca(q + q_code, memory + code, memory, blocked))
        q = self.n2(q + self.sa(q + q_code, q + q_code, q))
        return self.n3(q + self.ffn(q))


class AusmNano(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.config = c
        self.backbone = Backbone()
        self.in16, self.in32 = nn.Linear(CHANNELS[2], c.D), nn.Conv2d(CHANNELS[3], c.D, 1)
        self.nx = nn.LayerNorm(c.D)
        self.x0 = nn.Parameter(torch.empty(c.D))
        self.ids = nn.Parameter(torch.empty(c.n_id, c.D))
        self.det = nn.Parameter(torch.empty(c.n_det, c.D))
        self.qtype = nn.Parameter(torch.empty(2, c.D))
        self.kind = nn.Parameter(torch.empty(PROMPT_KINDS, c.D))
        self.mark = nn.Linear(c.D, c.D, bias=False)
        self.comp = nn.ModuleList(CompressorLayer(c) for _ in range(c.n_comp))
        self.dec = nn.ModuleList(DecoderLayer(c) for _ in range(c.n_dec))
        self.gpos = nn.Linear(c.D, c.D, bias=False)
        self.ng, self.g16 = nn.LayerNorm(c.D), nn.Linear(c.D, c.cm)
        self.lat8, self.lat4 = nn.Conv2d(CHANNELS[1], c.cm, 1), nn.Conv2d(CHANNELS[0], c.cm, 1)
        self.c8, self.c4 = nn.Conv2d(c.cm, c.cm, 3, 1, 1), nn.Conv2d(c.cm, c.cm, 3, 1, 1, groups=c.cm)
        self.c4p, self.mf = nn.Conv2d(c.cm, c.cm, 1), nn.Conv2d(c.cm, c.cm, 1)
        self.qn, self.pn = nn.LayerNorm(c.D), nn.LayerNorm(c.D)
        self.pix = nn.ModuleList(PixelLayer(c) for _ in range(c.n_pix))
        self.emb = nn.Sequential(nn.Linear(c.D, c.D), nn.ReLU(), nn.Linear(c.D, c.D), nn.ReLU(), nn.Linear(c.D, c.cm))
        self.embs, self.fg, self.mb = nn.Linear(c.D, c.cm), nn.Linear(c.D, 1), nn.Linear(c.D, 1)

    def code(self, grid):
        return position_code(grid, self.config.D).to(self.x0.dtype)

    def features(self, image):
        """image [B,3,H,W] normalised, H and W multiples of 32."""
        s4, s8, s16, s32 = self.backbone(image)
        grid = tuple(s16.shape[-2:])
        coarse = F.interpolate(self.in32(s32), size=grid, mode='bilinear', align_corners=False)
        return Features(self.nx(self.in16(to_tokens(s16)) + to_tokens(coarse)), s4, s8, s16, s32, grid)

    def marker(self, slots, masks, kinds, grid):
        """slots [K], masks [T,K,h4,w4], kinds [T,K] -> marks [1,T,N,D] (section 2.2, divided by max(1, sum))."""
        M = F.interpolate(masks, size=grid, mode='area').flatten(2)
        prompt = self.kind[kinds] * (kinds > 0)[..., None]
        S = torch.einsum('tkn,tkd->tnd', M, self.ids[slots] + prompt)
        return self.mark(S / M.sum(1).clamp_min(1.)[..., None])[None]

    def compress(self, E, grid, state=None):
        """E [B,T,N,D] -> F [B,T,N,D], state."""
        code, after = self.code(grid), []
        for i, layer in enumerate(self.comp):
            E, layer_state = layer(E, code, grid, state[i] if state else None)
            after.append(layer_state)
        return E, after

    @torch.no_grad()
    def anchor(self, features, slots, masks, kinds):
        """What is kept of a frame that is known to be right: its marked features, compressed with an empty state.
        masks [K,h4,w4] and kinds [K] of all objects on that frame -> F_a [B,N,D]."""
        E = features.X[:, None] + self.marker(slots, masks[None], kinds[None], features.grid)
        return self.compress(E, features.grid)[0][:, 0]

    def read(self, X, history, grid, blocked=None):
        """X [B,N,D], history and anchors [B,M*N,D], blocked [B,N,M*N] bool -> G [B,N,D]."""
        code = self.code(grid)
        for layer in self.dec:
            X = layer(X, history, code, grid, blocked)
        return X + self.gpos(code)

    def mask_features(self, G, features):
        """-> [B,cm,H/4,W/4]."""
        p = upsample2(to_map(self.g16(self.ng(G)), features.grid)) + self.lat8(features.s8)
        p = upsample2(p + F.relu(self.c8(p))) + self.lat4(features.s4)
        return p + self.mf(F.relu(self.c4p(self.c4(p))))

    def heads(self, q):
        """-> mask embedding [B,Q,cm], presence logit [B,Q], mask bias [B,Q,1]."""
        q = self.pn(q)
        return self.emb(q) + self.embs(q), self.fg(q).squeeze(-1), self.mb(q)

    def queries(self, slots, batch):
        tracked, detect = self.ids[slots] + self.qtype[0], self.det + self.qtype[1]
        return torch.cat([tracked, detect]).expand(batch, -1, -1)

    def decode(self, queries, G, mask_features, grid):
        memory, code = self.ng(G), self.code(grid)
        coarse = F.avg_pool2d(mask_features, 4).flatten(2)
        q = q_code = self.qn(queries)
        coarse_logits, blocks, after = [], [], []
        for layer in self.pix:
            embedding, _, bias = self.heads(q)
            logits = embedding @ coarse + bias
            blocked = logits < 0
            blocked = blocked & ~blocked.all(-1, keepdim=True)     # a query that sees nothing looks everywhere
            q = layer(q, q_code, memory, code, blocked)
            coarse_logits.append(logits)
            blocks.append(blocked)
            after.append(q)
        embedding, presence, bias = self.heads(q)
        logits = torch.einsum('bqc,bchw->bqhw', embedding, mask_features) + bias[..., None]
        return Decoded(presence, logits, coarse_logits, blocks, after)

    def finish(self, features, E, state, slots, anchors=(), blocked=None):
        """The phases after the marker, for T = 1 or for all T frames of one clip at once (batch 1).
        anchors: each [1,N,D], read by every frame but where blocked [T,N,(1 + anchors)*N] says no."""
        history, state = self.compress(E, features.grid, state)
        frames = history.flatten(0, 1)
        read = torch.cat([frames, *(anchor.expand_as(frames) for anchor in anchors)], 1)
        G = self.read(features.X, read, features.grid, blocked)
        mask_features = self.mask_features(G, features)
        decoded = self.decode(self.queries(slots, G.shape[0]), G, mask_features, features.grid)
        return Frame(features, E, history, G, mask_features, decoded, state)

    @torch.no_grad()
    def step(self, image, previous, slots, masks, kinds, anchors=()):
        """One frame (algorithm 1). image [1,3,H,W]; previous Frame or None; masks [K,h4,w4] of the previous frame
        (on the first frame: the prompt); slots, kinds [K]; anchors: those that there are."""
        features = self.features(image)
        X = previous.features.X if previous else self.x0.expand(1, features.X.shape[1], -1)
        E = X[:, None]
        if len(slots):
            E = E + self.marker(slots, masks[None], kinds[None], features.grid)
        return self.finish(features, E, previous.state if previous else None, slots, anchors)

    @torch.no_grad()
    def refine(self, frame, slots, masks, kinds, anchors=()):
        """The extra reading pass of a prompted frame, after its step: the frame's own features carry the marks.
        The returned state must not be kept."""
        E = frame.features.X[:, None] + self.marker(slots, masks[None], kinds[None], frame.features.grid)
        return self.finish(frame.features, E, frame.state, slots, anchors)

    @torch.no_grad()
    def forward(self, images, slots, masks, kinds, anchor=None):
        """All frames of one clip at once, as in training (section 2.3). images [T,3,H,W]; masks [T,K,h4,w4] are the
        marks entered with each frame; kinds [T,K]. anchor: (frame, masks [K,h4,w4], kinds [K]), read by the frames
        behind that one. The phases of the result have batch T (E and F: [1,T,N,D])."""
        features = self.features(images)
        first = self.x0.expand(1, features.X.shape[1], -1)
        E = torch.cat([first, features.X[:-1]])[None] + self.marker(slots, masks, kinds, features.grid)
        if anchor is None:
            return self.finish(features, E, None, slots)
        frame, anchor_masks, anchor_kinds = anchor
        own = Features(features.X[frame:frame + 1], None, None, None, None, features.grid)
        T, N = features.X.shape[:2]
        blocked = torch.zeros(T, N, 2 * N, dtype=torch.bool)
        blocked[:frame + 1, :, N:] = True
        return self.finish(features, E, None, slots, [self.anchor(own, slots, anchor_masks, anchor_kinds)], blocked)


def load(path, dtype=torch.float32, **changes):
    """The network with the weights of a file, ready for inference. changes: of its configuration."""
    with safe_open(path, 'pt') as file:
        stored = json.loads(file.metadata()['config'])
        weights = {name: file.get_tensor(name).to(dtype) for name in file.keys()}
    config = Config(**{name: stored[name] for name in Config.__dataclass_fields__ if name in stored} | changes)
    expected = {'expand': 1, 'marker': 'max1', 'use_mamba': True, 'dec_self': False, 'dw': True, 'minit': True}
    wrong = {name: stored.get(name) for name, value in expected.items() if stored.get(name) != value}
    if wrong:
        raise ValueError(f'{path}: this oracle covers only {expected}; the file says {wrong}')
    model = AusmNano(config).to(dtype)
    model.load_state_dict(weights)
    return model.eval()
