// SPDX-License-Identifier: MIT
// Which of the objects are meant, as people write it into properties.
#include "gst/gstausmobjectfilter.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace ausm::gst {
namespace {

std::vector<std::string> entries_of(std::string_view list) {
    std::vector<std::string> entries;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(','), list.size());
        const std::string_view entry = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (const std::size_t begin = entry.find_first_not_of(' '); begin != std::string_view::npos)
            entries.emplace_back(entry.substr(begin, entry.find_last_not_of(' ') + 1 - begin));
    }
    return entries;
}

std::optional<std::int64_t> id_of(const std::string& entry) noexcept {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), id);
    if (error != std::errc() || end != entry.data() + entry.size() || id < 1)
        return std::nullopt;
    return id;
}

template <typename T, typename U>
bool contains(const std::vector<T>& list, const U& wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

}  // namespace

ObjectFilter::ObjectFilter(std::string_view objects, std::string_view classes, std::string_view except)
    : labels_(entries_of(classes)), except_(entries_of(except)) {
    for (const std::string& entry : entries_of(objects)) {
        if (const auto id = id_of(entry))
            ids_.push_back(*id);
        else if (error_.empty())
            error_ = "'" + entry + "' in the list 'objects' is not the id of an object";
    }
    for (const std::string& entry : except_)
        if (const auto id = id_of(entry))
            except_ids_.push_back(*id);
}

bool ObjectFilter::means(std::int64_t id, std::string_view label) const {
    if (!error_.empty() || contains(except_ids_, id) || contains(except_, label))
        return false;
    return (ids_.empty() && labels_.empty()) || contains(ids_, id) || contains(labels_, label);
}

}  // namespace ausm::gst
