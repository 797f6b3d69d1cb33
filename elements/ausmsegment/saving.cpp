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

}  // namespace

bool StateRequests::add(StateRequest request) {
    const std::lock_guard lock(mutex_);
    if (requests_.size() == kMaxWaiting)
        return false;
    requests_.push_back(std::move(request));
    return true;
}

std::vector<StateRequest> StateRequests::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
}

void StateLocation::set(std::string location) {
    const std::lock_guard lock(mutex_);
    location_ = std::move(location);
    refused_ = false;
}

std::string StateLocation::get() const {
    const std::lock_guard lock(mutex_);
    return location_;
}

void StateLocation::start() {
    const std::lock_guard lock(mutex_);
    due_ = true;
    refused_ = false;
}

std::optional<StateRequest> StateLocation::first() {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(due_, false) || location_.empty() || !g_file_test(location_.c_str(), G_FILE_TEST_EXISTS))
        return std::nullopt;
    return StateRequest{StateRequest::Action::kLoad, location_};
}

void StateLocation::refused() {
    const std::lock_guard lock(mutex_);
    refused_ = true;
}

std::optional<StateRequest> StateLocation::last() const {
    const std::lock_guard lock(mutex_);
    if (location_.empty() || refused_)
        return std::nullopt;
    return StateRequest{StateRequest::Action::kSave, location_};
}

StateOutcome carry_out(Session& session, const StateRequest& request) noexcept {
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
                            ("The stream goes on with the memory that it has."));
    else if (!differences.empty())
        GST_ELEMENT_WARNING(element, LIBRARY, SETTINGS,
                            ("The state in '%s' was saved under other conditions, so the next masks may differ in "
                             "their last bits: %s.",
                             request.location.c_str(), differences.c_str()),
                            (nullptr));
}

}  // namespace ausm::gst
