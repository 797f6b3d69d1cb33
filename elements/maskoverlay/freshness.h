// SPDX-License-Identifier: MIT
// Whether the masks of a picture can be relied on to hide something.
#pragma once

namespace ausm::gst::overlay {

/// Counts pictures whose masks were carried over from earlier ones. Thread-bound.
class Freshness {
public:
    enum class Verdict { kGood, kTooOld, kBeforeFirst };

    /// As at the beginning: carried masks are of a picture that nobody has seen.
    void reset() noexcept { *this = {}; }

    /// The next picture's masks. Carried ones are good after fresh ones, for `hold` pictures.
    [[nodiscard]] Verdict judge(bool fresh, int hold) noexcept {
        carried_ = fresh ? 0 : carried_ + (carried_ < kMany ? 1 : 0);
        seen_fresh_ |= fresh;
        if (!seen_fresh_)
            return Verdict::kBeforeFirst;
        return carried_ <= hold ? Verdict::kGood : Verdict::kTooOld;
    }

    /// Pictures since the last fresh masks.
    [[nodiscard]] int age() const noexcept { return carried_; }

private:
    static constexpr int kMany = 1 << 20;

    int carried_ = 0;
    bool seen_fresh_ = false;
};

}  // namespace ausm::gst::overlay
