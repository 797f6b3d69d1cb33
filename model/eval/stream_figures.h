// SPDX-License-Identifier: MIT
// How quality goes on along a stream.
#pragma once

#include "eval/davis_metrics.h"
#include "eval/figures.h"

#include <cstddef>
#include <span>

namespace ausm::eval {

/// J&F of each tenth of one object's counted frames, "tenth-1" to "tenth-10": of n frames those from floor(n k / 10) on.
/// None for fewer than ten frames.
[[nodiscard]] Figures tenth_figures(std::span<const DavisScore> counted);

/// Adds "last-to-first" where there are tenths: the last one's J&F / the first one's, 1 where nothing is lost. None
/// where the first is 0.
void add_last_to_first(Figures& figures);

inline constexpr std::size_t kAfterPrompt = 15;  ///< frames

/// J&F of one object's first kAfterPrompt counted frames, "after-prompt", and of the others, "later"; each only where
/// there are any.
[[nodiscard]] Figures after_prompt_figures(std::span<const DavisScore> counted);

}  // namespace ausm::eval
