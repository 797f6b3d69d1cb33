// SPDX-License-Identifier: MIT
// The phases, and the two ways through them: step (one frame) and scan (a clip).
#include "nn/ausm_net.h"

#include "nn/position_code.h"

#include <ATen/ATen.h>

namespace ausm {

AusmNet::AusmNet(const io::Safetensors& file, at::ScalarType dtype, at::Device device, const Trainable& trainable)
    : config_(config_of(file)), dtype_(dtype), device_(device) {
    WeightMap weights(file, dtype, device, trainable);
    const std::int64_t dim = config_.dim;
    backbone_ = make_backbone(weights, config_.backbone);
    neck_ = make_neck(weights, config_, backbone_->channels());
    x0_ = weights.take("x0", {dim});
    marker_ = std::make_unique<Marker>(weights, dim, config_.history.id_vectors);
    compressor_ = std::make_unique<HistoryCompressor>(weights, dim, config_.history);
    history_decoder_ = std::make_unique<HistoryDecoder>(weights, dim, config_.history);
    head_ = make_head(weights, config_, backbone_->channels());
    weights.finish();
    parameters_ = weights.parameters();
    weights_ = weights.tensors();
}

Grid AusmNet::grid(std::int64_t height, std::int64_t width) const {
    return {height / config_.stride, width / config_.stride};
}

Positions AusmNet::positions(Grid grid) const {
    const at::Tensor code = position_code(grid, config_.dim, dtype_, device_);  // [1, N, D]
    return {grid, code, history_decoder_->added(code)};
}

at::Tensor AusmNet::vectors(const at::Tensor& slots, std::int64_t batch) const {
    return slots.defined() ? marker_->vectors(slots)
                           : at::empty({batch, 0, config_.dim}, at::TensorOptions(device_).dtype(dtype_));
}

History AusmNet::initial_history(std::int64_t batch, Grid grid) const {
    return {grid, x0_.expand({batch, grid.tokens(), -1}), compressor_->initial_states(batch, grid.tokens()),
            no_anchors(batch, config_.history.anchors, grid.tokens(), config_.dim,
                       at::TensorOptions(device_).dtype(dtype_))};
}

Encoded AusmNet::encode(const at::Tensor& images) const {
    TORCH_CHECK(images.dim() == 4 && images.size(1) == 3 && images.size(2) % kMultiple == 0 &&
                    images.size(3) % kMultiple == 0 && images.numel() > 0,
                "encode: images must be [B, 3, H, W] with H and W multiples of ", kMultiple, ", not ", images.sizes());
    const Pyramid levels = (*backbone_)(images.to(dtype_).contiguous(at::MemoryFormat::ChannelsLast));
    return {(*neck_)(levels), levels, grid(images.size(2), images.size(3))};
}

at::Tensor AusmNet::compress(const Marks& marks, const Positions& positions, History& history) const {
    return compress(history.features.unsqueeze(1), marks, positions, history).squeeze(1);
}

at::Tensor AusmNet::compress(const at::Tensor& features, const Marks& marks, const Positions& positions,
                             History& history) const {
    TORCH_CHECK(positions.grid == history.grid, "compress: the positions are those of another grid");
    const at::Tensor marked = marks.count() > 0 ? features + (*marker_)(marks, positions.grid) : features;
    return compressor_->scan(marked, positions, history.layers);  // [B, T, N, D]
}

at::Tensor AusmNet::anchor(const at::Tensor& features, const Marks& marks, const Positions& positions) const {
    History blank = initial_history(features.size(0), positions.grid);
    blank.features = features;
    return compress(marks, positions, blank);
}

Anchors AusmNet::remember(Anchors anchors, const Positions& positions) const {
    if (anchors.places() > 0)
        anchors.memories = history_decoder_->memories(anchors.tokens, positions);
    return anchors;
}

Prediction AusmNet::decode(const Encoded& frame, const at::Tensor& compressed, const Anchors& anchors,
                           const Positions& positions, const at::Tensor& slots, const at::Tensor& valid,
                           HeadObserver* observer) const {
    TORCH_CHECK(positions.grid == frame.grid, "decode: the positions are those of another grid");
    const at::Tensor read = (*history_decoder_)(frame.features, compressed, positions, anchors);  // G [B, N, D]
    return (*head_)(read, frame, positions, vectors(slots, frame.features.size(0)), valid, observer);
}

Prediction AusmNet::step(const at::Tensor& images, const Marks& marks, History& history) const {
    const Encoded frame = encode(images);
    const Positions where = positions(frame.grid);
    History next = history;
    const at::Tensor compressed = compress(marks, where, next);
    Prediction prediction = decode(frame, compressed, next.anchors, where, marks.slots);
    next.features = frame.features;
    history = std::move(next);
    return prediction;
}

Prediction AusmNet::refine(const Encoded& frame, const Positions& positions, const Marks& marks,
                           const History& history) const {
    History again = history;  // the states that compress() moves on are thrown away
    again.features = frame.features;
    const at::Tensor compressed = compress(marks, positions, again);
    return decode(frame, compressed, again.anchors, positions, marks.slots);
}

Prediction AusmNet::scan(const at::Tensor& images, const Marks& marks, const at::Tensor& valid,
                         History& history) const {
    return scan(encode(images.flatten(0, 1)), marks, valid, history);
}

Prediction AusmNet::scan(const Encoded& frames, const Marks& marks, const at::Tensor& valid, History& history,
                         HeadObserver* observer, const ClipAnchor& anchor) const {
    const std::int64_t batch = history.features.size(0), time = frames.features.size(0) / batch;
    const at::Tensor features = frames.features.unflatten(0, {batch, time});  // X_1 .. X_T: [B, T, N, D]
    const at::Tensor before = at::cat({history.features.unsqueeze(1), features.narrow(1, 0, time - 1)}, 1);
    at::Tensor slots;
    if (marks.count() > 0)
        slots = marks.slots.unsqueeze(1).expand({batch, time, marks.count()}).flatten(0, 1);  // [B * T, K]
    const Positions where = positions(frames.grid);
    History next{frames.grid, features.select(1, time - 1), history.layers, history.anchors};
    const at::Tensor compressed = compress(before, marks, where, next);
    Anchors anchors = history.anchors.each_frame(time);
    if (anchor.frames.defined()) {
        const auto numbers = at::arange(time, anchor.frames.options());
        const auto rows = at::arange(batch, anchor.frames.options());
        const at::Tensor own =
            this->anchor(features.index({rows, anchor.frames.clamp_max(time - 1)}), anchor.marks, where);  // [B, N, D]
        anchors = anchors.with(0, own.repeat_interleave(time, 0), (numbers > anchor.frames.unsqueeze(1)).flatten());
        next.anchors = next.anchors.with(0, own, anchor.frames < time);
    }
    Prediction prediction = decode(frames, compressed.flatten(0, 1), anchors, where, slots,
                                   valid.defined() ? valid.flatten(0, 1) : valid, observer);
    history = std::move(next);
    return prediction;
}

}  // namespace ausm
