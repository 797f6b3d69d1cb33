// SPDX-License-Identifier: MIT
// Objects that come and go while a frame is worked on: the table and the work beside it stay in one order.
#include "session/frame_job.h"

namespace ausm {

TrackedObject& FrameJob::add(std::int64_t id, ObjectOrigin origin) {
    objects.emplace_back();
    return state.table.add(id, origin);
}

void FrameJob::remove(std::size_t position) {
    const auto& object = state.table.objects()[position];
    if (!object.is_new)
        output.changes.push_back({object.id, ObjectEvent::kRemoved});
    state.table.remove(position);
    objects.erase(objects.begin() + static_cast<std::ptrdiff_t>(position));
}

bool FrameJob::make_room(int most) {
    if (static_cast<int>(objects.size()) < most && state.table.has_free_slot())
        return true;
    const auto absent = state.table.longest_absent();
    if (absent)
        remove(*absent);
    return absent.has_value();
}

void FrameJob::end_work() {
    input = {};
    answer = {};
    presence = at::Tensor();
    objects.clear();
    marked.clear();
}

}  // namespace ausm
