// SPDX-License-Identifier: MIT
// Every tensor by its name; drawn in the order of the names, so that a seed always gives the same weights.
#include "train/initial_weights.h"

#include "nn/ausm_net.h"
#include "nn/position_code.h"
#include "nn/tensor_file.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <stdexcept>

namespace ausm::train {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

class Initialiser {
public:
    Initialiser(NetConfig config, std::uint64_t seed)
        : config_(std::move(config)), generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

    /// One tensor by itself; what belongs together follows in tie(). fan_in: inputs of one output.
    at::Tensor make(const std::string& name, at::IntArrayRef shape, std::int64_t fan_in) {
        const auto is = [&](const char* end) { return name.ends_with(end); };
        const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
        if (name == "x0" || name == "det")
            return normal(shape);
        if (name == "qtype")
            return normal(shape) * 0.1;
        if (name == "kind" || name == "gpos.weight" || is("conv_b"))
            return at::zeros(shape);
        if (name == "ids")  // rows as long as those of a normal draw, and at right angles
            return orthogonal(std::max(shape[0], shape[1])).narrow(0, 0, shape[0]).narrow(1, 0, shape[1]) *
                   std::sqrt(static_cast<double>(shape[1]));
        if (name == "mark.weight")
            return at::eye(shape[0]);
        if (name == "fg.weight" || name == "mb.weight")
            return at::zeros(shape);
        if (name == "fg.bias" || name == "mb.bias")
            return at::full(shape, -2.0);
        if (is("A_log"))
            return at::arange(1, shape[1] + 1, at::kFloat).log().expand(shape).contiguous();
        if (is(".Dp"))
            return at::ones(shape);
        if (is("conv_w")) {
            const auto weight = uniform(shape, 1 / std::sqrt(static_cast<double>(shape[0])));
            weight[-1] += 0.5;  // the newest frame counts most
            return weight;
        }
        if (is("dt_proj.bias")) {  // softplus of it is log-uniform from 1e-3 to 1e-1 (arXiv 2312.00752, section 3.6)
            const auto dt = at::exp(rand(shape) * std::log(100.0) + std::log(1e-3)).clamp_min(1e-4);
            return dt + at::log(-at::expm1(-dt));
        }
        if (is("dt_proj.weight"))
            return uniform(shape, 1 / std::sqrt(static_cast<double>(HistoryConfig::dt_rank(config_.dim))));
        if (has("dw.")) {  // passes its input on
            const auto weight = at::zeros(shape);
            if (shape.size() == 4)
                weight.select(3, 1).select(2, 1).fill_(1);
            return weight;
        }
        if (has(".attn.") || has(".ca.") || has(".sa."))
            return shape.size() == 1 ? at::zeros(shape)
                                     : uniform(shape, std::sqrt(6.0 / static_cast<double>(shape[0] + shape[1])));
        if (shape.size() == 1 && is_norm(name))
            return is(".weight") ? at::ones(shape) : at::zeros(shape);
        return uniform(shape, 1 / std::sqrt(static_cast<double>(fan_in)));
    }

    void tie(Tensors& all) {
        for (auto& [name, tensor] : all) {
            const auto block = name.substr(0, name.rfind('.') == std::string::npos ? 0 : name.rfind('.'));
            if (name.ends_with(".attn.q.weight"))
                tie_attention(all, name.substr(0, name.size() - 9), 1.8, name.starts_with("comp.") ? 0.7 * 0.3 : 0.7);
            if (name.ends_with(".ca.q.weight"))
                tie_attention(all, name.substr(0, name.size() - 9), 0.6, 0.7 * 0.5);
            if (name.ends_with(".sa.o.weight"))
                tensor.mul_(0.1);
            if (name.ends_with(".ffn.b.weight") && !name.starts_with("dec."))
                tensor.mul_(name.starts_with("comp.") ? 0.3 : 0.2);
            if (name.ends_with("mamba.out_proj.weight"))
                tensor.mul_(0.5);
        }
        const auto directions = orthogonal(config_.dim).narrow(0, 0, config_.head.mask_dim) * 0.35;
        all.at("g16.weight").copy_(directions);
        all.at("embs.weight").copy_(directions);
        all.at("emb.4.weight").mul_(0.2);
        for (const char* name : {"mf.weight", "c8.weight"})
            all.at(name).mul_(0.3);
        const std::int64_t detections = config_.head.detections;
        const auto rows = std::max<std::int64_t>(static_cast<std::int64_t>(std::sqrt(detections / 2.0)), 1);
        const auto code = position_code({rows, detections / rows}, config_.dim, at::kFloat)[0];
        all.at("det").narrow(0, 0, code.size(0)).copy_(code + 0.2 * normal(code.sizes()));
    }

    /// Projections of the backbone's features, from what the features are on `pyramid`.
    void calibrate(Tensors& all, const Pyramid& pyramid) {
        const std::int64_t coarse = config_.dim * 7 / 12, first = std::min<std::int64_t>(pyramid[2].size(1), coarse);
        whiten(all, "in16", pyramid[2], 0, first);
        whiten(all, "in32", pyramid[3], first, config_.dim - first);
        for (const auto& [name, level] : {std::pair{"lat8", pyramid[1]}, {"lat4", pyramid[0]}}) {
            const auto mean = level.mean({0, 2, 3}), deviation = level.std({0, 2, 3}) + 1e-3;
            auto& weight = all.at(std::string(name) + ".weight");
            const auto channels = static_cast<double>(weight.size(1));
            // Standard deviation 0.15: louder details would drown the objects' vectors.
            const auto w = normal({weight.size(0), weight.size(1)}) / std::sqrt(channels) * 0.15 / deviation;
            weight.copy_(w.view(weight.sizes()));
            all.at(std::string(name) + ".bias").copy_(-at::mv(w, mean));
        }
    }

private:
    at::Tensor normal(at::IntArrayRef shape) { return at::randn(shape, generator_, at::TensorOptions(at::kFloat)); }
    at::Tensor rand(at::IntArrayRef shape) { return at::rand(shape, generator_, at::TensorOptions(at::kFloat)); }
    at::Tensor uniform(at::IntArrayRef shape, double bound) { return (rand(shape) * 2 - 1) * bound; }
    at::Tensor orthogonal(std::int64_t size) {
        const auto [q, r] = at::linalg_qr(normal({size, size}));
        return q * r.diagonal().sign();  // else not evenly spread over all rotations
    }
    [[nodiscard]] static bool is_norm(const std::string& name) {
        for (const char* norm : {"n1", "n2", "n3", "nk", "nx", "ng", "qn", "pn"})
            for (const char* end : {".weight", ".bias"})
                if (name == std::string(norm) + end || name.ends_with("." + std::string(norm) + end))
                    return true;
        return false;
    }
    void tie_attention(Tensors& all, const std::string& name, double likeness, double output) {
        const auto looked_up = orthogonal(config_.dim) * likeness, carried = orthogonal(config_.dim);
        all.at(name + ".q.weight").copy_(looked_up);
        all.at(name + ".k.weight").copy_(looked_up);
        all.at(name + ".v.weight").copy_(carried);
        all.at(name + ".o.weight").copy_(carried.t() * output);
    }
    /// `count` directions of largest variance, each scaled to about 1, in the outputs from `begin` on; zeros elsewhere.
    static void whiten(Tensors& all, const std::string& name, const at::Tensor& level, std::int64_t begin,
                       std::int64_t count) {
        const auto samples = level.permute({0, 2, 3, 1}).flatten(0, 2).to(at::kDouble);
        const auto mean = samples.mean(0), centred = samples - mean;
        const auto [values, vectors] = at::linalg_eigh(at::mm(centred.t(), centred) / samples.size(0));
        const auto e = values.flip(0).narrow(0, 0, count), u = vectors.flip(1).narrow(1, 0, count);
        const auto rows = (u / (e + 0.02 * e.mean()).sqrt()).t();
        auto &weight = all.at(name + ".weight"), &bias = all.at(name + ".bias");
        weight.zero_();
        bias.zero_();
        weight.flatten(1).narrow(0, begin, count).copy_(rows);
        bias.narrow(0, begin, count).copy_(-at::mv(rows, mean));
    }

    NetConfig config_;
    at::Generator generator_;
};

/// Of the weight itself, or of the weight that a bias belongs to.
std::int64_t fan_in(const io::Safetensors& weights, const std::string& name) {
    const auto dot = name.rfind('.');
    const auto found = weights.tensors().find(dot == std::string::npos ? name : name.substr(0, dot) + ".weight");
    if (found == weights.tensors().end() || found->second.shape.empty())
        return 1;
    std::int64_t inputs = 1;
    for (std::size_t i = 1; i < found->second.shape.size(); ++i)
        inputs *= found->second.shape[i];
    return inputs;
}

}  // namespace

io::Safetensors initial_weights(const io::Safetensors& weights, const at::Tensor& images, std::uint64_t seed) {
    const c10::NoGradGuard no_grad;
    const auto config = config_of(weights);
    Initialiser initialiser(config, seed);
    Tensors all;
    for (const auto& [name, view] : weights.tensors())
        all[name] =
            name.starts_with("backbone.") ? to_tensor(view) : initialiser.make(name, view.shape, fan_in(weights, name));
    initialiser.tie(all);
    WeightMap map(weights, at::kFloat);
    const auto pixels = (images.to(at::kFloat) - AusmNet::kMean) * AusmNet::kScale;
    initialiser.calibrate(all,
                          (*make_backbone(map, config.backbone))(pixels.contiguous(at::MemoryFormat::ChannelsLast)));

    TensorFile file;
    for (const auto& [name, tensor] : all)
        file.add(name, tensor);
    return io::Safetensors::parse(file.bytes(weights.metadata()), "new weights");
}

}  // namespace ausm::train
