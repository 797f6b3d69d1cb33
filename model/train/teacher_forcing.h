// SPDX-License-Identifier: MIT
// Forward passes over whole clips whose marks are known beforehand (arXiv 2508.19242, Alg. 2), and their slow twin.
#pragma once

#include "nn/ausm_net.h"
#include "train/clip.h"

namespace ausm::train {

/// What the head would have answered before each of its layers.
struct LayerAnswers final : HeadObserver {
    std::vector<Prediction> answers;
    void before_layer(const std::function<Prediction()>& answer) override { answers.push_back(answer()); }
};

/// What the network says of all B * T frames, the frames of a clip one after the other. Queries: the K places of the
/// clips, then the detections.
struct Outputs {
    Prediction last;
    std::vector<Prediction> intermediate;  ///< LayerAnswers, masks at 1/8
};

/// [B * T, 3, H, W] normalised, in the network's precision.
[[nodiscard]] at::Tensor normalised_images(const AusmNet& net, const ClipBatch& batch);
/// The batch's marks as probabilities [B, T, K, h4, w4] in the network's precision.
[[nodiscard]] at::Tensor teacher_marks(const AusmNet& net, const ClipBatch& batch);

/// The batch's anchors for AusmNet::scan(); none for a network without a place for one.
[[nodiscard]] AusmNet::ClipAnchor clip_anchor(const AusmNet& net, const ClipBatch& batch);

/// What is remembered before a clip begins, without gradient; none: nothing, as at the start of a stream.
using LayerStates = std::vector<LayerState>;

/// What precedes the first frame: `state`, and X_0 or, where a clip reads its prompt on its own frame, that frame's
/// features. features: X of the first frames [B, N, D].
[[nodiscard]] History first_history(const AusmNet& net, const ClipBatch& batch, Grid grid, const at::Tensor& features,
                                    const LayerStates& state = {});

/// E, F, G and all predictions of all frames at once, with the clips' anchors. frames: of normalised_images(); marks:
/// [B, T, K, h4, w4].
[[nodiscard]] Outputs parallel_forward(const AusmNet& net, const Encoded& frames, const ClipBatch& batch,
                                       const at::Tensor& marks, const LayerStates& state = {});
/// The same for clips that go on from a history.
[[nodiscard]] Outputs parallel_forward(const AusmNet& net, const Encoded& frames, const ClipBatch& batch,
                                       const at::Tensor& marks, History history);
/// The same numbers with the network stepped from frame to frame, its state handed on with its gradient and the anchor
/// put there after its frame: what training has to do without the parallel form.
[[nodiscard]] Outputs iterative_forward(const AusmNet& net, const ClipBatch& batch, const at::Tensor& marks,
                                        const LayerStates& state = {});

/// State of a longer stream for a clip to begin with ("burn-in": a recurrent network learns from short clips what long
/// ones ask of it). The clip is seen `passes` times without gradient, by turns backwards and forwards, the last time
/// backwards, so that the clip goes on where the state ends. Prompted objects are marked there, those that the clip has
/// yet to find are not. passes: at least 1; frames, marks: as above; T at least 2, else nothing is remembered.
[[nodiscard]] LayerStates burn_in(const AusmNet& net, const Encoded& frames, const ClipBatch& batch,
                                  const at::Tensor& marks, std::int64_t passes);

/// Scheduled sampling without stepping: the teacher's marks, with those of the network itself in place of some. One pass
/// with the teacher's marks predicts every frame; an object that was tracked on a frame is then, with `probability` and
/// for the whole clip alike, marked on the next by that prediction, without gradient. Marks that the teacher has dropped
/// mostly stay dropped. `random`: [B, 1, K] and [B, T, K], uniform in 0 .. 1.
[[nodiscard]] at::Tensor own_marks(const AusmNet& net, const Encoded& frames, const ClipBatch& batch,
                                   const at::Tensor& marks, double probability,
                                   const std::pair<at::Tensor, at::Tensor>& random, const LayerStates& state = {});

}  // namespace ausm::train
