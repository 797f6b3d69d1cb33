// SPDX-License-Identifier: MIT
// Walks through the layers as the network does, with numbers in place of tensors.
#include "nn/flops.h"

#include "nn/backbone/efficientnet_lite_stages.h"

#include <numeric>
#include <stdexcept>

namespace ausm {
namespace {

constexpr std::int64_t kMultiple = 32;     // of the input's sides
constexpr std::int64_t kMarkKinds = 5;     // learned vectors, one per kind of mark
constexpr std::int64_t kScanFlops = 6;     // per state: dt A, dt x B, decay h + dt x B (2), y + C h (2)
constexpr std::int64_t kChannelFlops = 3;  // of the scan, per channel: dt x, y + D x (2)

/// One part while its layers are added up.
struct Part {
    PartCost cost;

    Part(std::string name, Phase phase) { cost.part = std::move(name), cost.phase = phase; }
    void products(std::int64_t count) { cost.flops += 2.0 * static_cast<double>(count); }
    void vectors(std::int64_t numbers) { cost.parameters += numbers; }
    void norm(std::int64_t dim) { vectors(2 * dim); }
    void linear(std::int64_t rows, std::int64_t in, std::int64_t out, bool bias = true) {
        products(rows * in * out);
        vectors(in * out + (bias ? out : 0));
    }
    /// cells: of the output.
    void conv(std::int64_t cells, std::int64_t in, std::int64_t out, std::int64_t kernel = 1, std::int64_t groups = 1) {
        const auto weights = in / groups * out * kernel * kernel;
        products(cells * weights);
        vectors(weights + out);
    }
    /// Four projections, queries times keys, weights times values.
    void attention(std::int64_t queries, std::int64_t keys, std::int64_t dim) {
        for (const auto rows : {queries, queries, keys, keys})
            linear(rows, dim, dim);
        products(2 * queries * keys * dim);
    }
    void feed_forward(std::int64_t rows, std::int64_t dim, std::int64_t hidden, bool depthwise) {
        linear(rows, dim, hidden);
        if (depthwise)
            conv(rows, hidden, hidden, 3, hidden);
        linear(rows, hidden, dim);
    }
};

struct Size {
    std::int64_t rows, columns;
    [[nodiscard]] std::int64_t cells() const { return rows * columns; }
    [[nodiscard]] Size times(std::int64_t n) const { return {rows * n, columns * n}; }
    /// As pooling with ceil_mode and TensorFlow's "same" convolution round.
    [[nodiscard]] Size over(std::int64_t n) const { return {(rows + n - 1) / n, (columns + n - 1) / n}; }
};

Part backbone(const BackboneConfig& config, Size input) {
    if (config.kind != "efficientnet_lite0")
        throw std::runtime_error("unknown backbone '" + config.kind + "'");
    namespace net = efficientnet_lite0;
    Part part("backbone", Phase::kEncode);
    auto size = input.over(2);
    part.conv(size.cells(), 3, net::kStemChannels, 3);
    for (const auto& stage : net::kStages)
        for (int i = 0; i < stage.blocks; ++i) {
            const auto in = i == 0 ? stage.in : stage.out, wide = in * stage.ratio;
            if (stage.ratio != 1)
                part.conv(size.cells(), in, wide);
            size = size.over(i == 0 ? stage.stride : 1);
            part.conv(size.cells(), wide, wide, stage.kernel, wide);
            part.conv(size.cells(), wide, stage.out);
        }
    return part;
}

Part projection(const NetConfig& config, Size grid) {
    Part part("projection to X", Phase::kEncode);
    part.linear(grid.cells(), efficientnet_lite0::kChannels[2], config.dim);
    part.conv(grid.over(2).cells(), efficientnet_lite0::kChannels[3], config.dim);
    part.norm(config.dim);
    part.vectors(config.dim);  // X_0
    return part;
}

/// Without an object there is nothing to mark, and the network leaves it out.
Part marker(const NetConfig& config, Size grid, std::int64_t objects) {
    Part part("marker", Phase::kCompress);
    part.vectors((config.history.id_vectors + kMarkKinds) * config.dim);
    part.products(grid.cells() * objects * config.dim);
    part.linear(objects > 0 ? grid.cells() : 0, config.dim, config.dim, false);
    return part;
}

void mamba(Part& part, std::int64_t dim, const HistoryConfig& config, std::int64_t tokens) {
    const std::int64_t inner = config.expand * dim, states = config.state_dim, rank = HistoryConfig::dt_rank(dim);
    part.linear(tokens, dim, 2 * inner, false);
    part.products(tokens * inner * config.conv_width);
    part.vectors((config.conv_width + 1) * inner);
    part.linear(tokens, inner, rank + 2 * states, false);
    part.linear(tokens, rank, inner);
    part.cost.flops += static_cast<double>(tokens * inner * (states * kScanFlops + kChannelFlops));
    part.vectors((states + 1) * inner);  // A_log, D
    part.linear(tokens, inner, dim, false);
}

Part compressor(const NetConfig& config, Size grid) {
    Part part("history compressor", Phase::kCompress);
    for (int i = 0; i < config.history.compressor_layers; ++i) {
        part.vectors(3 * 2 * config.dim);  // three norms
        mamba(part, config.dim, config.history, grid.cells());
        part.attention(grid.cells(), grid.over(config.history.compressor_pool).cells(), config.dim);
        part.feed_forward(grid.cells(), config.dim, config.history.ffn, true);
    }
    return part;
}

Part history_decoder(const NetConfig& config, Size grid) {
    Part part("history decoder", Phase::kDecode);
    for (int i = 0; i < config.history.decoder_layers; ++i) {
        part.vectors(3 * 2 * config.dim);
        part.attention(grid.cells(), (1 + config.history.anchors) * grid.cells(), config.dim);
        part.feed_forward(grid.cells(), config.dim, config.history.ffn, true);
    }
    part.linear(0, config.dim, config.dim, false);  // of the position code: the same on every frame
    return part;
}

Part mask_features(const NetConfig& config, Size grid) {
    const std::int64_t channels = config.head.mask_dim, cells8 = grid.times(2).cells(), cells4 = grid.times(4).cells();
    Part part("mask features", Phase::kDecode);
    part.norm(config.dim);  // of G
    part.linear(grid.cells(), config.dim, channels);
    part.conv(cells8, efficientnet_lite0::kChannels[1], channels);
    part.conv(cells8, channels, channels, 3);
    part.conv(cells4, efficientnet_lite0::kChannels[0], channels);
    part.conv(cells4, channels, channels, 3, channels);
    part.conv(cells4, channels, channels);
    part.conv(cells4, channels, channels);
    return part;
}

/// The heads' weights are shared by all layers: their operations are counted for each, their parameters once.
Part mask_decoder(const NetConfig& config, Size grid, std::int64_t objects) {
    const auto& net = config.head;
    const std::int64_t dim = config.dim, queries = objects + net.detections;
    Part part("mask decoder", Phase::kDecode);
    part.vectors((net.detections + 2) * dim);  // detection queries, two types
    part.norm(dim);                            // of the queries
    for (int i = 0; i < net.layers; ++i) {
        part.vectors(3 * 2 * dim);
        part.attention(queries, grid.cells(), dim);
        part.attention(queries, queries, dim);
        part.feed_forward(queries, dim, net.ffn, false);
    }
    Part head("", Phase::kDecode);
    head.norm(dim);
    head.linear(queries, dim, dim);
    head.linear(queries, dim, dim);
    head.linear(queries, dim, net.mask_dim);
    head.linear(queries, dim, net.mask_dim);
    head.linear(queries, dim, 1);  // bias of the mask
    part.cost.flops += head.cost.flops * (net.layers + 1);
    part.vectors(head.cost.parameters);
    part.linear(queries, dim, 1);                                       // presence, at the end
    part.products(net.layers * queries * net.mask_dim * grid.cells());  // where to look
    part.products(queries * net.mask_dim * grid.times(4).cells());      // the masks
    return part;
}

std::vector<Part> head(const NetConfig& config, Size grid, std::int64_t objects) {
    if (config.head.kind != "nano")
        throw std::runtime_error("unknown head '" + config.head.kind + "'");
    return {mask_features(config, grid), mask_decoder(config, grid, objects)};
}

}  // namespace

double NetworkCost::flops() const {
    return std::accumulate(parts.begin(), parts.end(), 0.0, [](double sum, const auto& p) { return sum + p.flops; });
}

double NetworkCost::flops(Phase phase) const {
    return std::accumulate(parts.begin(), parts.end(), 0.0, [phase](double sum, const auto& part) {
        return sum + (part.phase == phase ? part.flops : 0);
    });
}

std::int64_t NetworkCost::parameters() const {
    return std::accumulate(parts.begin(), parts.end(), std::int64_t{0},
                           [](auto sum, const auto& part) { return sum + part.parameters; });
}

std::size_t NetworkCost::state_bytes(std::size_t element_bytes) const {
    return recurrent_bytes + static_cast<std::size_t>(feature_elements) * element_bytes +
           static_cast<std::size_t>(anchors);
}

NetworkCost network_cost(const NetConfig& config, std::int64_t height, std::int64_t width, std::int64_t objects) {
    if (height < kMultiple || width < kMultiple || height % kMultiple != 0 || width % kMultiple != 0)
        throw std::invalid_argument("the network's input is a multiple of " + std::to_string(kMultiple) +
                                    " in height and width, not " + std::to_string(height) + "x" +
                                    std::to_string(width));
    const auto& history = config.history;
    if (objects < 0 || objects > history.id_vectors)
        throw std::invalid_argument("objects must lie in 0 .. " + std::to_string(history.id_vectors));
    const auto grid = Size{height, width}.over(config.stride);
    NetworkCost cost;
    for (const auto& part : {backbone(config.backbone, {height, width}), projection(config, grid),
                             marker(config, grid, objects), compressor(config, grid), history_decoder(config, grid)})
        cost.parts.push_back(part.cost);
    for (const auto& part : head(config, grid, objects))
        cost.parts.push_back(part.cost);
    const std::int64_t remembered = history.state_dim + history.conv_width - 1;
    cost.recurrent_bytes =
        static_cast<std::size_t>(history.compressor_layers * grid.cells() * history.expand * config.dim * remembered) *
        sizeof(float);
    cost.feature_elements = (1 + history.anchors) * grid.cells() * config.dim;
    cost.anchors = history.anchors;
    return cost;
}

}  // namespace ausm
