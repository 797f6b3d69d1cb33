// SPDX-License-Identifier: MIT
// To and fro.
#include "eval/play_order.h"

namespace ausm::eval {

std::vector<std::size_t> play_order(std::size_t frames, int rounds) {
    std::vector<std::size_t> order;
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = round > 0 ? 1 : 0; i < frames; ++i)
            order.push_back(round % 2 == 0 ? i : frames - 1 - i);
    return order;
}

}  // namespace ausm::eval
