// SPDX-License-Identifier: MIT
// Linked with png_absent.cpp alone, as in a build without libpng.
#include "io/png.h"

#include "../expect_error.h"

#include <functional>

namespace ausm::io {
namespace {

TEST(PngAbsent, EveryFunctionNamesTheFileAndTheNextStep) {
    const std::function<void()> calls[] = {
        [] { (void)read_index_png("a.png"); }, [] { write_index_png("a.png", {}); },
        [] { (void)read_rgb_png("a.png"); },   [] { write_rgb_png("a.png", {}); },
        [] { (void)read_alpha_png("a.png"); },
    };
    for (const auto& call : calls)
        ausm::test::expect_error(call, {"'a.png' cannot be ", "built without libpng; install it"});
}

}  // namespace
}  // namespace ausm::io
