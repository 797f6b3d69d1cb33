// SPDX-License-Identifier: MIT
// A pipeline from the words of a launch line, and its complaints in words.
#pragma once

#include "pipelines/report/owner.h"

#include <string>
#include <vector>

namespace ausm::report {

/// Throws Failure.
Owned<GstElement> make_pipeline(const std::vector<std::string>& words);

/// The text of an error or a warning; of an error with what to do next, where that is known.
std::string problem_text(GstMessage* message);

}  // namespace ausm::report
