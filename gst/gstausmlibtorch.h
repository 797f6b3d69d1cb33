// SPDX-License-Identifier: MIT
// Which LibTorch the model library needs, and whether another one is in the process already.
#pragma once

#include <optional>
#include <string>

namespace ausm::gst {

struct LibTorch {
    std::string version;  ///< "2.15.0", "" when it does not say
    std::string folder;   ///< of its libraries
};

/// What the file of a model library says that it was built with. Nothing when it is no such file or does not say.
[[nodiscard]] std::optional<LibTorch> needed_libtorch(const std::string& library);

/// The LibTorch that a library would be bound to instead of the one that it needs: the loader takes what it has loaded under
/// the same name, whoever brought it in. Nothing when there is none, when it is the very one that is needed, or one of
/// the same version.
[[nodiscard]] std::optional<LibTorch> other_libtorch(const LibTorch& needed);

}  // namespace ausm::gst
