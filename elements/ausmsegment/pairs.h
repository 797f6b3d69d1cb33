// SPDX-License-Identifier: MIT
// The pairs of pads of ausmsegment, which come and go, and how far their streams are to be.
#pragma once

#include "pad.h"
#include "settings.h"

#include "gst/gstausmcuda.h"
#include "gst/raii.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ausm::gst {

/// open(), start(), interrupt() and close() belong to state changes, of which there is one at a time; the others come
/// from any thread, meanwhile too. What throws, throws what the model throws. No lock is held while the model, a peer or
/// GStreamer works.
class SegmentPairs {
public:
    /// `element` owns this.
    explicit SegmentPairs(GstElement* element) : element_(element) {}

    /// The pair that is always there; for the element's constructor.
    [[nodiscard]] GstAusmSegmentPad* add_always();
    /// Sessions of this engine for all pairs and for those to come; after a failure start() is not possible before this
    /// has succeeded.
    void open(const std::shared_ptr<Engine>& engine, const SegmentSettings& settings);
    /// A new state for all pairs and for those to come.
    void start(const SegmentSettings& settings);
    /// Ends the frames that are in the model; pairs to come are not started.
    void interrupt();
    /// After the pads were deactivated: does it for a pad that is being added at this moment, and saves what is to be
    /// saved.
    void deactivate();
    void close();

    /// A new pair "sink_N", "src_N", as far as the others are and added to the element; `name` is that of its sink pad,
    /// null: the next free one. Null, with the reason in the log, when that cannot be.
    [[nodiscard]] GstAusmSegmentPad* request(const char* name);
    /// Ends a pair that request() gave and takes it from the element. False when it is none, or no longer.
    bool release(GstPad* sink);

private:
    enum class Level { kClosed, kOpen, kStarted };
    struct Target {
        Level level = Level::kClosed;
        std::shared_ptr<Engine> engine;
        std::shared_ptr<CudaShare> cuda;
        guint64 revision = 0;  // raised by every change
    };

    void set_target(Level level);
    void set_target(std::shared_ptr<Engine> engine, std::shared_ptr<CudaShare> cuda);
    [[nodiscard]] Target target() const;
    [[nodiscard]] std::vector<Owned<GstPad>> all() const;
    [[nodiscard]] Owned<GstPad> create(const std::string& suffix) const;
    [[nodiscard]] bool is_taken(const std::string& suffix) const;
    [[nodiscard]] std::string next_suffix();
    void catch_up(GstAusmSegmentPad* pad);
    [[nodiscard]] bool insert(GstAusmSegmentPad* pad, const Target& reached);
    [[nodiscard]] bool erase(GstPad* pad);
    [[nodiscard]] bool add(GstAusmSegmentPad* pad) const;

    GstElement* element_;
    mutable std::mutex mutex_;               // guards everything below
    std::vector<GstAusmSegmentPad*> pairs_;  // erased before the element lets go of them
    Target target_;
    guint next_ = 0;
};

}  // namespace ausm::gst
