// SPDX-License-Identifier: MIT
// A set of three labelled pictures, data/set, to make clips of.
#pragma once

#include "../data/miniature.h"

#include <algorithm>

namespace ausm::tools::test {

class TrainingSet : public data::test::Miniature {
protected:
    void SetUp() override {
        for (int i = 0; i < 3; ++i) {
            const auto name = std::to_string(i);
            data::test::Bytes values(160 * 120, 0);
            for (int y = 30; y < 90; ++y)
                std::fill_n(values.begin() + y * 160 + 40 + 10 * i, 60, std::uint8_t{1});
            jpeg("data/set/images/" + name + ".jpg", 160, 120);
            ids("data/set/masks/" + name + ".png", 160, 120, values);
        }
    }
};

}  // namespace ausm::tools::test
