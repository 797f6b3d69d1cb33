// SPDX-License-Identifier: MIT
// A process of its own for one piece of a stream: state_process FIRST END STATE MAPS runs frames FIRST .. END - 1 with the
// memory in the file STATE and writes the label maps to MAPS.
#include "segment.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace {

/// The square moves; no two frames are the same.
ausm::test::Owned<GstBuffer> frame(const ausm::test::Segment& segment, int index) {
    auto picture = segment.picture(index);
    GstMapInfo map;
    gst_buffer_map(picture.get(), &map, GST_MAP_WRITE);
    for (gsize i = 0; i < 96 * 64; ++i)
        map.data[i] = static_cast<guint8>(map.data[i] + (i % 96 + static_cast<gsize>(index)) % 17);
    gst_buffer_unmap(picture.get(), &map);
    return picture;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5)
        return EXIT_FAILURE;
    gst_init(nullptr, nullptr);
    const int first = std::atoi(argv[1]), end = std::atoi(argv[2]);
    std::ofstream maps(argv[4], std::ios::binary);
    ausm::test::Segment segment(std::string(ausm::test::kLaunch) + " state-location=" + argv[3]);
    if (first == 0)
        ausm::test::add_prompt(segment, ausm::test::box(3));
    for (int i = first; i < end; ++i) {
        GstAusmMetaView view;
        if (segment.push(frame(segment, i)) != GST_FLOW_OK)
            return EXIT_FAILURE;
        const auto buffer = segment.pull();
        if (!buffer || !gst_ausm_meta_get(buffer.get(), &view) || view.n_objects != 1)
            return EXIT_FAILURE;
        const auto map = ausm::test::bytes(view.map);
        maps.write(reinterpret_cast<const char*>(map.data()), static_cast<std::streamsize>(map.size()));
    }
    gst_harness_push_event(segment.get(), gst_event_new_eos());
    const auto saved = segment.message(GST_MESSAGE_ELEMENT, "ausm-state");
    while (const auto warning = segment.message(GST_MESSAGE_WARNING))
        std::cerr << ausm::test::report_of(warning.get()).message << '\n';
    return saved && ausm::test::bool_of(saved.get(), "done") && maps.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
