// SPDX-License-Identifier: MIT
// What was found in a video, object by object, from the metadata of its frames.
#pragma once

#include <gst/gst.h>

#include <map>
#include <string>

namespace ausm::report {

struct Found {
    int first = 0, last = 0;  ///< frames on which it was seen, from 0
    int seen = 0;             ///< on how many
    double score = 0;         ///< sum over them: presence probability, 0 to 1
    double area = 0;          ///< sum over them: share of the picture, 0 to 1
    std::string label;
    bool prompted = false;
};

/// Thread-bound.
class ObjectTally {
public:
    /// False when the buffer carries no metadata. Absent objects are not counted.
    bool add(GstBuffer* buffer, int frame);
    const std::map<gint64, Found>& objects() const { return objects_; }
    /// One line for each object, the most often seen first, with at most `rows` of them.
    std::string table(std::size_t rows) const;

private:
    std::map<gint64, Found> objects_;
};

}  // namespace ausm::report
