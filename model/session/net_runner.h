// SPDX-License-Identifier: MIT
// The network over the frames of several streams at once.
#pragma once

#include "ausm.h"
#include "nn/ausm_net.h"
#include "session/drawn_map.h"

#include <list>
#include <memory>
#include <span>
#include <string>

namespace ausm {

/// What one stream hands to the network with a frame. Tensors lie on the host, except where its device is named.
struct NetInput {
    at::Tensor images;                 ///< [1, 3, H, W] normalised; host or device
    at::Tensor slots, kinds;           ///< [K] int64 of the marked objects; K = 0: undefined
    at::Tensor masks;                  ///< [K, h4, w4] float32 probabilities; host or device
    std::vector<std::uint8_t> values;  ///< [K] in the label map, where one is asked for
    MapRequest map;                    ///< to be drawn with the answer, as far as the runner can
    History history;                   ///< device; before the frame

    [[nodiscard]] std::int64_t count() const { return slots.defined() ? slots.numel() : 0; }
};

/// What the network says of the marked objects, and of its detections behind them.
struct NetPrediction {
    at::Tensor presence;  ///< [K + N_det] float32 logits
    at::Tensor logits;    ///< [K + N_det, h4, w4] float32, contiguous; device
    // Where the device has computed them already, undefined and empty elsewhere:
    at::Tensor probabilities;         ///< [K, h4, w4] of the marked objects; device
    std::vector<std::int64_t> cells;  ///< [K] of them above one half; kNotFinite: not all logits are finite
};

/// What comes back with a frame.
struct NetAnswer : NetPrediction {
    History history;                  ///< device; after the frame
    Encoded frame;                    ///< device; until the runner's next step()
    StepTimes times;                  ///< encode, compress and decode of the whole batch
    std::string graphs;               ///< SessionInfo::graphs
    std::shared_ptr<DrawnMap> drawn;  ///< NetInput::map with the objects that are seen; null: it is not drawn yet
    std::vector<std::uint8_t> seen;   ///< [K] with `drawn`: 1: seen by the rules of object_rules.h
};

/// Inputs side by side, as the phases of the network want them; all on the network's device.
struct NetBatch {
    at::Tensor images;  ///< [B, 3, H, W]
    Marks marks;        ///< slots [B, K], masks [B, 1, K, h4, w4], kinds [B, 1, K]; K = 0: undefined
    at::Tensor valid;   ///< [B, K] bool: false where a stream has fewer marks; undefined: all are valid
    History history;    ///< [B, ...]
};

/// Throws what LibTorch throws. Thread-bound to the engine thread.
class NetRunner {
public:
    explicit NetRunner(const AusmNet& net) : net_(net) {}
    virtual ~NetRunner() = default;
    NetRunner(const NetRunner&) = delete;
    NetRunner& operator=(const NetRunner&) = delete;

    [[nodiscard]] const AusmNet& net() const { return net_; }
    /// One frame of each stream (Alg. 1), as one batch: an answer for each input. All images and all grids have one size.
    [[nodiscard]] virtual std::vector<NetAnswer> step(std::span<const NetInput> inputs);
    /// AusmNet::refine on a frame of the last step(), with the marks of `input` and its history; it has no images.
    [[nodiscard]] virtual NetPrediction refine(const NetInput& input, const Encoded& frame);
    /// AusmNet::anchor of a frame of the last step(), with the marks of `input`; it has neither images nor history. [1, N, D];
    /// device.
    [[nodiscard]] virtual at::Tensor anchor(const NetInput& input, const Encoded& frame);
    /// The label map of logits [K, h4, w4] that step() or refine() gave, as a work of the device that nobody waits for;
    /// null: it is drawn by the stream's caller.
    [[nodiscard]] virtual std::shared_ptr<DrawnMap> draw(const at::Tensor& logits, std::span<const std::uint8_t> values,
                                                         const MapRequest& request);
    /// Frees what is only kept to be ready for the next frames.
    virtual void free_spare_memory() {}

    /// Whether all of each mask's logits [..., h4, w4] are finite: whether their sum is.
    static at::Tensor are_finite(const at::Tensor& logits);
    /// Cells of each mask [..., h4, w4] that are above one half; kNotFinite where not all of its logits are finite.
    static at::Tensor count_cells(const at::Tensor& logits, const at::Tensor& probabilities);

protected:
    /// What refine() has the network say, on its device: [1, K + N_det, ...] in float32.
    [[nodiscard]] Prediction refine_again(const NetInput& input, const Encoded& frame);

private:
    /// `objects`: K of the batch, at least that of every input; `valid` is left undefined where nothing is padded.
    void gather_marks(NetBatch& batch, std::span<const NetInput> inputs, std::int64_t objects) const;
    [[nodiscard]] Anchors remembered(const Anchors& anchors, const Positions& where) const;
    /// Of work that is launched each time anew; what is recorded owns its positions itself.
    [[nodiscard]] const Positions& positions(Grid grid);

    const AusmNet& net_;
    std::list<Positions> positions_;  // the sizes used last, the latest first
};

}  // namespace ausm
