// SPDX-License-Identifier: MIT
// How quality goes on along a stream.
#pragma once

#include "eval/davis_metrics.h"
#include "eval/figures.h"

#include <span>

namespace ausm::eval {

/// J&F of each tenth of one object's counted frames, "tenth-1" to "tenth-10": of n frames those from floor(n k / 10) on.
/// None for fewer than ten frames.
[[nodiscard]] Figures tenth_figures(std::span<const DavisScore> counted);

/// Adds "last-to-first" where there are tenths: the last one's J&F / the first one's, 1 where nothing is lost. None
/// where the first is 0.
void add_last_to_first(Figures& figures);

}  // namespace ausm::eval
