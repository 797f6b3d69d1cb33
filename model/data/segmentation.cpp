// SPDX-License-Identifier: MIT
// From JSON to masks, from masks to a label map.
#include "data/segmentation.h"

#include "data/dataset.h"
#include "io/coco_rle.h"
#include "io/json_fields.h"
#include "io/picture.h"
#include "io/polygon.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>

namespace ausm::data {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
    throw std::runtime_error(where + ": " + what);
}

Polygons read_polygons(const json& value, const std::string& where) {
    if (value.empty())
        fail(where, "has no polygon");
    Polygons polygons;
    for (const auto& list : value) {
        const auto here = where + "[" + std::to_string(polygons.size()) + "]";
        if (!list.is_array() || list.size() < 6 || list.size() % 2 != 0)
            fail(here, "must be a list of x, y of at least three points");
        auto& points = polygons.emplace_back();
        for (const auto& number : list) {
            if (!number.is_number() || std::abs(number.get<double>()) > 1e6)
                fail(here, "has something else than coordinates in it: " + number.dump());
            points.push_back(number.get<float>());
        }
    }
    return polygons;
}

Segmentation read_runs(const json& value, const std::string& where) {
    io::JsonFields fields(value, where);
    const auto& size = fields.at("size");
    const auto side = [](const json& number) { return io::whole_number(number, 1, io::kMaxPictureSide).has_value(); };
    if (!size.is_array() || size.size() != 2 || !side(size[0]) || !side(size[1]))
        fields.fail("size", "must be [height, width], each 1 to 16384");
    Segmentation segmentation{{}, size[0].get<int>(), size[1].get<int>()};
    const auto& counts = fields.at("counts");
    if (counts.is_string()) {
        segmentation.shape = counts.get<std::string>();
    } else if (counts.is_array()) {
        auto& runs = segmentation.shape.emplace<std::vector<std::uint32_t>>();
        for (const auto& run : counts) {
            const auto length = io::whole_number(run, 0, std::numeric_limits<std::int32_t>::max());
            if (!length)
                fields.fail("counts", "has something else than run lengths in it: " + run.dump());
            runs.push_back(static_cast<std::uint32_t>(*length));
        }
    } else {
        fields.fail("counts", std::string("must be text or a list, not ") + counts.type_name());
    }
    return segmentation;
}

}  // namespace

Segmentation read_segmentation(const json& value, const std::string& where) {
    if (value.is_array())
        return {read_polygons(value, where)};
    if (value.is_object())
        return read_runs(value, where);
    fail(where, std::string("must be polygons (a list) or run lengths (an object), not ") + value.type_name());
}

void check_size(const Segmentation& segmentation, int height, int width, const std::string& where) {
    if (segmentation.height != 0 && (segmentation.height != height || segmentation.width != width))
        fail(where + ".size", "is " + std::to_string(segmentation.width) + "x" + std::to_string(segmentation.height) +
                                  ", its picture is " + std::to_string(width) + "x" + std::to_string(height));
}

MaskPixels mask_of(const Segmentation& segmentation, int height, int width, const std::string& where) {
    check_size(segmentation, height, width, where);
    if (const auto* polygons = std::get_if<Polygons>(&segmentation.shape)) {
        MaskPixels mask(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
        for (const auto& polygon : *polygons)
            io::fill_polygon(mask, height, width, std::span(&polygon, 1));
        return mask;
    }
    const auto taken = [&](auto read) {
        if (const auto* wrong = std::get_if<std::string>(&read))
            fail(where + ".counts", *wrong);
        return std::get<0>(std::move(read));
    };
    if (const auto* text = std::get_if<std::string>(&segmentation.shape)) {
        const auto runs = taken(coco::runs_of_text(*text, std::int64_t{height} * width));
        return taken(coco::mask_of_runs(runs, height, width, 1));
    }
    return taken(coco::mask_of_runs(std::get<coco::Runs>(segmentation.shape), height, width, 1));
}

io::IndexPicture paint(std::vector<PaintedMask> masks, int height, int width) {
    for (auto& mask : masks)
        mask.area = std::accumulate(mask.mask.begin(), mask.mask.end(), std::int64_t{0});
    std::stable_sort(masks.begin(), masks.end(),
                     [](const PaintedMask& a, const PaintedMask& b) { return a.area > b.area; });
    int next = 0;
    for (auto& mask : masks)
        if (mask.id == 0)
            mask.id = static_cast<std::uint8_t>(std::min(++next, kIgnored));
    io::IndexPicture map{width, height, {}};
    auto& ids = map.values;
    ids.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    for (const auto& mask : masks)
        for (std::size_t i = 0; i < mask.mask.size(); ++i)
            if (mask.mask[i] != 0 && (mask.id != kIgnored || ids[i] == kBackground))
                ids[i] = mask.id;
    return map;
}

}  // namespace ausm::data
