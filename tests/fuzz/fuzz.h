// SPDX-License-Identifier: MIT
// What every fuzzer uses: a check that stops at the first broken promise, and values drawn from the input.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

/// libFuzzer's entry, which the replay calls, too: one input, 0 for "went well".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace ausm::fuzz {

/// Stops with the place and the input in libFuzzer's hands, which keeps it as a file.
[[noreturn]] inline void broken(const char* promise, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: broken: %s\n", file, line, promise);
    std::abort();
}

/// Takes values from the front of the input; an exhausted input gives zeros.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }

    template <typename T>
    T number() {
        T value{};
        const std::size_t size = std::min(sizeof value, rest_.size());
        if (size > 0)
            std::memcpy(&value, rest_.data(), size);
        rest_ = rest_.subspan(size);
        return value;
    }
    std::uint8_t byte() { return number<std::uint8_t>(); }
    bool coin() { return (byte() & 1) != 0; }
    /// low .. low + 255 at most, both ends included
    int between(int low, int high) { return low + byte() % (high - low + 1); }
    /// At most `most` bytes: as many as a leading byte says.
    std::string text(std::size_t most) {
        const std::size_t size = std::min<std::size_t>({most, byte(), rest_.size()});
        const std::string value(reinterpret_cast<const char*>(rest_.data()), size);
        rest_ = rest_.subspan(size);
        return value;
    }
    std::string_view rest() {
        const std::string_view value(reinterpret_cast<const char*>(rest_.data()), rest_.size());
        rest_ = {};
        return value;
    }

private:
    std::span<const std::uint8_t> rest_;
};

}  // namespace ausm::fuzz

#define FUZZ_CHECK(promise) ((promise) ? void() : ::ausm::fuzz::broken(#promise, __FILE__, __LINE__))
