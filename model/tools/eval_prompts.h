// SPDX-License-Identifier: MIT
// An annotation's objects as a person would show them.
#pragma once

#include "ausm.h"
#include "io/picture.h"

#include <vector>

namespace ausm::tools {

/// Prompts for the objects 1 .. objects that the annotation shows; a number that it leaves out cannot be shown to the
/// model. kind: one that shows an object.
[[nodiscard]] std::vector<Prompt> prompts_for(int objects, const io::IndexPicture& annotation, PromptKind kind);

}  // namespace ausm::tools
