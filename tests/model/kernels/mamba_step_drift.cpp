// SPDX-License-Identifier: MIT
// How far Mamba's memory and output move away from the exact ones over 10,000 frames when they are kept in float32 or
// in bfloat16, with a trained model's weights: what decides whether bfloat16 memory may be a default.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "kernels/mamba_step.h"

namespace ausm {
namespace {

constexpr std::int64_t kPixels = 8;

/// Tensors of one compressor layer: "comp.0".
class Layer {
public:
    Layer(const io::Safetensors& file, std::string name) : file_(file), name_(std::move(name)) {}

    [[nodiscard]] std::vector<float> read(const std::string& tensor) const {
        const auto found = file_.tensors().find(name_ + "." + tensor);
        if (found == file_.tensors().end() || found->second.dtype != "F32")
            throw std::runtime_error(file_.name() + ": no float32 tensor '" + name_ + "." + tensor + "'");
        std::vector<float> values(found->second.data.size() / sizeof(float));
        std::memcpy(values.data(), found->second.data.data(), found->second.data.size());
        return values;
    }

    /// [rows, columns] -> [columns, rows]
    [[nodiscard]] std::vector<float> read_transposed(const std::string& tensor, std::size_t columns) const {
        const auto values = read(tensor);
        const std::size_t rows = values.size() / columns;
        std::vector<float> result(values.size());
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                result[c * rows + r] = values[r * columns + c];
        return result;
    }

private:
    const io::Safetensors& file_;
    std::string name_;
};

/// What the layer's Mamba sees: tokens that move, pass the layer's norm and its in-projection.
class Video {
public:
    enum class Kind { kMoving, kStill, kCuts };

    Video(const Layer& layer, Kind kind)
        : kind_(kind), norm_weight_(layer.read("n1.weight")), norm_bias_(layer.read("n1.bias")),
          in_weight_(layer.read_transposed("mamba.in_proj.weight", norm_weight_.size())),
          scene_(kPixels * norm_weight_.size()), change_(scene_.size()),
          projected_(kPixels * in_weight_.size() / norm_weight_.size()) {
        cut();
    }

    /// [kPixels, 2 C] of the next frame. Moving: each token wanders, half of it forgotten after seven frames. Still:
    /// noise of a tenth. Cuts: still, another scene every 250 frames.
    const std::vector<float>& next() {
        if (kind_ == Kind::kCuts && frame_ > 0 && frame_ % 250 == 0)
            cut();
        ++frame_;
        const float keep = kind_ == Kind::kMoving ? 0.9f : 0.0f, scale = kind_ == Kind::kMoving ? 1.0f : 0.1f;
        for (float& v : change_)
            v = keep * v + std::sqrt(1.0f - keep * keep) * scale * normal_(generator_);
        for (std::int64_t pixel = 0; pixel < kPixels; ++pixel)
            project(static_cast<std::size_t>(pixel));
        return projected_;
    }

private:
    void cut() {
        for (float& v : scene_)
            v = normal_(generator_);
    }

    void project(std::size_t pixel) {
        const std::size_t dim = norm_weight_.size(), outputs = projected_.size() / kPixels;
        const float *scene = scene_.data() + pixel * dim, *change = change_.data() + pixel * dim;
        float sum = 0.0f, squares = 0.0f;
        for (std::size_t i = 0; i < dim; ++i) {
            const float v = scene[i] + change[i];
            sum += v;
            squares += v * v;
        }
        const float mean = sum / static_cast<float>(dim);
        const float deviation = std::sqrt(squares / static_cast<float>(dim) - mean * mean);
        float* out = projected_.data() + pixel * outputs;
        std::fill_n(out, outputs, 0.0f);
        for (std::size_t i = 0; i < dim; ++i) {
            const float v = (scene[i] + change[i] - mean) / deviation * norm_weight_[i] + norm_bias_[i];
            for (std::size_t o = 0; o < outputs; ++o)
                out[o] += v * in_weight_[i * outputs + o];
        }
    }

    Kind kind_;
    std::vector<float> norm_weight_, norm_bias_, in_weight_, scene_, change_, projected_;
    std::int64_t frame_ = 0;
    std::mt19937 generator_{1};
    std::normal_distribution<float> normal_;
};

/// Mamba in one precision, with its memory.
template <class Scalar, class State>
class Runner {
public:
    using Value = Compute<Scalar>;

    explicit Runner(const Layer& layer)
        : conv_weight_(converted(layer.read("mamba.conv_w"))), conv_bias_(converted(layer.read("mamba.conv_b"))),
          x_weight_(converted(layer.read("mamba.x_proj.weight"))),
          dt_bias_(converted(layer.read("mamba.dt_proj.bias"))), d_(converted(layer.read("mamba.Dp"))) {
        const std::size_t channels = d_.size(), states = layer.read("mamba.A_log").size() / channels;
        const std::size_t rank = x_weight_.size() / channels - 2 * states;
        dt_weight_ = converted(layer.read_transposed("mamba.dt_proj.weight", rank));
        a_ = converted(layer.read_transposed("mamba.A_log", states));
        for (Value& v : a_)
            v = -std::exp(v);
        const auto c = static_cast<std::int64_t>(channels);
        taps_ = static_cast<std::int64_t>(conv_weight_.size()) / c;
        projected_.resize(2 * kPixels * channels);
        y_.resize(kPixels * channels);
        tail_.resize(static_cast<std::size_t>((taps_ - 1) * kPixels * c));
        state_.resize(kPixels * states * channels);
        const RowStrides in = contiguous_rows(1, kPixels, 2 * c), out = contiguous_rows(1, kPixels, c);
        params_ = {1,
                   kPixels,
                   c,
                   taps_,
                   static_cast<std::int64_t>(states),
                   static_cast<std::int64_t>(rank),
                   projected_.data(),
                   projected_.data() + c,
                   y_.data(),
                   in,
                   in,
                   out,
                   conv_weight_.data(),
                   conv_bias_.data(),
                   x_weight_.data(),
                   dt_weight_.data(),
                   dt_bias_.data(),
                   a_.data(),
                   d_.data(),
                   tail_.data(),
                   tail_.data(),
                   state_.data(),
                   state_.data()};
    }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    void step(const std::vector<float>& projected) {
        for (std::size_t i = 0; i < projected.size(); ++i)
            store(projected_[i], static_cast<Value>(projected[i]));
        mamba_step_cpu(params_, 0, kPixels);
    }
    [[nodiscard]] const std::vector<Scalar>& y() const { return y_; }
    [[nodiscard]] const std::vector<State>& state() const { return state_; }

private:
    static std::vector<Value> converted(const std::vector<float>& values) { return {values.begin(), values.end()}; }

    std::vector<Value> conv_weight_, conv_bias_, x_weight_, dt_weight_, dt_bias_, a_, d_;
    std::vector<Scalar> projected_, y_;
    std::vector<State> tail_, state_;
    std::int64_t taps_ = 0;
    MambaStepParams<Scalar, State> params_;
};

/// Squared distance from the exact values, beside their own square.
struct Distance {
    double error = 0, exact = 0;

    template <class Value>
    void add(const std::vector<Value>& values, const std::vector<double>& truth) {
        for (std::size_t i = 0; i < truth.size(); ++i) {
            const double difference = static_cast<double>(widen(values[i])) - truth[i];
            error += difference * difference;
            exact += truth[i] * truth[i];
        }
    }
    [[nodiscard]] double relative() const { return std::sqrt(error / exact); }
};

template <class Scalar, class State>
struct Compared {
    const char* name;
    Runner<Scalar, State> runner;
    Distance y, state;

    Compared(const char* name_, const Layer& layer) : name(name_), runner(layer) {}
    void step(const std::vector<float>& projected, const Runner<double, double>& exact) {
        runner.step(projected);
        y.add(runner.y(), exact.y());
        state.add(runner.state(), exact.state());
    }
    void print_and_forget(std::int64_t from, std::int64_t to) {
        std::printf("    frames %5lld to %5lld  %-34s y %.2e  memory %.2e\n", static_cast<long long>(from),
                    static_cast<long long>(to), name, y.relative(), state.relative());
        y = state = {};
    }
};

void measure(const Layer& layer, Video::Kind kind) {
    Video video(layer, kind);
    Runner<double, double> exact(layer);
    Compared<float, float> single("float32", layer);
    Compared<float, BFloat16> half_memory("float32, memory bfloat16", layer);
    Compared<BFloat16, float> half("bfloat16, memory float32", layer);
    Compared<BFloat16, BFloat16> all_half("bfloat16, memory bfloat16", layer);
    std::int64_t frame = 0;
    for (const std::int64_t end : {10, 100, 1000, 5000, 10000}) {
        const std::int64_t begin = frame;
        for (; frame < end; ++frame) {
            const auto& projected = video.next();
            exact.step(projected);
            single.step(projected, exact);
            half_memory.step(projected, exact);
            half.step(projected, exact);
            all_half.step(projected, exact);
        }
        single.print_and_forget(begin, end);
        half_memory.print_and_forget(begin, end);
        half.print_and_forget(begin, end);
        all_half.print_and_forget(begin, end);
        std::fflush(stdout);
    }
}

void run(const std::string& path) {
    const auto file = io::Safetensors::read(path);
    std::printf("distance from double, relative to its root mean square\n");
    for (const char* name : {"comp.0", "comp.1"}) {
        const Layer layer(file, name);
        const std::array<const char*, 3> videos{"moving", "still", "still with cuts"};
        for (std::size_t i = 0; i < videos.size(); ++i) {
            std::printf("%s, %s\n", name, videos[i]);
            measure(layer, static_cast<Video::Kind>(i));
        }
    }
}

}  // namespace
}  // namespace ausm

int main(int count, char** words) {
    if (count != 2) {
        std::fputs("usage: mamba_step_drift WEIGHTS.safetensors\n", stderr);
        return 2;
    }
    try {
        ausm::run(words[1]);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "mamba_step_drift: %s\n", failure.what());
        return 1;
    }
    return 0;
}
