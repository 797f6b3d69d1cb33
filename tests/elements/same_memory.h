// SPDX-License-Identifier: MIT
// Whether two streams are the same bit by bit: by everything that their next frames depend on.
#pragma once

#include "../gst/temporary_folder.h"
#include "segment.h"

#include <fstream>
#include <iterator>

namespace ausm::test {

/// The memory of a stream before picture `index`, which is passed.
inline std::string memory_before(Segment& segment, int index) {
    const TemporaryFolder folder;
    const std::string path = folder.path("state");
    gboolean taken = FALSE;
    g_signal_emit_by_name(segment.element(), "save-state", path.c_str(), &taken);
    EXPECT_TRUE(taken);
    EXPECT_TRUE(segment.pass(index));
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Expects that both streams remember the same before picture `index`, which is passed.
inline void expect_same_memory(Segment& segment, Segment& same, int index) {
    const auto actual = memory_before(segment, index), expected = memory_before(same, index);
    EXPECT_GT(expected.size(), 10'000U);
    EXPECT_TRUE(actual == expected) << "before picture " << index;
}

}  // namespace ausm::test
