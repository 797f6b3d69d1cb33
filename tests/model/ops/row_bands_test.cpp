// SPDX-License-Identifier: MIT
// Bands join to what one band gives, whatever the number of rows and workers.
#include "ops/row_bands.h"
#include "ops/mask_logits.h"
#include "ops/workers.h"
#include "reference.h"

#include <c10/core/InferenceMode.h>

#include <atomic>

namespace ausm::ops {
namespace {

/// On one worker, then on two to four.
void with_workers(const std::function<void(int)>& check) {
    const c10::InferenceMode inference;
    at::manual_seed(6);
    for (const int count : {1, 2, 3, 4}) {
        Workers workers(count);
        const LeadWorkers lead(workers);
        check(count);
    }
}

TEST(RowBands, QueriesComeBackInTheirOrder) {
    with_workers([](int workers) {
        for (const std::int64_t queries : {1, 31, 32, 33, 47, 48, 64, 97}) {
            const auto x = at::randn({2, queries, 3});
            std::atomic<int> bands{0};
            const auto twice = each_query_band(queries, [&](const RowBand& band) {
                ++bands;
                return band.of(x) * 2;
            });
            EXPECT_TRUE(at::equal(twice, x * 2)) << queries << " queries, " << workers << " workers";
            EXPECT_EQ(bands, std::clamp<std::int64_t>(queries / 16, 1, workers)) << queries << " queries";
            const auto both = each_query_band(queries, [&](const RowBand& band) -> std::vector<at::Tensor> {
                return {band.of(x).sum(-1), band.of(x) > 0};
            });
            ASSERT_EQ(both.size(), 2U);
            EXPECT_TRUE(at::equal(both[0], x.sum(-1)));
            EXPECT_TRUE(at::equal(both[1], x > 0));
        }
    });
}

TEST(RowBands, AnErrorOfOneBandIsTheCallers) {
    with_workers([](int) {
        EXPECT_THROW((void)each_query_band(64,
                                           [](const RowBand& band) -> at::Tensor {
                                               TORCH_CHECK(band.end < 64, "the last band fails");
                                               return at::zeros({1, band.end - band.begin});
                                           }),
                     c10::Error);
    });
}

TEST(RowBands, APictureSeesOneRowBeyondItsBorders) {
    with_workers([](int workers) {
        for (const std::int64_t rows : {1, 2, 3, 5, 16}) {
            const auto picture = at::randn({2, 4, rows, 6}).contiguous(at::MemoryFormat::ChannelsLast);
            const auto weight = at::randn({4, 4, 3, 3});
            const auto smooth = [&](const at::Tensor& x) { return at::conv2d(x, weight, {}, 1, 1); };
            const auto whole =
                each_picture_band(picture, [&](const RowBand& band) { return band.inner(smooth(band.wide(picture))); });
            EXPECT_CLOSE(whole, smooth(picture), 1e-5) << rows << " rows, " << workers << " workers";
        }
    });
}

TEST(RowBands, MasksAreProductsPlusTheirBias) {
    with_workers([](int workers) {
        for (const std::int64_t queries : {1, 33, 64}) {
            const auto embedding = at::randn({2, queries, 8}), bias = at::randn({2, queries, 1}),
                       features = at::randn({2, 8, 50});
            EXPECT_CLOSE(mask_logits(embedding, bias, features), at::matmul(embedding, features) + bias, 1e-5)
                << queries << " queries, " << workers << " workers";
        }
    });
}

}  // namespace
}  // namespace ausm::ops
