// SPDX-License-Identifier: MIT
// Owners for the C objects that the report uses: GStreamer's, and cairo's.
#pragma once

#include "common/gst_owned.h"

#include <cairo.h>

namespace ausm::report {

struct Release : gst::Release {
    using gst::Release::operator();
    void operator()(cairo_surface_t* surface) const noexcept { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const noexcept { cairo_destroy(context); }
};

template <typename T>
using Owned = std::unique_ptr<T, Release>;

}  // namespace ausm::report
