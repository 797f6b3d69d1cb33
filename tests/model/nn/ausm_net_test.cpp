// SPDX-License-Identifier: MIT
// The number of workers does not change what the network says.
#include "nn/ausm_net.h"
#include "ops/workers.h"
#include "reference.h"

#include <c10/core/InferenceMode.h>

namespace ausm {
namespace {

/// Three frames of 192 x 320 (an odd number of rows for three workers) with two objects.
struct Run {
    at::Tensor presence, masks;
    History history;
};

Run run(const AusmNet& net) {
    const Marks marks{at::tensor({2, 9}, at::kLong).unsqueeze(0), at::rand({1, 1, 2, 48, 80}),
                      at::tensor({1, 0}, at::kLong).view({1, 1, 2})};
    auto history = net.initial_history(1, {12, 20});
    Prediction prediction;
    for (int t = 0; t < 3; ++t)
        prediction = net.step(at::rand({1, 3, 192, 320}) * 2 - 1, marks, history);
    return {prediction.presence, prediction.masks, history};
}

TEST(AusmNet, WorkersDoNotChangeTheResult) {
    const c10::InferenceMode inference;
    const AusmNet net(test::weights(), at::kFloat);
    at::manual_seed(11);
    const auto alone = run(net);
    for (const int count : {2, 3, 4}) {
        ops::Workers workers(count);
        const ops::LeadWorkers lead(workers);
        at::manual_seed(11);
        const auto shared = run(net);
        EXPECT_CLOSE(shared.presence, alone.presence, 1e-3) << count << " workers";
        EXPECT_CLOSE(shared.masks, alone.masks, 1e-3) << count << " workers";
        EXPECT_CLOSE(shared.history.features, alone.history.features, 1e-4) << count << " workers";
        for (std::size_t i = 0; i < alone.history.layers.size(); ++i)
            EXPECT_CLOSE(shared.history.layers[i].scan, alone.history.layers[i].scan, 1e-4) << count << " workers";
    }
}

}  // namespace
}  // namespace ausm
