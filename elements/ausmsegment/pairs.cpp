// SPDX-License-Identifier: MIT
// The pairs of pads of ausmsegment, which come and go, and how far their streams are to be.
#include "pairs.h"

#include "gstausmsegment.h"
#include "stream.h"

#include <algorithm>
#include <string>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

namespace {

constexpr const char* kSinkPrefix = "sink_";
constexpr const char* kSrcPrefix = "src_";

GstPadTemplate* template_of(GstElement* element, const char* name) {
    return gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(element), name);
}

/// What stands behind "sink_" when it is a number; "" otherwise.
std::string suffix_of(const std::string& name) {
    if (!name.starts_with(kSinkPrefix))
        return {};
    std::string suffix = name.substr(std::string(kSinkPrefix).size());
    const bool number = g_ascii_string_to_unsigned(suffix.c_str(), 10, 0, G_MAXUINT, nullptr, nullptr);
    return number ? suffix : "";
}

/// Calls `what` with the stream of every pair that has not ended meanwhile.
template <typename What>
void for_each_stream(const std::vector<Owned<GstPad>>& pads, What&& what) {
    for (const auto& pad : pads)
        if (const auto stream = gst_ausm_segment_pad_stream(GST_AUSM_SEGMENT_PAD(pad.get())))
            what(*stream);
}

void activate(GstAusmSegmentPad* pad, bool active) {
    gst_pad_set_active(pad->src, active);
    gst_pad_set_active(GST_PAD(pad), active);
}

}  // namespace

GstAusmSegmentPad* SegmentPairs::add_always() {
    const Owned<GstPad> owned(GST_PAD(gst_ausm_segment_pad_new_pair(element_, template_of(element_, "sink"), "sink",
                                                                    template_of(element_, "src"), "src")));
    auto* pad = GST_AUSM_SEGMENT_PAD(owned.get());
    gst_element_add_pad(element_, owned.get());
    gst_element_add_pad(element_, pad->src);
    const std::lock_guard lock(mutex_);
    pairs_.push_back(pad);
    return pad;
}

void SegmentPairs::set_target(Level level) {
    const std::lock_guard lock(mutex_);
    target_.level = level;
    ++target_.revision;
}

void SegmentPairs::set_target(std::shared_ptr<Engine> engine, std::shared_ptr<CudaShare> cuda) {
    const std::lock_guard lock(mutex_);
    target_ = {engine ? Level::kOpen : Level::kClosed, std::move(engine), std::move(cuda), target_.revision + 1};
}

SegmentPairs::Target SegmentPairs::target() const {
    const std::lock_guard lock(mutex_);
    return target_;
}

std::vector<Owned<GstPad>> SegmentPairs::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<Owned<GstPad>> pads;
    for (GstAusmSegmentPad* pad : pairs_)
        pads.emplace_back(GST_PAD(gst_object_ref(pad)));
    return pads;
}

void SegmentPairs::open(const std::shared_ptr<Engine>& engine, const SegmentSettings& settings) {
    const auto cuda = std::make_shared<CudaShare>();
    cuda->open(element_, engine->cuda_context(), engine->info().device_number);
    set_target(engine, cuda);
    for_each_stream(all(), [&](SegmentStream& stream) { stream.open(engine, cuda, settings.session); });
}

void SegmentPairs::start(const SegmentSettings& settings) {
    set_target(Level::kStarted);
    try {
        for_each_stream(all(), [&](SegmentStream& stream) { stream.start(settings); });
    } catch (...) {
        set_target(Level::kOpen);
        throw;
    }
}

void SegmentPairs::interrupt() {
    set_target(Level::kOpen);
    for_each_stream(all(), [](SegmentStream& stream) { stream.interrupt(); });
}

void SegmentPairs::deactivate() {
    for (const auto& pad : all())
        activate(GST_AUSM_SEGMENT_PAD(pad.get()), false);
    for_each_stream(all(), [](SegmentStream& stream) { stream.stop(); });
}

void SegmentPairs::close() {
    set_target(nullptr, nullptr);
    for_each_stream(all(), [](SegmentStream& stream) { stream.close(); });
}

Owned<GstPad> SegmentPairs::create(const std::string& suffix) const {
    return Owned<GstPad>(GST_PAD(
        gst_ausm_segment_pad_new_pair(element_, template_of(element_, "sink_%u"), (kSinkPrefix + suffix).c_str(),
                                      template_of(element_, "src_%u"), (kSrcPrefix + suffix).c_str())));
}

bool SegmentPairs::is_taken(const std::string& suffix) const {
    return Owned<GstPad>(gst_element_get_static_pad(element_, (kSinkPrefix + suffix).c_str())) != nullptr;
}

/// Numbers are not used again, so that a late message of a pad that is gone is not taken for another one's.
std::string SegmentPairs::next_suffix() {
    std::string suffix;
    do {
        const std::lock_guard lock(mutex_);
        suffix = std::to_string(next_++);
    } while (is_taken(suffix));
    return suffix;
}

/// The pad joins the others, in the state in which they are; a state change meanwhile is gone along with.
void SegmentPairs::catch_up(GstAusmSegmentPad* pad) {
    const auto stream = gst_ausm_segment_pad_stream(pad);
    while (true) {
        const Target wanted = target();
        const SegmentSettings settings = gst_ausm_segment_settings(GST_AUSM_SEGMENT(element_));
        if (wanted.level != Level::kClosed)
            stream->open(wanted.engine, wanted.cuda, settings.session);
        if (wanted.level == Level::kStarted) {
            stream->start(settings);
            activate(pad, true);
        }
        if (insert(pad, wanted))
            return;
        activate(pad, false);
        if (wanted.level != Level::kClosed)
            stream->close();
    }
}

/// False when the others have moved on: a deactivation of all that has missed the pads is among what they did.
bool SegmentPairs::insert(GstAusmSegmentPad* pad, const Target& reached) {
    const std::lock_guard lock(mutex_);
    if (reached.revision != target_.revision)
        return false;
    pairs_.push_back(pad);
    return true;
}

bool SegmentPairs::erase(GstPad* pad) {
    const std::lock_guard lock(mutex_);
    return std::erase_if(pairs_, [pad](const GstAusmSegmentPad* one) { return GST_PAD_CAST(one) == pad; }) > 0;
}

/// Both pads or none.
bool SegmentPairs::add(GstAusmSegmentPad* pad) const {
    if (!gst_element_add_pad(element_, pad->src))
        return false;
    if (gst_element_add_pad(element_, GST_PAD(pad)))
        return true;
    gst_element_remove_pad(element_, pad->src);
    return false;
}

GstAusmSegmentPad* SegmentPairs::request(const char* name) {
    const bool any = !name || std::string(name).find('%') != std::string::npos;
    const std::string suffix = any ? next_suffix() : suffix_of(name);
    if (suffix.empty() || is_taken(suffix)) {
        GST_WARNING_OBJECT(element_, "pad %s: %s", name,
                           suffix.empty() ? "not of the form sink_%u" : "the element has one of this name already");
        return nullptr;
    }
    const auto owned = create(suffix);
    auto* pad = GST_AUSM_SEGMENT_PAD(owned.get());
    catch_up(pad);
    if (!add(pad)) {
        (void)erase(owned.get());
        gst_ausm_segment_pad_end(pad);
        return nullptr;
    }
    gst_child_proxy_child_added(GST_CHILD_PROXY(element_), G_OBJECT(pad), GST_OBJECT_NAME(pad));
    return pad;
}

bool SegmentPairs::release(GstPad* sink) {
    if (!erase(sink))
        return false;
    const Owned<GstPad> owned(GST_PAD(gst_object_ref(sink)));
    auto* pad = GST_AUSM_SEGMENT_PAD(sink);
    gst_ausm_segment_pad_end(pad);
    gst_child_proxy_child_removed(GST_CHILD_PROXY(element_), G_OBJECT(pad), GST_OBJECT_NAME(pad));
    gst_element_remove_pad(element_, pad->src);
    gst_element_remove_pad(element_, sink);
    return true;
}

}  // namespace ausm::gst
