// SPDX-License-Identifier: MIT
// From a line of the grammar to the prompts that the model library takes.
#include "gstausmgrammar.h"

#include "gstausmpng.h"

#include <algorithm>
#include <utility>

namespace ausm::gst {

namespace {

constexpr std::size_t kMaxPromptBytes = std::size_t{512} << 20;  // one mask for each object of an image

/// 255 where a pixel has the value.
void show_only(std::uint8_t value, const std::vector<std::uint8_t>& from, std::vector<std::uint8_t>& to) {
    std::ranges::transform(from, to.begin(),
                           [value](std::uint8_t pixel) { return static_cast<std::uint8_t>(pixel == value ? 255 : 0); });
}

std::variant<std::vector<Prompt>, std::string> mask_prompts(PromptLine& line) {
    const std::vector<std::uint8_t> objects = mask_objects(line.mask);
    if (objects.empty())
        return "the mask shows no object: every pixel is background";
    if (objects.size() > 1 && line.object != 0)
        return "the mask shows " + std::to_string(objects.size()) + " objects, so the prompt cannot name one";
    if (objects.size() * line.mask.values.size() > kMaxPromptBytes)
        return "the mask shows " + std::to_string(objects.size()) + " objects in " + std::to_string(line.mask.width) +
               "x" + std::to_string(line.mask.height) + " pixels; together they must not exceed " +
               std::to_string(kMaxPromptBytes >> 20) + " million pixels: make it smaller";
    std::vector<std::uint8_t> values = std::move(line.mask.values);
    std::vector<Prompt> prompts;
    for (const std::uint8_t value : objects) {
        Prompt prompt;
        prompt.kind = PromptKind::kMask;
        prompt.object = line.object != 0 || value == 255 ? line.object : value;
        prompt.mask_width = line.mask.width;
        prompt.mask_height = line.mask.height;
        if (value == objects.back()) {
            show_only(value, values, values);
            prompt.mask = std::move(values);
        } else {
            prompt.mask.resize(values.size());
            show_only(value, values, prompt.mask);
        }
        prompt.label = line.label;
        prompt.ref = line.ref;
        prompts.push_back(std::move(prompt));
    }
    return prompts;
}

}  // namespace

std::string PromptError::message() const {
    std::string place;
    if (line > 0)
        place = "line " + std::to_string(line) + ", ";
    if (column > 0)
        place += "column " + std::to_string(column) + ": ";
    else if (!place.empty())
        place.replace(place.size() - 2, 2, ": ");
    return place + text;
}

const char* op_name(PromptOp op) noexcept {
    switch (op) {
    case PromptOp::kMask: return "mask";
    case PromptOp::kBox: return "box";
    case PromptOp::kPoints: return "points";
    case PromptOp::kScribble: return "scribble";
    case PromptOp::kRemove: return "remove";
    case PromptOp::kReset: return "reset";
    }
    return "";
}

std::optional<std::string> load_mask(PromptLine& line) {
    if (line.op != PromptOp::kMask || (line.mask_path.empty() && !line.mask_runs && !line.mask_polygons))
        return std::nullopt;
    auto image = line.mask_runs ? decode_rle(line.mask_runs->height, line.mask_runs->width, line.mask_runs->counts)
                 : line.mask_polygons ? decode_polygons(*line.mask_polygons)
                                      : read_mask_png(line.mask_path);
    if (auto* wrong = std::get_if<std::string>(&image))
        return std::move(*wrong);
    line.mask = std::move(std::get<MaskImage>(image));
    line.mask_path.clear();
    line.mask_runs.reset();
    line.mask_polygons.reset();
    return std::nullopt;
}

std::variant<std::vector<Prompt>, std::string> make_prompts(PromptLine& line) {
    Prompt prompt;
    prompt.object = line.object;
    prompt.label = line.label;
    prompt.ref = line.ref;
    switch (line.op) {
    case PromptOp::kRemove:
    case PromptOp::kReset: return std::vector<Prompt>{};
    case PromptOp::kMask: return mask_prompts(line);
    case PromptOp::kBox:
        prompt.kind = PromptKind::kBox;
        prompt.box = line.box;
        break;
    case PromptOp::kPoints:
        prompt.kind = PromptKind::kPoints;
        prompt.points = std::move(line.points);
        break;
    case PromptOp::kScribble:
        prompt.kind = PromptKind::kScribble;
        prompt.strokes = std::move(line.strokes);
        break;
    }
    return std::vector<Prompt>{std::move(prompt)};
}

}  // namespace ausm::gst
