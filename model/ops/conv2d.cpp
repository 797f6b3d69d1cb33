// SPDX-License-Identifier: MIT
// oneDNN's fused convolution through LibTorch's internal operator; plain LibTorch wherever that does not exist.
#include "ops/conv2d.h"

#include "ops/cpu_features.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/GradMode.h>

#include <array>

namespace ausm::ops {
namespace {

bool must_widen(const at::Tensor& weight) {
    return weight.is_cpu() && weight.scalar_type() == at::kBFloat16 && !weight.requires_grad() && !cpu_has_bfloat16();
}

constexpr std::size_t kMaxPackedSizes = 8;  // sessions of more sizes than this repack in turn: slow, but bounded

// What cuDNN is told by the network's own calls; what it is told by the rest of the process is not ours to change. It times
// its algorithms once a shape, but only those whose bits are the same every time: who else is in a batch, or whether a
// frame is replayed, must not show in a stream's masks, and its state carries every bit on for ever. Another run of the
// program may choose others, equally exact. float32 stays float32.
constexpr bool kBenchmark = true, kDeterministic = true, kUseCudnn = true, kAllowTf32 = false;

using Scalars = c10::List<std::optional<at::Scalar>>;
using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, at::IntArrayRef,
                             at::IntArrayRef, at::IntArrayRef, int64_t, std::string_view, Scalars,
                             std::optional<std::string_view>);
using PointwiseAdd = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                const std::optional<at::Tensor>&, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef,
                                int64_t, std::string_view, std::optional<at::Scalar>, std::optional<std::string_view>,
                                Scalars, std::optional<std::string_view>);

template <typename Signature>
std::optional<c10::TypedOperatorHandle<Signature>> find_operator(const char* name, const char* overload) {
    const auto schema = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!schema || !at::hasMKLDNN())
        return std::nullopt;
    return schema->typed<Signature>();
}

const auto& fused() {
    static const auto op = find_operator<Pointwise>("mkldnn::_convolution_pointwise", "");
    return op;
}

const auto& fused_add() {
    static const auto op = find_operator<PointwiseAdd>("mkldnn::_convolution_pointwise", "binary");
    return op;
}

at::Tensor activate(const at::Tensor& x, Activation activation) {
    switch (activation) {
    case Activation::kRelu: return x.relu();
    case Activation::kRelu6: return at::clamp(x, 0, 6);
    case Activation::kNone: break;
    }
    return x;
}

}  // namespace

Conv2dWeights::Conv2dWeights(ConvLayer layer, std::int64_t stride, std::int64_t groups)
    : weight_(std::move(layer.weight)), bias_(std::move(layer.bias)), trained_(weight_.requires_grad()),
      widened_(must_widen(weight_)), stride_(stride), padding_(weight_.dim() == 2 ? 0 : weight_.size(-1) / 2),
      groups_(groups), activation_(layer.activation) {
    TORCH_CHECK(weight_.dim() == 2 || (weight_.size(-1) % 2 == 1 && weight_.size(-1) == weight_.size(-2)),
                "odd square kernels only");
    TORCH_CHECK(stride == 1 || stride == 2, "stride 1 or 2 only");
    if (widened_)
        weight_ = weight_.to(at::kFloat), bias_ = bias_.to(at::kFloat);
    if (!trained_)
        weight_ = shaped(weight_);
}

at::Tensor Conv2dWeights::shaped(const at::Tensor& weight) const {
    auto kernel = weight.dim() == 2 ? weight.unflatten(1, {weight.size(1), 1, 1}) : weight;
    // A leading row and column of zeros turns the uneven padding of stride 2 into an even one: no padded copy is made.
    if (stride_ == 2)
        kernel = at::constant_pad_nd(kernel, {1, 0, 1, 0});
    if (!kernel.is_cpu())
        kernel = kernel.contiguous(at::MemoryFormat::ChannelsLast);  // as the pictures, else cuDNN converts every time
    return kernel;
}

Conv2dWeights::Conv2dWeights(const Conv2dWeights& exact, at::ScalarType dtype)
    : weight_(exact.weight_.to(dtype)), bias_(exact.bias_.to(dtype)), trained_(false), widened_(false),
      stride_(exact.stride_), padding_(exact.padding_), groups_(exact.groups_), activation_(exact.activation_) {}

/// Autocast does not know the fused operator.
bool Conv2dWeights::follow_autocast(const at::Tensor& x) const {
    return x.is_cpu() && !trained_ && weight_.scalar_type() == at::kFloat && !widened_ &&
           at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16 &&
           cpu_has_bfloat16();
}

const Conv2dWeights& Conv2dWeights::rounded() const {
    const std::lock_guard lock(packed_->mutex);
    if (!packed_->rounded)
        packed_->rounded.reset(new Conv2dWeights(*this, at::kBFloat16));
    return *packed_->rounded;
}

at::Tensor Conv2dWeights::packed(at::IntArrayRef input_sizes) const {
    const auto key = input_sizes.vec();
    const std::lock_guard lock(packed_->mutex);
    auto& known = packed_->by_input_size;
    const auto found = known.find(key);
    if (found != known.end())
        return found->second;
    if (known.size() >= kMaxPackedSizes)
        known.clear();
    return known[key] = at::mkldnn_reorder_conv2d_weight(weight_.to_mkldnn(), {padding_, padding_}, {stride_, stride_},
                                                         {1, 1}, groups_, input_sizes);
}

at::Tensor conv2d(const at::Tensor& x, const Conv2dWeights& w, const std::optional<at::Tensor>& add) {
    if (w.widened_ && x.scalar_type() == at::kBFloat16) {
        const auto wide = add ? std::optional(add->to(at::kFloat)) : std::nullopt;
        return conv2d(x.to(at::kFloat), w, wide).to(at::kBFloat16);
    }
    if (w.follow_autocast(x))
        return conv2d(x.to(at::kBFloat16), w.rounded(), add ? std::optional(add->to(at::kBFloat16)) : std::nullopt);
    const std::array<std::int64_t, 2> padding{w.padding_, w.padding_}, stride{w.stride_, w.stride_}, dilation{1, 1};
    const bool differentiate =
        c10::GradMode::is_enabled() && (x.requires_grad() || (add && add->requires_grad()) || w.trained_);
    const bool fast = x.device().is_cpu() && !differentiate && !w.trained_ &&
                      x.scalar_type() == w.weight_.scalar_type() &&
                      (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) && x.numel() != 0;
    if (fast && !add && fused()) {
        const bool relu6 = w.activation_ == Activation::kRelu6;
        const char* attr = relu6 ? "hardtanh" : w.activation_ == Activation::kRelu ? "relu" : "none";
        const Scalars scalars = relu6 ? Scalars({at::Scalar(0.0), at::Scalar(6.0)}) : Scalars();
        return fused()->call(x, w.packed(x.sizes()), w.bias_, padding, stride, dilation, w.groups_, attr, scalars,
                             std::nullopt);
    }
    if (fast && add && fused_add() && w.activation_ == Activation::kNone)
        return fused_add()->call(x, *add, w.packed(x.sizes()), w.bias_, padding, stride, dilation, w.groups_, "add",
                                 std::nullopt, std::nullopt, Scalars(), std::nullopt);
    const bool exact = x.is_cuda() && !differentiate && !w.trained_;
    const auto y = exact ? at::_convolution(x, w.kernel(), w.bias_, stride, padding, dilation, /*transposed=*/false,
                                            {0, 0}, w.groups_, kBenchmark, kDeterministic, kUseCudnn, kAllowTf32)
                         : at::conv2d(x, w.kernel(), w.bias_, stride, padding, dilation, w.groups_);
    return activate(add ? y + *add : y, w.activation_);
}

}  // namespace ausm::ops
