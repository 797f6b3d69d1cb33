// SPDX-License-Identifier: MIT
// AusmNet: the phases of AUSM (arXiv 2508.19242, Alg. 1 and 2). Weights, never state.
#pragma once

#include "nn/backbone/backbone.h"
#include "nn/config.h"
#include "nn/history.h"
#include "nn/history_compressor.h"
#include "nn/history_decoder.h"
#include "nn/marker.h"
#include "nn/mask_decoder.h"
#include "nn/pixel_decoder.h"

#include <map>
#include <memory>

namespace ausm {

/// What a frame looks like, before the history is read.
struct Encoded {
    at::Tensor features;  ///< X [B, N, D]
    at::Tensor s8, s4;    ///< fine backbone levels [B, ., 2h, 2w], [B, ., 4h, 4w]
    Grid grid;            ///< h, w: 1/16 of the input
};

/// Working precision float64, float32 or bfloat16. Thread-bound: packed convolution weights and position codes are
/// kept for the sizes seen last.
class AusmNet {
public:
    static constexpr std::int64_t kStride = 16;               ///< pixels per token
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

    /// The memory before the first frame: X_0 at every token, zero states.
    [[nodiscard]] History initial_history(std::int64_t batch, Grid grid) const;

    /// images: [B, 3, H, W] normalised, H and W multiples of 32.
    [[nodiscard]] Encoded encode(const at::Tensor& images) const;
    /// E = X_{t-1} + marker(marks), then one step of the compressor: returns F_t [B, N, D]; history's layers move on,
    /// its features are for the caller to replace by X_t once the frame has succeeded.
    at::Tensor compress(const Marks& marks, History& history) const;
    /// The same for T frames at once: features [B, T, N, D] are the X_{t-1} of each; returns F [B, T, N, D].
    at::Tensor compress(const at::Tensor& features, const Marks& marks, History& history) const;
    /// frame: X_t; compressed: F_t [B, N, D]; slots: [B, K] of the tracked objects (undefined: none).
    [[nodiscard]] Prediction decode(const Encoded& frame, const at::Tensor& compressed, const at::Tensor& slots,
                                    const at::Tensor& valid = {}, AttentionTrace* trace = nullptr,
                                    Intermediate* intermediate = nullptr) const;

    /// One frame (Alg. 1): encode, compress, decode; `history` becomes the memory after this frame.
    Prediction step(const at::Tensor& images, const Marks& marks, History& history) const;
    /// Extra reading pass on the frame whose step has just been made: E = X_t + marker(marks), read with the state after
    /// the step; nothing of it is stored (ausm.md section 3: prompts on the current frame).
    [[nodiscard]] Prediction refine(const Encoded& frame, const Marks& marks, const History& history) const;
    /// All frames of a clip at once (Alg. 2). images: [B, T, 3, H, W]; marks.masks: [B, T, K, h4, w4] with the masks of
    /// the frame before each frame; valid: [B, T, K] bool or undefined. Returns B * T frames.
    Prediction scan(const at::Tensor& images, const Marks& marks, const at::Tensor& valid, History& history) const;
    /// The same for frames that have been encoded: [B * T, ...], the frames of a clip one after the other.
    Prediction scan(const Encoded& frames, const Marks& marks, const at::Tensor& valid, History& history,
                    Intermediate* intermediate = nullptr) const;

private:
    /// What every frame of one grid shares.
    struct Place {
        at::Tensor code, read;  // [1, N, D]: position code; what the history decoder adds to G (not kept in training)
    };
    [[nodiscard]] Place place(Grid grid) const;
    [[nodiscard]] at::Tensor vectors(const at::Tensor& slots, std::int64_t batch) const;

    NetConfig config_;
    at::ScalarType dtype_;
    at::Device device_;
    std::size_t parameters_ = 0;
    std::map<std::string, at::Tensor> weights_;
    std::unique_ptr<Backbone> backbone_;
    std::optional<Linear> project16_;
    std::optional<Conv2d> project32_;
    std::optional<LayerNorm> feature_norm_, read_norm_;
    at::Tensor x0_;  // [D]
    std::optional<Marker> marker_;
    std::optional<HistoryCompressor> compressor_;
    std::optional<HistoryDecoder> history_decoder_;
    std::optional<FpnPixelDecoder> pixel_decoder_;
    std::optional<MaskDecoder> mask_decoder_;
    mutable std::map<std::pair<std::int64_t, std::int64_t>, Place> places_;
};

}  // namespace ausm
