// SPDX-License-Identifier: MIT
// What reaches ausmprompt while the video runs, and which side waits for the other.
#pragma once

#include "entry.h"
#include "position.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace ausm::gst {

/// What the prompt pad carries; kUnknown before its caps.
enum class PadContent : std::uint8_t { kUnknown, kJson, kMasks };

/// What became of something handed in.
enum class Handed : std::uint8_t { kTaken, kFull, kFlushing, kEnded };

/// A frame of the mask video. Without a start it belongs to the next frame.
struct TimedMask {
    RunningSpan when;
    MaskImage image;
    bool late = false;  ///< the frame it belongs to had passed
};

/// The prompts of the application and of the prompt pad on their way to the frames. Thread-safe: every member may be
/// called by any thread; only those that say so wait, and start_flush(), stop() and unlink() end each wait. Its lock is
/// innermost: nothing is posted, pushed or parsed under it.
class PromptInbox {
public:
    static constexpr std::size_t kMaxWaiting = 1024;
    static constexpr std::size_t kMaxWaitingBytes = std::size_t{64} << 20;  ///< of their lists
    static constexpr std::size_t kMaxMasks = 4;                             ///< ahead of the video

    /// A prompt for a frame, or the reason why it gets none.
    struct Due {
        PromptEntry entry;
        bool late = false;
        const char* refused = nullptr;
    };

    // state changes
    void start();
    /// Nobody waits until the next start().
    void stop();
    /// Forgets what has come. The prompts that got no frame.
    [[nodiscard]] std::vector<PromptEntry> clear();

    // the application
    /// Never waits. kFull: kMaxWaiting prompts wait, or kMaxWaitingBytes; the entry is still the caller's then.
    [[nodiscard]] Handed submit(PromptEntry& entry);
    /// Whether frames wait for the mask video.
    void set_wait(bool wait);

    // the prompt pad
    void link();
    void unlink();
    void start_prompt_flush();
    void stop_prompt_flush();
    /// What the pad carries from here on.
    void carry(PadContent content);
    /// True while nobody knows what the linked pad carries.
    [[nodiscard]] bool is_undecided() const;
    /// Only this can come, though the caps have not yet.
    void expect(PadContent content);
    /// Waits for room.
    [[nodiscard]] Handed add(PromptEntry entry);
    /// Waits while kMaxMasks are ahead of the video.
    [[nodiscard]] Handed add(TimedMask mask);
    /// Nothing before this running time comes any more.
    void reach(GstClockTime running_time);
    void end_prompts();

    // the video
    void start_video_flush();
    void stop_video_flush();
    /// A seek of both sides: frames wait until the prompt pad's has happened, too.
    void set_seeking(bool seeking);
    void start_video();
    /// The prompts that got no frame. What comes on the prompt pad has no use any more.
    [[nodiscard]] std::vector<PromptEntry> end_video();
    /// A segment: what waits now may be jumped over.
    void start_segment();
    /// Waits, when frames wait, until every mask of the frame is here; gives the last of them. False: flushing.
    [[nodiscard]] bool wait_for_mask(const RunningSpan& frame, std::optional<TimedMask>& mask);
    /// What waits for this frame, in the order in which it came.
    [[nodiscard]] std::vector<Due> take(const FrameSpan& span);

private:
    struct Waiting {
        PromptEntry entry;
        bool from_pad = false;
        bool may_be_jumped = false;  // was here before the last segment
    };

    struct Verdict {
        bool late = false;
        const char* refused = nullptr;
    };

    [[nodiscard]] bool is_full() const;
    [[nodiscard]] bool prompts_stopped() const { return stopped_ || !linked_ || prompt_flushing_; }
    [[nodiscard]] Handed refusal() const { return prompts_stopped() ? Handed::kFlushing : Handed::kEnded; }
    [[nodiscard]] bool must_wait(const RunningSpan& frame) const;
    void forget_pad();
    [[nodiscard]] std::vector<PromptEntry> take_all();
    void keep(std::vector<Waiting> waiting);
    [[nodiscard]] static std::optional<Verdict> judge(const Waiting& waiting, const FrameSpan& span);

    mutable std::mutex mutex_;  // guards everything below
    std::condition_variable changed_;
    std::vector<Waiting> waiting_;
    std::size_t bytes_ = 0;  // of waiting_
    std::deque<TimedMask> masks_;
    PadContent content_ = PadContent::kUnknown;
    bool stopped_ = true;
    bool wait_ = true;
    bool linked_ = false;
    bool prompt_flushing_ = false, prompt_ended_ = false;
    bool untimed_ = false;  // the masks carry no time: nobody knows what to wait for
    bool video_flushing_ = false, video_ended_ = false;
    bool seeking_ = false;
    GstClockTime reached_ = 0;        // running time of the prompt pad
    GstClockTime video_reached_ = 0;  // end of the last frame
};

}  // namespace ausm::gst
