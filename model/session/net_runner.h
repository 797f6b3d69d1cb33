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

/// What one stream hands to the network with a frame, and what comes back. Tensors lie on the host, except where the
/// network's device is named.
struct NetPass {
    at::Tensor images;                 ///< [1, 3, H, W] normalised; host or device
    at::Tensor slots, kinds;           ///< [K] int64 of the marked objects; K = 0: undefined
    at::Tensor masks;                  ///< [K, h4, w4] float32 probabilities; host or device
    std::vector<std::uint8_t> values;  ///< [K] in the label map, where one is asked for
    MapRequest map;                    ///< to be drawn with the answer, as far as the runner can
    History history;                   ///< device; the memory before the frame, then the one after it

    Encoded frame;        ///< device; until the runner's next step()
    at::Tensor presence;  ///< [K + N_det] float32 logits, marked objects first
    at::Tensor logits;    ///< [K + N_det, h4, w4] float32, contiguous; device
    StepTimes times;      ///< encode, compress and decode of the whole batch
    std::string graphs;   ///< SessionInfo::graphs
    // Where the device has computed them already, undefined and empty elsewhere:
    at::Tensor probabilities;         ///< [K, h4, w4] of the marked objects; device
    std::vector<std::int64_t> cells;  ///< [K] of them above one half; kNotFinite: not all logits are finite
    std::vector<std::uint8_t> seen;   ///< [K] 1: seen by the rules of object_rules.h
    std::shared_ptr<DrawnMap> drawn;  ///< `map` with the objects that are seen

    [[nodiscard]] std::int64_t count() const { return slots.defined() ? slots.numel() : 0; }
};

/// Passes side by side, as the phases of the network want them; all on the network's device.
struct NetBatch {
    at::Tensor images;  ///< [B, 3, H, W]
    Marks marks;        ///< slots [B, K], masks [B, 1, K, h4, w4], kinds [B, 1, K]; K = 0: undefined
    at::Tensor valid;   ///< [B, K] bool: false where a pass has fewer marks; undefined: all are valid
    History history;    ///< [B, ...]
};

/// Throws what LibTorch throws; a pass is then as it was. Thread-bound to the engine thread.
class NetRunner {
public:
    explicit NetRunner(const AusmNet& net) : net_(net) {}
    virtual ~NetRunner() = default;
    NetRunner(const NetRunner&) = delete;
    NetRunner& operator=(const NetRunner&) = delete;

    [[nodiscard]] const AusmNet& net() const { return net_; }
    /// One frame of each stream (Alg. 1), as one batch. All images and all grids have one size.
    virtual void step(std::span<NetPass* const> passes);
    /// AusmNet::refine on the frame that `pass` has just made: presence, logits and what is computed of them are replaced,
    /// nothing else.
    virtual void refine(NetPass& pass);
    /// The label map of logits [K, h4, w4] that step() or refine() gave, as a work of the device that nobody waits for;
    /// null: it is drawn by the stream's caller.
    [[nodiscard]] virtual std::shared_ptr<DrawnMap> draw(const at::Tensor& logits, std::span<const std::uint8_t> values,
                                                         const MapRequest& request);
    /// Frees what is only kept to be ready for the next frames.
    virtual void free_spare_memory() {}

    /// Row `row` of a batch's results as the pass's own: presence and logits of its marks and of the detections.
    /// May share the batch's memory.
    static void take_prediction(NetPass& pass, const at::Tensor& presence, const at::Tensor& logits, std::int64_t row,
                                std::int64_t objects);

    /// Whether all of each mask's logits [..., h4, w4] are finite: whether their sum is.
    static at::Tensor are_finite(const at::Tensor& logits);
    /// Cells of each mask [..., h4, w4] that are above one half; kNotFinite where not all of its logits are finite.
    static at::Tensor count_cells(const at::Tensor& logits, const at::Tensor& probabilities);

protected:
    /// What refine() has the network say, on its device: [1, K + N_det, ...] in float32.
    [[nodiscard]] Prediction refine_again(const NetPass& pass);
    /// `objects`: K of the batch, at least that of every pass; `valid` is left undefined where nothing is padded.
    [[nodiscard]] NetBatch gather(std::span<const NetPass* const> passes, std::int64_t objects) const;

private:
    /// Of work that is launched each time anew; what is recorded owns its positions itself.
    [[nodiscard]] const Positions& positions(Grid grid);

    const AusmNet& net_;
    std::list<Positions> positions_;  // the sizes used last, the latest first
};

}  // namespace ausm
