// SPDX-License-Identifier: MIT
// What the subcommands of `ausm eval` share.
#pragma once

#include "tools/command.h"
#include "tools/davis_videos.h"
#include "tools/eval_stream.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace ausm::tools {

/// --root and --sequences.
void add_video_options(CLI::App& command, VideoChoice& videos);
/// --mode, "prompted" or "discovery".
void add_mode_option(CLI::App& command, std::string& mode);
/// --prompt, --zero-state, --inference-size and --passes.
CLI::Option* add_stream_options(CLI::App& command, StreamOptions& stream, std::string& prompt);
/// Of a name that --prompt takes.
PromptKind prompt_kind(const std::string& name);

/// What the model was and where it ran.
nlohmann::ordered_json model_json(const ModelInfo& info);

/// The exit status of a run. failure: what ended it early, said on the standard error output; empty: nothing did.
int status_of(const std::string& failure, std::size_t finished, std::size_t videos);

void add_eval_davis(CLI::App& eval);
void add_eval_masks(CLI::App& eval);
void add_eval_clips(CLI::App& eval);

}  // namespace ausm::tools
