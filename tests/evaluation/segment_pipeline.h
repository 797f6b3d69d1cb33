// SPDX-License-Identifier: MIT
// A video through the real pipeline: JPEG pictures, decoder, ausmprompt, ausmsegment, and the label maps that come out.
#pragma once

#include "ausm.h"
#include "data/davis_sequences.h"
#include "eval/davis_annotation.h"

#include <gst/gst.h>

#include <memory>
#include <string>

namespace ausm::evaluation {

struct PipelineOptions {
    PromptKind prompt = PromptKind::kMask;  ///< mask, box or points
    std::uint64_t seed = 0;                 ///< ausmsegment's, order of the ID vectors
    std::string precision = "auto";         ///< ausmsegment's
    std::string format;  ///< of the picture that ausmsegment sees, e.g. RGB; empty: what the decoder gives
};

/// All objects of an annotation as one: 1 where it shows any, 0 elsewhere. Throws std::runtime_error.
[[nodiscard]] io::IndexPicture read_annotation(const data::DavisSequence& sequence, std::size_t frame);

/// Runs while it lives. All functions throw std::runtime_error with the pipeline's own words when it fails, when the
/// prompt is refused, or when the elements are missing.
class SegmentPipeline {
public:
    /// The first annotation is the prompt.
    SegmentPipeline(const data::DavisSequence& sequence, const PipelineOptions& options);
    ~SegmentPipeline();
    SegmentPipeline(const SegmentPipeline&) = delete;
    SegmentPipeline& operator=(const SegmentPipeline&) = delete;

    /// The next label map, as large as the picture; false after the last one.
    bool next(io::IndexPicture& map);

private:
    struct Parts;
    void set_prompt(const data::DavisSequence& sequence, PromptKind kind);
    void check_bus() const;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ausm::evaluation
