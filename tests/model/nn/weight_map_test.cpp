// SPDX-License-Identifier: MIT
// Missing, misshaped, unknown and not finite tensors are all named in one error.
#include "nn/ausm_net.h"
#include "weights_with.h"

namespace ausm {
namespace {

AusmNet load(const std::function<void(test::Tensors&)>& change) {
    return {test::weights_with([&](auto& tensors, auto&) { change(tensors); }), at::kFloat};
}

TEST(WeightMap, EveryProblemIsNamed) {
    const auto message = test::message_of([] {
        (void)load([](auto& tensors) {
            tensors.erase("x0");
            tensors["ids"].shape = {192, 64};
            tensors["extra.weight"] = tensors.at("ng.weight");
        });
    });
    for (const auto* part :
         {"missing: x0", "misshaped: ids is [192, 64], the model needs [64, 192]", "unknown: extra.weight"})
        EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(WeightMap, NotFiniteAndWrongTypeAreNamed) {
    const std::vector<float> values(192, std::numeric_limits<float>::quiet_NaN());
    EXPECT_SAYS((void)load([&](auto& tensors) { tensors["x0"].data = std::as_bytes(std::span(values)); }),
                "not finite: x0");
    const std::vector<std::int32_t> integers(192, 1);
    EXPECT_SAYS((void)load([&](auto& tensors) {
                    tensors["x0"].dtype = "I32";
                    tensors["x0"].data = std::as_bytes(std::span(integers));
                }),
                "wrong dtype: x0");
}

TEST(WeightMap, DefaultWeightsHaveTheDocumentedSize) {
    const AusmNet net(test::weights(), at::kFloat);
    EXPECT_NEAR(static_cast<double>(net.parameters()), 6.06e6, 0.02e6);
}

}  // namespace
}  // namespace ausm
