// SPDX-License-Identifier: MIT
// The one grammar of prompts: JSON lines, events and signals all become a PromptLine, and a PromptLine becomes prompts.
#pragma once

#include "gstausmmask.h"

#include "model/ausm.h"

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ausm::gst {

/// Name of the events, of the structure of the signal add-prompt, and of the answers on the bus.
inline constexpr const char* kPromptName = "ausm-prompt";

inline constexpr std::size_t kMaxLineBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxPoints = 4096;    ///< of one prompt, all strokes together
inline constexpr std::size_t kMaxTextBytes = 256;  ///< of label and ref
inline constexpr std::int64_t kMaxObject = std::int64_t{1} << 53;

enum class PromptOp : std::uint8_t { kMask, kBox, kPoints, kScribble, kRemove, kReset };
enum class PromptUnit : std::uint8_t { kNormalised, kPixel };

/// One line of the grammar; documented in prompt.schema.json. Only the fields of its op are read.
struct PromptLine {
    explicit PromptLine(PromptOp what) noexcept : op(what) {}

    PromptOp op;
    std::int64_t object = 0;
    std::array<double, 4> box{};
    std::vector<Point> points;
    std::vector<std::vector<Point>> strokes;
    // One of four; load_mask() turns the others into the last.
    std::string mask_path;                      ///< a PNG that is still to be read
    std::optional<MaskRuns> mask_runs;          ///< run lengths that are still to be drawn
    std::optional<MaskPolygons> mask_polygons;  ///< outlines that are still to be filled
    MaskImage mask;
    PromptUnit unit = PromptUnit::kNormalised;
    std::string label;
    std::string ref;
    std::optional<double> time;         ///< seconds of stream time
    std::optional<std::int64_t> frame;  ///< 0-based since stream start
    bool unless_tracked = false;        ///< box and mask: only when nothing is followed there already
    // No keys of the grammar: what ausmprompt found out about the line.
    bool late = false;     ///< its time or frame had passed when it came
    bool clipped = false;  ///< its box reached over the picture's edges
};

/// What is wrong, and where: line and column count from 1, the column in bytes; 0 where there is no text.
struct PromptError {
    int line = 0, column = 0;
    std::string text;

    /// "line 3, column 14: ..."
    [[nodiscard]] std::string message() const;
};

/// A rule that a line breaks.
struct PromptFault {
    const char* key;  ///< of the grammar
    std::string text;
};

/// The one place where the rules of a line stand, whatever form it came in: needed fields, ranges, counts, lengths.
/// Nothing: it keeps them all. Reentrant.
[[nodiscard]] std::optional<PromptFault> check(const PromptLine& line);

using PromptParse = std::variant<PromptLine, PromptError>;

[[nodiscard]] const char* op_name(PromptOp op) noexcept;

/// A line of text: one prompt, or what maskjson has seen on a frame, each object of which is a prompt for that frame.
using TextParse = std::variant<PromptLine, std::vector<PromptLine>, PromptError>;

/// One JSON line. A relative mask path is taken from `folder` unless that is empty. Of a frame that maskjson has seen,
/// every object with pixels is shown by its mask, else by its box; one whose masks were carried over shows nothing.
/// Never throws for bad input.
[[nodiscard]] TextParse parse_text(std::string_view text, int line, const std::string& folder);

/// Rows of numbers for properties: "x0,y0,x1,y1;..." or JSON [..] or [[..], ..]. Never throws for bad input.
using Rows = std::vector<std::vector<double>>;
[[nodiscard]] std::variant<Rows, PromptError> parse_rows(std::string_view text);

/// Structure of an event or a signal. Numbers are arrays of the JSON's form, or the JSON text itself; a mask is a path
/// (mask) or a GRAY8 buffer without padding (mask, with mask-width and mask-height; read by settle_grey() unless
/// mask-indexed is TRUE). Never throws for bad input.
[[nodiscard]] PromptParse parse_prompt(const GstStructure* structure);

/// The structure that parse_prompt() reads back; its buffer takes over the mask, which load_mask() must have read before.
/// Transfer full.
[[nodiscard]] GstStructure* prompt_structure(PromptLine line);

/// Makes the mask of a line that names a path, has run lengths or polygons; the text of what is wrong, or nothing.
[[nodiscard]] std::optional<std::string> load_mask(PromptLine& line);

/// The prompts of a line in shares of its picture (to_shares()): one, or one per object of a mask image. They take over
/// its points, strokes and mask; what an answer needs stays. Empty for remove and reset. The text says why its mask cannot
/// be used.
[[nodiscard]] std::variant<std::vector<Prompt>, std::string> make_prompts(PromptLine& line);

}  // namespace ausm::gst
