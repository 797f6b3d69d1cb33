// SPDX-License-Identifier: MIT
// The phases, and the two ways through them: step (one frame) and scan (a clip).
#include "nn/ausm_net.h"

#include "nn/position_code.h"

#include <ATen/ATen.h>

#include <stdexcept>

namespace ausm {
namespace {

constexpr std::size_t kMaxPlaces = 8;

}  // namespace

AusmNet::AusmNet(const io::Safetensors& file, at::ScalarType dtype, at::Device device, const Trainable& trainable)
    : config_(config_of(file)), dtype_(dtype), device_(device) {
    WeightMap weights(file, dtype, device, trainable);
    if (config_.pixel_decoder != "fpn")
        throw std::runtime_error("unknown pixel decoder '" + config_.pixel_decoder + "'");
    backbone_ = make_backbone(weights, config_);
    const auto channels = backbone_->channels();
    project16_.emplace(weights, "in16", channels[2], config_.dim);
    project32_.emplace(weights, "in32", Conv2d::Shape{channels[3], config_.dim}, ops::Activation::kNone);
    feature_norm_.emplace(weights, "nx", config_.dim);
    read_norm_.emplace(weights, "ng", config_.dim);
    x0_ = weights.take("x0", {config_.dim});
    marker_.emplace(weights, config_);
    compressor_.emplace(weights, config_);
    history_decoder_.emplace(weights, config_);
    pixel_decoder_.emplace(weights, config_, channels[1], channels[0]);
    mask_decoder_.emplace(weights, config_);
    weights.finish();
    parameters_ = weights.parameters();
    weights_ = weights.tensors();
}

AusmNet::Place AusmNet::place(Grid grid) const {
    const std::pair key{grid.rows, grid.columns};
    if (const auto found = places_.find(key); found != places_.end())
        return found->second;
    if (places_.size() >= kMaxPlaces)
        places_.clear();
    const auto code = position_code(grid, config_.dim, dtype_, device_);
    return places_[key] = {code, weights_.empty() ? history_decoder_->place(code) : at::Tensor()};
}

at::Tensor AusmNet::vectors(const at::Tensor& slots, std::int64_t batch) const {
    return slots.defined() ? marker_->vectors(slots)
                           : at::empty({batch, 0, config_.dim}, at::TensorOptions(device_).dtype(dtype_));
}

History AusmNet::initial_history(std::int64_t batch, Grid grid) const {
    return {grid, x0_.expand({batch, grid.tokens(), -1}), compressor_->initial_states(batch, grid.tokens())};
}

Encoded AusmNet::encode(const at::Tensor& images) const {
    TORCH_CHECK(images.dim() == 4 && images.size(1) == 3 && images.size(2) % kMultiple == 0 &&
                    images.size(3) % kMultiple == 0 && images.numel() > 0,
                "encode: images must be [B, 3, H, W] with H and W multiples of ", kMultiple, ", not ", images.sizes());
    const auto pyramid = (*backbone_)(images.to(dtype_).contiguous(at::MemoryFormat::ChannelsLast));
    const Grid grid{pyramid[2].size(2), pyramid[2].size(3)};
    const auto coarse =
        at::upsample_bilinear2d((*project32_)(pyramid[3]), {grid.rows, grid.columns}, /*align_corners=*/false);
    return {(*feature_norm_)((*project16_)(to_tokens(pyramid[2])) + to_tokens(coarse)), pyramid[1], pyramid[0], grid};
}

at::Tensor AusmNet::compress(const Marks& marks, History& history) const {
    return compress(history.features.unsqueeze(1), marks, history).squeeze(1);
}

at::Tensor AusmNet::compress(const at::Tensor& features, const Marks& marks, History& history) const {
    const auto marked = marks.count() > 0 ? features + (*marker_)(marks, history.grid) : features;
    return compressor_->scan(marked, place(history.grid).code, history.grid, history.layers);
}

Prediction AusmNet::decode(const Encoded& frame, const at::Tensor& compressed, const at::Tensor& slots,
                           const at::Tensor& valid, AttentionTrace* trace, Intermediate* intermediate) const {
    const auto [code, known] = place(frame.grid);
    const auto add = known.defined() ? known : history_decoder_->place(code);
    const auto read = (*read_norm_)((*history_decoder_)(frame.features, compressed, code, add, frame.grid));
    const auto features = (*pixel_decoder_)(read, frame.s8, frame.s4, frame.grid);
    return (*mask_decoder_)(vectors(slots, frame.features.size(0)), read, code, features, frame.grid, valid, trace,
                            intermediate);
}

Prediction AusmNet::step(const at::Tensor& images, const Marks& marks, History& history) const {
    const auto frame = encode(images);
    auto next = history;
    const auto compressed = compress(marks, next);
    auto prediction = decode(frame, compressed, marks.slots);
    next.features = frame.features;
    history = std::move(next);
    return prediction;
}

Prediction AusmNet::refine(const Encoded& frame, const Marks& marks, const History& history) const {
    auto reading = history;  // the states that compress() moves on are thrown away
    reading.features = frame.features;
    const auto compressed = compress(marks, reading);
    return decode(frame, compressed, marks.slots);
}

Prediction AusmNet::scan(const at::Tensor& images, const Marks& marks, const at::Tensor& valid,
                         History& history) const {
    return scan(encode(images.flatten(0, 1)), marks, valid, history);
}

Prediction AusmNet::scan(const Encoded& frames, const Marks& marks, const at::Tensor& valid, History& history,
                         Intermediate* intermediate) const {
    const auto batch = history.features.size(0), time = frames.features.size(0) / batch;
    const auto features = frames.features.unflatten(0, {batch, time});  // X_1 .. X_T
    const auto before = at::cat({history.features.unsqueeze(1), features.narrow(1, 0, time - 1)}, 1);
    at::Tensor slots;
    if (marks.count() > 0)
        slots = marks.slots.unsqueeze(1).expand({batch, time, marks.count()}).flatten(0, 1);
    History next{frames.grid, features.select(1, time - 1), history.layers};
    const auto compressed = compress(before, marks, next);
    auto prediction = decode(frames, compressed.flatten(0, 1), slots, valid.defined() ? valid.flatten(0, 1) : valid,
                             nullptr, intermediate);
    history = std::move(next);
    return prediction;
}

}  // namespace ausm
