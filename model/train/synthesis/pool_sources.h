// SPDX-License-Identifier: MIT
// A pool from the configuration's list of data.
#pragma once

#include "train/sources.h"
#include "train/synthesis/pool.h"

#include <string>
#include <vector>

namespace ausm::train {

/// Opens every source below `root`. Throws what open_source throws.
[[nodiscard]] std::shared_ptr<const Pool> open_pool(const std::vector<Source>& sources, const std::string& root,
                                                    const ClipRecipe& recipe);

}  // namespace ausm::train
