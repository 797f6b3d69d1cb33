// SPDX-License-Identifier: MIT
// AusmNet: the phases of AUSM (arXiv 2508.19242, Alg. 1 and 2). Weights, never state.
#pragma once

#include "nn/config.h"
#include "nn/head.h"
#include "nn/history.h"
#include "nn/history_compressor.h"
#include "nn/history_decoder.h"
#include "nn/marker.h"
#include "nn/neck.h"

#include <map>
#include <memory>

namespace ausm {

///     images -> backbone -> levels -> neck -> X
///     X of the last frame + marker -> history compressor -> F
///     X, F and the anchors -> history decoder -> G;  G, levels, tracked objects -> head -> masks
///
/// Backbone, neck and head are chosen by the configuration; the rest is the same in every network.
/// Working precision float64, float32 or bfloat16. Thread-bound: on a CPU, convolutions keep packed weights for the
/// sizes seen last.
class AusmNet {
public:
    /// In training, an anchor inside each clip.
    struct ClipAnchor {
        at::Tensor frames;  ///< [B] int64: the frame that it is made of, 0 .. T - 1; T or more: none
        Marks marks;        ///< on that frame: masks [B, 1, K, h4, w4], kinds [B, 1, K]
    };

    static constexpr std::int64_t kMultiple = 32;             ///< input sizes are multiples of this
    static constexpr double kMean = 127, kScale = 1.0 / 128;  ///< (x - mean) * scale, x in 0 .. 255

    /// Throws std::runtime_error that names every tensor that is missing, misshaped or unknown. With `trainable`, the
    /// tensors for which it is true are leaves that ask for a gradient, and may be changed in place.
    AusmNet(const io::Safetensors& file, at::ScalarType dtype, at::Device device = at::kCPU,
            const Trainable& trainable = {});

    [[nodiscard]] const NetConfig& config() const { return config_; }
    [[nodiscard]] at::ScalarType dtype() const { return dtype_; }
    [[nodiscard]] at::Device device() const { return device_; }
    [[nodiscard]] std::size_t parameters() const { return parameters_; }
    /// All weights by their names in the file, of a network made with `trainable`; else empty.
    [[nodiscard]] const std::map<std::string, at::Tensor>& weights() const { return weights_; }

    /// The tokens of an input of this size, and the cells of its masks.
    [[nodiscard]] Grid grid(std::int64_t height, std::int64_t width) const;
    [[nodiscard]] Grid mask_grid(Grid grid) const { return grid.times(config_.stride / kMaskStride); }
    /// What the phases need of a grid. In training it is made anew for every step, because it depends on weights.
    [[nodiscard]] Positions positions(Grid grid) const;
    /// The state before the first frame: X_0 at every token, zero states, no anchor.
    [[nodiscard]] History initial_history(std::int64_t batch, Grid grid) const;

    /// images: [B, 3, H, W] normalised, H and W multiples of 32.
    [[nodiscard]] Encoded encode(const at::Tensor& images) const;
    /// E = X_{t-1} + marker(marks), then one step of the compressor: returns F_t [B, N, D]; history's layers move on,
    /// its features are for the caller to replace by X_t once the frame has succeeded.
    at::Tensor compress(const Marks& marks, const Positions& positions, History& history) const;
    /// The same for T frames at once: features [B, T, N, D] are the X_{t-1} of each; returns F [B, T, N, D].
    at::Tensor compress(const at::Tensor& features, const Marks& marks, const Positions& positions,
                        History& history) const;
    /// F_a [B, N, D] of an anchor: X_a + marker(marks), compressed with an empty state. features: X_a [B, N, D]; marks:
    /// of all objects with their masks on that frame, kind kMask. For Anchors::with().
    [[nodiscard]] at::Tensor anchor(const at::Tensor& features, const Marks& marks, const Positions& positions) const;
    /// The same anchors with their memories, so that no decode() makes them again: an anchor is read many times.
    [[nodiscard]] Anchors remember(Anchors anchors, const Positions& positions) const;
    /// frame: X_t; compressed: F_t [B, N, D]; anchors: A places, or none; slots: [B, K] of the tracked objects
    /// (undefined: none); valid, observer: as for Head.
    [[nodiscard]] Prediction decode(const Encoded& frame, const at::Tensor& compressed, const Anchors& anchors,
                                    const Positions& positions, const at::Tensor& slots, const at::Tensor& valid = {},
                                    HeadObserver* observer = nullptr) const;

    /// One frame (Alg. 1): encode, compress, decode; `history` becomes the state after this frame.
    Prediction step(const at::Tensor& images, const Marks& marks, History& history) const;
    /// Refinement pass on the frame whose step has just been made: E = X_t + marker(marks), read with the state after
    /// the step; nothing of it is stored (ausm.md section 3: prompts on the current frame).
    [[nodiscard]] Prediction refine(const Encoded& frame, const Positions& positions, const Marks& marks,
                                    const History& history) const;
    /// All frames of a clip at once (Alg. 2). images: [B, T, 3, H, W]; marks.masks: [B, T, K, h4, w4] with the masks of
    /// the frame before each frame; valid: [B, T, K] bool or undefined. Returns B * T frames.
    Prediction scan(const at::Tensor& images, const Marks& marks, const at::Tensor& valid, History& history) const;
    /// The same for frames that have been encoded: [B * T, ...], the frames of a clip one after the other. With
    /// `anchor`, frames behind it read it in place 0, as if it had been put there after its frame's step.
    Prediction scan(const Encoded& frames, const Marks& marks, const at::Tensor& valid, History& history,
                    HeadObserver* observer = nullptr, const ClipAnchor& anchor = {}) const;

private:
    [[nodiscard]] at::Tensor vectors(const at::Tensor& slots, std::int64_t batch) const;

    NetConfig config_;
    at::ScalarType dtype_;
    at::Device device_;
    std::size_t parameters_ = 0;
    std::map<std::string, at::Tensor> weights_;
    std::unique_ptr<Backbone> backbone_;
    std::unique_ptr<Neck> neck_;
    at::Tensor x0_;  // [D]
    std::unique_ptr<Marker> marker_;
    std::unique_ptr<HistoryCompressor> compressor_;
    std::unique_ptr<HistoryDecoder> history_decoder_;
    std::unique_ptr<Head> head_;
};

}  // namespace ausm
