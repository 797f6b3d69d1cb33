// SPDX-License-Identifier: MIT
// Networks, drawn frames and distances for the sections of gpu_network.
#include "network.h"

#include "map_course.h"
#include "ops/cpu_features.h"
#include "session/cuda_backend.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

namespace ausm::gpu {
namespace {

/// Disc `object` of a stream: centre and radius in shares of the picture.
std::array<double, 3> disc_at(std::int64_t object, int time, int stream) {
    const double phase = 0.7 * static_cast<double>(object) + 1.3 * stream, angle = phase + 0.05 * time;
    return {0.5 + 0.38 * std::sin(1.7 * angle + phase), 0.5 + 0.34 * std::cos(angle),
            0.06 + 0.02 * static_cast<double>(object % 5)};
}

/// 1 inside the disc, 0 outside, smooth over two cells: [rows, columns].
at::Tensor disc(const std::array<double, 3>& place, std::int64_t rows, std::int64_t columns) {
    const auto side = static_cast<double>(std::min(rows, columns));
    const auto x = at::arange(columns, at::kFloat) - place[0] * static_cast<double>(columns);
    const auto y = (at::arange(rows, at::kFloat) - place[1] * static_cast<double>(rows)).unsqueeze(1);
    return ((place[2] * side - at::sqrt(x * x + y * y)) / 2 + 0.5).clamp(0, 1);
}

constexpr std::int64_t kDrawnObjects = 8;  // more would hide each other

}  // namespace

std::unique_ptr<AusmNet> make_net(const Target& target, at::ScalarType dtype, at::Device device) {
    return std::make_unique<AusmNet>(io::Safetensors::read(target.weights), dtype, device);
}

std::unique_ptr<AusmNet> make_rounded_net(const Target& target) {
    std::ifstream file(target.weights, std::ios::binary);
    std::vector<char> text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::uint64_t header = 0;
    std::memcpy(&header, text.data(), sizeof header);
    for (auto at = sizeof header + header; at + sizeof(float) <= text.size(); at += sizeof(float)) {
        float value = 0;
        std::memcpy(&value, text.data() + at, sizeof value);
        value = widen(test::rounded_to<BFloat16>(value));
        std::memcpy(text.data() + at, &value, sizeof value);
    }
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return std::make_unique<AusmNet>(io::Safetensors::parse({first, first + text.size()}, "rounded weights"),
                                     at::kDouble);
}

std::unique_ptr<NetRunner> make_runner(const AusmNet& net) {
    if (net.device().is_cuda())
        return make_cuda_runner(net);
    return std::make_unique<test::PlanRunner>(net);
}

std::unique_ptr<NetRunner> make_runner(const AusmNet& net, const PlanBound& bound) {
    return net.device().is_cuda() ? make_cuda_runner(net, bound) : make_runner(net);
}

std::vector<at::ScalarType> precisions_of(const Target& target) {
    if (target.on_gpu() ? cuda_has_bfloat16(target.device.index()) : ops::cpu_has_bfloat16())
        return {at::kFloat, at::kBFloat16};
    return {at::kFloat};
}

std::string name_of(at::ScalarType dtype) { return dtype == at::kBFloat16 ? "bfloat16" : "float32"; }

std::string Shape::text() const {
    std::string text = std::to_string(width) + "x" + std::to_string(height) + ", streams of";
    for (const auto count : objects)
        text += " " + std::to_string(count);
    return text + " objects";
}

at::Tensor drawn_image(std::int64_t height, std::int64_t width, int time, int stream) {
    const auto x = at::arange(width, at::kFloat), y = at::arange(height, at::kFloat).unsqueeze(1);
    auto image = ((x * 0.21 + stream).sin() * (y * 0.17).cos() * 0.2 - 0.3).unsqueeze(0).repeat({3, 1, 1});
    for (std::int64_t object = 0; object < kDrawnObjects; ++object) {
        const auto inside = disc(disc_at(object, time, stream), height, width);
        const auto colour = at::tensor({0.9 * std::sin(2.0 * static_cast<double>(object)), 0.1 * stream,
                                        0.9 * std::cos(3.0 * static_cast<double>(object))},
                                       at::kFloat)
                                .view({3, 1, 1});
        image = image * (1 - inside) + colour * inside;
    }
    return image.unsqueeze(0);
}

NetStream first_frame(const AusmNet& net, std::int64_t height, std::int64_t width, std::int64_t count, int stream) {
    NetStream one;
    auto& input = one.input;
    const auto grid = net.grid(height, width), cells = net.mask_grid(grid);
    input.images = drawn_image(height, width, 0, stream);
    input.history = net.initial_history(1, grid);
    if (count == 0)
        return one;
    std::vector<at::Tensor> masks;
    for (std::int64_t object = 0; object < count; ++object)
        masks.push_back(disc(disc_at(object, 0, stream), cells.rows, cells.columns));
    input.slots = (at::arange(count, at::kLong) * 5 + stream).remainder(net.config().history.id_vectors);
    input.kinds = at::full({count}, static_cast<std::int64_t>(MarkKind::kMask), at::kLong);
    input.masks = at::stack(masks);
    return one;
}

void next_frame(NetStream& one, int time, int stream) {
    auto& input = one.input;
    input.images = drawn_image(input.images.size(2), input.images.size(3), time, stream);
    if (input.count() == 0)
        return;
    input.kinds = at::full({input.count()}, static_cast<std::int64_t>(MarkKind::kModel), at::kLong);
    input.masks = one.answer.logits.slice(0, 0, input.count()).sigmoid();
}

History history_for(const AusmNet& net, const History& history) {
    auto own = net.initial_history(1, history.grid);
    own.features = history.features.to(own.features.options(), false, true);
    for (std::size_t i = 0; i < own.layers.size(); ++i) {
        auto& layer = own.layers[i];
        layer.conv_tail = history.layers[i].conv_tail.to(layer.conv_tail.options(), false, true);
        layer.scan = history.layers[i].scan.to(layer.scan.options(), false, true);
    }
    return own;
}

bool equal_bits(const NetAnswer& a, const NetAnswer& b) {
    bool equal = at::equal(a.logits, b.logits) && at::equal(a.presence, b.presence) &&
                 at::equal(a.history.features, b.history.features);
    for (std::size_t i = 0; i < a.history.layers.size(); ++i)
        equal = equal && at::equal(a.history.layers[i].scan, b.history.layers[i].scan) &&
                at::equal(a.history.layers[i].conv_tail, b.history.layers[i].conv_tail);
    return equal;
}

Rubbish::Rubbish(const AusmNet& net) {
    // Blocks from a few tokens' features to large activations; each size many times, so that none is left.
    constexpr std::int64_t kLargest = std::int64_t{1} << 20, kTimes = 32;
    const auto options = at::TensorOptions(net.device()).dtype(net.dtype());
    for (std::int64_t numbers = net.config().dim; numbers <= kLargest; numbers *= 2)
        for (std::int64_t time = 0; time < kTimes; ++time)
            blocks_.push_back(at::full({numbers}, NAN, options));
}

void Deviation::add(const at::Tensor& got, const at::Tensor& exact) {
    if (got.sizes() != exact.sizes()) {
        rows_.push_back(INFINITY);
        return;
    }
    if (exact.numel() == 0)
        return;
    const auto g = got.to(at::kCPU, at::kDouble).flatten(1), e = exact.to(at::kCPU, at::kDouble).flatten(1);
    const auto off = ((g - e).square().mean(1) / e.square().mean(1).clamp_min(1e-12)).sqrt();
    const auto rows = off.nan_to_num(INFINITY, INFINITY, INFINITY).contiguous();
    const auto* first = rows.const_data_ptr<double>();
    rows_.insert(rows_.end(), first, first + rows.numel());
}

double Deviation::typical() const { return median(rows_); }

double Deviation::overall() const {
    double sum = 0;
    for (const double row : rows_)
        sum += row * row;
    return rows_.empty() ? 0 : std::sqrt(sum / static_cast<double>(rows_.size()));
}

double median(std::vector<double> values) {
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace ausm::gpu
