// SPDX-License-Identifier: MIT
// Lists of names as people write them into properties.
#include "gstausmnames.h"

#include <algorithm>

namespace ausm::gst {

bool is_named(std::string_view list, std::string_view name) noexcept {
    bool any = false;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(','), list.size());
        const std::string_view entry = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        const std::size_t begin = entry.find_first_not_of(' ');
        if (begin == std::string_view::npos)
            continue;
        any = true;
        if (entry.substr(begin, entry.find_last_not_of(' ') + 1 - begin) == name)
            return true;
    }
    return !any;
}

}  // namespace ausm::gst
