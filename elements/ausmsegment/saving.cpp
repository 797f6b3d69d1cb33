// SPDX-License-Identifier: MIT
// Saved states are written and read as a whole: some megabytes.
#include "saving.h"

#include "gst/raii.h"

#include <glib/gstdio.h>

#include <exception>
#include <new>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

namespace {

/// What became of a request.
struct StateOutcome {
    bool done = false;
    std::string reason;                    // why not
    std::vector<std::string> differences;  // loaded, but saved under other conditions: Session::load()
};

constexpr goffset kMaxBytes = goffset{1} << 30;

const char* name_of(StateRequest::Action action) { return action == StateRequest::Action::kSave ? "save" : "load"; }

StateOutcome save(const Session& session, const std::string& location) {
    const auto state = session.save();
    GError* error = nullptr;
    const bool written =
        g_file_set_contents_full(location.c_str(), reinterpret_cast<const gchar*>(state.data()),
                                 static_cast<gssize>(state.size()), G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error);
    const Owned<GError> owned(error);
    return {written, written ? "" : error->message, {}};
}

StateOutcome load(Session& session, const std::string& location) {
    if (!g_file_test(location.c_str(), G_FILE_TEST_IS_REGULAR))
        return {
            false, g_file_test(location.c_str(), G_FILE_TEST_EXISTS) ? "it is no ordinary file" : "there is none", {}};
    GStatBuf status{};
    if (g_stat(location.c_str(), &status) == 0 && status.st_size > kMaxBytes)
        return {false, "it is larger than 1 GiB", {}};
    gchar* bytes = nullptr;
    gsize size = 0;
    GError* error = nullptr;
    const bool read = g_file_get_contents(location.c_str(), &bytes, &size, &error);
    const Owned<GError> owned(error);
    const Owned<char> contents(bytes);
    if (!read)
        return {false, error->message, {}};
    return {true, "", session.load({reinterpret_cast<const std::uint8_t*>(bytes), size})};
}

/// There is either the old file or the whole new one, and a session that could not load goes on as it was.
StateOutcome outcome_of(Session& session, const StateRequest& request) noexcept {
    try {
        return request.action == StateRequest::Action::kSave ? save(session, request.location)
                                                             : load(session, request.location);
    } catch (const std::bad_alloc&) {
        return {false, "there is not enough memory", {}};
    } catch (const std::exception& failure) {
        return {false, failure.what(), {}};
    } catch (...) {
        return {false, "unknown exception", {}};
    }
}

/// Posts the outcome as element message ausm-state: action ("save" or "load"), location, done, reason, differences
/// (parted by "; ") and pad. A failure is a warning, too.
void post_state(GstElement* element, const std::string& pad, const StateRequest& request, const StateOutcome& outcome) {
    std::string differences;
    for (const auto& difference : outcome.differences)
        differences += (differences.empty() ? "" : "; ") + difference;
    gst_element_post_message(
        element, gst_message_new_element(
                     GST_OBJECT(element),
                     gst_structure_new("ausm-state", "action", G_TYPE_STRING, name_of(request.action), "location",
                                       G_TYPE_STRING, request.location.c_str(), "done", G_TYPE_BOOLEAN, outcome.done,
                                       "reason", G_TYPE_STRING, outcome.reason.c_str(), "differences", G_TYPE_STRING,
                                       differences.c_str(), "pad", G_TYPE_STRING, pad.c_str(), nullptr)));
    if (!outcome.done && request.action == StateRequest::Action::kSave)
        GST_ELEMENT_WARNING(
            element, RESOURCE, WRITE,
            ("The state could not be saved to '%s': %s.", request.location.c_str(), outcome.reason.c_str()),
            ("The stream goes on."));
    else if (!outcome.done)
        GST_ELEMENT_WARNING(element, RESOURCE, READ,
                            ("The state in '%s' was not loaded: %s.", request.location.c_str(), outcome.reason.c_str()),
                            ("The stream goes on with the state that it has."));
    else if (!differences.empty())
        GST_ELEMENT_WARNING(element, LIBRARY, SETTINGS,
                            ("The state in '%s' was saved under other conditions, so the next masks may differ in "
                             "their last bits: %s.",
                             request.location.c_str(), differences.c_str()),
                            (nullptr));
}

}  // namespace

bool StateSaving::request(StateRequest wanted) {
    const std::lock_guard lock(mutex_);
    if (requests_.size() == kMaxWaiting)
        return false;
    requests_.push_back(std::move(wanted));
    return true;
}

void StateSaving::set_location(std::string location) {
    const std::lock_guard lock(mutex_);
    location_ = std::move(location);
    refused_ = false;
}

std::string StateSaving::location() const {
    const std::lock_guard lock(mutex_);
    return location_;
}

void StateSaving::restart() {
    unsaved_ = false;
    const std::lock_guard lock(mutex_);
    due_ = true;
    refused_ = false;
}

std::vector<StateRequest> StateSaving::take_requests() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
}

/// What is to be loaded before the run's first frame; nothing later, and when there is no file yet.
std::optional<StateRequest> StateSaving::first() {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(due_, false) || location_.empty() || !g_file_test(location_.c_str(), G_FILE_TEST_EXISTS))
        return std::nullopt;
    return StateRequest{StateRequest::Action::kLoad, location_};
}

/// What is to be saved at the end.
std::optional<StateRequest> StateSaving::last() const {
    const std::lock_guard lock(mutex_);
    if (location_.empty() || refused_)
        return std::nullopt;
    return StateRequest{StateRequest::Action::kSave, location_};
}

bool StateSaving::carry_out(Session& session, const StateRequest& wanted) {
    const StateOutcome outcome = outcome_of(session, wanted);
    post_state(element_, pad_, wanted, outcome);
    return outcome.done;
}

/// True when another state was loaded.
bool StateSaving::carry_out_requests(Session& session) {
    bool loaded = false;
    for (const StateRequest& wanted : take_requests())
        if (carry_out(session, wanted) && wanted.action == StateRequest::Action::kLoad)
            loaded = true;
    return loaded;
}

bool StateSaving::before_frame(Session& session) {
    bool loaded = false;
    if (const auto wanted = first()) {
        loaded = carry_out(session, *wanted);
        const std::lock_guard lock(mutex_);
        refused_ = refused_ || !loaded;
    }
    return carry_out_requests(session) || loaded;
}

bool StateSaving::finish(Session& session) {
    const bool loaded = carry_out_requests(session);
    if (const auto wanted = std::exchange(unsaved_, false) ? last() : std::nullopt)
        carry_out(session, *wanted);
    return loaded;
}

}  // namespace ausm::gst
