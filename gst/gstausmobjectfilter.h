// SPDX-License-Identifier: MIT
// Which of the objects are meant, as people write it into properties.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ausm::gst {

/// How to mend what ObjectFilter::error() says.
inline constexpr const char* kObjectListHint =
    "Ids are whole numbers from 1, parted by commas; labels belong into 'classes'.";

/// Lists parted by commas, with or without blanks around the entries. An object is meant if its id is among `objects` or
/// its label among `classes`, or when both are empty; and never if its id or its label is among `except`.
class ObjectFilter {
public:
    ObjectFilter() = default;
    ObjectFilter(std::string_view objects, std::string_view classes, std::string_view except);

    /// What is wrong with the lists; empty when nothing is. Such a filter means nothing.
    [[nodiscard]] const std::string& error() const noexcept { return error_; }

    [[nodiscard]] bool means(std::int64_t id, std::string_view label) const;

private:
    std::vector<std::int64_t> ids_, except_ids_;
    std::vector<std::string> labels_, except_;
    std::string error_;
};

}  // namespace ausm::gst
