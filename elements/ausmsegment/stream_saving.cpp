// SPDX-License-Identifier: MIT
// Saving and loading the memory of one stream of ausmsegment, between its frames.
#include "stream.h"

namespace ausm::gst {

bool SegmentStream::carry_out_one(const StateRequest& wanted) {
    const StateOutcome outcome = carry_out(*session_, wanted);
    if (outcome.done && wanted.action == StateRequest::Action::kLoad) {
        previous_.clear();
        result_.objects.clear();
        output_.restart(false);
    }
    post_state(element_, pad_, wanted, outcome);
    return outcome.done;
}

void SegmentStream::carry_out_requests() {
    if (const auto first = state_location_.first(); first && !carry_out_one(*first))
        state_location_.refused();
    for (const StateRequest& wanted : state_requests_.take())
        carry_out_one(wanted);
}

/// What waits still, and the end of the run.
void SegmentStream::save_last() {
    for (const StateRequest& wanted : state_requests_.take())
        carry_out_one(wanted);
    const auto last = unsaved_ ? state_location_.last() : std::nullopt;
    if (last)
        carry_out_one(*last);
    unsaved_ = false;
}

}  // namespace ausm::gst
