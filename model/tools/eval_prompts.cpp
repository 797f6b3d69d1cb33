// SPDX-License-Identifier: MIT
// Masks, and what is drawn from them.
#include "tools/eval_prompts.h"

#include "eval/davis_annotation.h"
#include "eval/mask_prompt.h"

#include <array>
#include <utility>

namespace ausm::tools {
namespace {

using io::IndexPicture;

Point centre_of(const eval::Pixel& pixel, const IndexPicture& picture) {
    return {(pixel.x + 0.5) / picture.width, (pixel.y + 0.5) / picture.height};
}

Prompt prompt_for(int object, const IndexPicture& annotation, PromptKind kind) {
    Prompt prompt;
    prompt.kind = kind;
    prompt.object = object;
    const auto pixels = eval::pixels_of(annotation, object);
    const eval::BinaryMask mask{annotation.height, annotation.width, pixels};
    const double width = annotation.width, height = annotation.height;
    switch (kind) {
    case PromptKind::kMask:
        prompt.mask = pixels;
        prompt.mask_width = annotation.width, prompt.mask_height = annotation.height;
        break;
    case PromptKind::kBox: {
        const auto [begin, end] = eval::tight_box(mask);
        prompt.box = {begin.x / width, begin.y / height, end.x / width, end.y / height};
        break;
    }
    case PromptKind::kPoints: prompt.points = {centre_of(eval::innermost_pixel(mask), annotation)}; break;
    case PromptKind::kScribble:
        prompt.strokes.emplace_back();
        for (const auto& pixel : eval::centre_line(mask))
            prompt.strokes.back().push_back(centre_of(pixel, annotation));
        break;
    case PromptKind::kRemove:
    case PromptKind::kReset: break;  // these show nothing
    }
    return prompt;
}

}  // namespace

std::vector<Prompt> prompts_for(int objects, const IndexPicture& annotation, PromptKind kind) {
    std::array<bool, 256> shown{};
    for (const auto value : annotation.values)
        shown[value] = true;
    std::vector<Prompt> prompts;
    for (int object = 1; object <= objects; ++object)
        if (shown[static_cast<std::size_t>(object)])
            prompts.push_back(prompt_for(object, annotation, kind));
    return prompts;
}

}  // namespace ausm::tools
