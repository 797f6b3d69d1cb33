// SPDX-License-Identifier: MIT
// From a line of the grammar to the prompts that the model library takes.
#include "gstausmgrammar.h"

#include "gstausmpng.h"

#include <algorithm>
#include <utility>

namespace ausm::gst {

namespace {

constexpr std::size_t kMaxPromptBytes = std::size_t{512} << 20;  // one mask for each object of an image

struct Scale {
    double x = 1, y = 1;

    [[nodiscard]] bool fits(double px, double py) const {
        return px * x >= 0 && px * x <= 1 && py * y >= 0 && py * y <= 1;
    }
    [[nodiscard]] Point apply(const Point& point) const { return {point.x * x, point.y * y, point.inside}; }
};

/// False when a point lies outside the picture.
bool scale_points(std::vector<Point>& points, const Scale& scale) {
    for (Point& point : points) {
        if (!scale.fits(point.x, point.y))
            return false;
        point = scale.apply(point);
    }
    return true;
}

std::variant<std::vector<Prompt>, std::string> mask_prompts(const PromptLine& line) {
    const std::vector<std::uint8_t> objects = mask_objects(line.mask);
    if (objects.empty())
        return "the mask shows no object: every pixel is background";
    if (objects.size() > 1 && line.object != 0)
        return "the mask shows " + std::to_string(objects.size()) + " objects, so the prompt cannot name one";
    if (objects.size() * line.mask.values.size() > kMaxPromptBytes)
        return "the mask shows " + std::to_string(objects.size()) + " objects in " + std::to_string(line.mask.width) +
               "x" + std::to_string(line.mask.height) + " pixels; together they must not exceed " +
               std::to_string(kMaxPromptBytes >> 20) + " million pixels: make it smaller";
    std::vector<Prompt> prompts;
    for (const std::uint8_t value : objects) {
        Prompt prompt;
        prompt.kind = PromptKind::kMask;
        prompt.object = line.object != 0 || value == 255 ? line.object : value;
        prompt.mask_width = line.mask.width;
        prompt.mask_height = line.mask.height;
        prompt.mask.resize(line.mask.values.size());
        std::transform(line.mask.values.begin(), line.mask.values.end(), prompt.mask.begin(),
                       [value](std::uint8_t pixel) { return static_cast<std::uint8_t>(pixel == value ? 255 : 0); });
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
    if (line.op != PromptOp::kMask || line.mask_path.empty())
        return std::nullopt;
    auto image = read_mask_png(line.mask_path);
    if (auto* wrong = std::get_if<std::string>(&image))
        return std::move(*wrong);
    line.mask = std::move(std::get<MaskImage>(image));
    line.mask_path.clear();
    return std::nullopt;
}

std::variant<std::vector<Prompt>, std::string> make_prompts(const PromptLine& line, int width, int height) {
    if (line.op == PromptOp::kRemove || line.op == PromptOp::kReset)
        return std::vector<Prompt>{};
    if (line.op == PromptOp::kMask)
        return mask_prompts(line);
    const Scale scale = line.unit == PromptUnit::kPixel ? Scale{1.0 / width, 1.0 / height} : Scale{};
    const std::string outside =
        "the prompt lies outside the picture of " + std::to_string(width) + "x" + std::to_string(height);
    Prompt prompt;
    prompt.object = line.object;
    prompt.label = line.label;
    prompt.ref = line.ref;
    if (line.op == PromptOp::kBox) {
        prompt.kind = PromptKind::kBox;
        if (!scale.fits(line.box[0], line.box[1]) || !scale.fits(line.box[2], line.box[3]))
            return outside;
        prompt.box = {line.box[0] * scale.x, line.box[1] * scale.y, line.box[2] * scale.x, line.box[3] * scale.y};
    } else if (line.op == PromptOp::kPoints) {
        prompt.kind = PromptKind::kPoints;
        prompt.points = line.points;
        if (!scale_points(prompt.points, scale))
            return outside;
    } else {
        prompt.kind = PromptKind::kScribble;
        prompt.strokes = line.strokes;
        for (auto& stroke : prompt.strokes) {
            if (!scale_points(stroke, scale))
                return outside;
        }
    }
    return std::vector<Prompt>{std::move(prompt)};
}

}  // namespace ausm::gst
