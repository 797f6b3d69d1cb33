// SPDX-License-Identifier: MIT
// What the subcommands of `ausm` share: one function each adds its options to the command line.
#pragma once

#include "ausm.h"

#include <c10/core/Device.h>
#include <CLI/CLI.hpp>

namespace ausm::tools {

/// Options of every command that opens the model.
struct ModelOptions {
    EngineOptions engine;
    std::string precision = "auto";
};

/// Height and width in pixels.
struct PictureSize {
    int height = 0, width = 0;
};

/// --weights (else $AUSM_WEIGHTS, else the installed file), --device, --precision, --threads.
void add_model_options(CLI::App& command, ModelOptions& options);
/// `path`. Throws std::runtime_error that says what to do when there is no such file.
const std::string& existing_weights(const std::string& path);
/// The root of training data: `given`, else $AUSM_TRAIN_DATA. Throws std::runtime_error that says what to do.
std::string training_data(const std::string& given);
/// Of LibTorch's operators; 0: all cores.
void use_threads(int threads);
/// "auto": the first GPU where this LibTorch finds one. Throws c10::Error for a name that LibTorch does not know.
at::Device device_of(const std::string& name);
/// Throws std::runtime_error with the text of ausm_open().
std::shared_ptr<Engine> open_model(const ModelOptions& options);
/// "fp32", "bf16", "fp16".
std::string precision_name(Precision precision);

/// "256x448": height, width. Throws CLI::ValidationError.
PictureSize parse_size(const std::string& text);
/// The same for an option's check().
CLI::Validator size_check();

/// $AUSM_WEIGHTS, else the installed file.
std::string default_weights();

void add_average(CLI::App& app);
void add_info(CLI::App& app);
void add_bench(CLI::App& app);
void add_eval(CLI::App& app);
void add_data(CLI::App& app);
void add_train(CLI::App& app);
/// Below `ausm bench`.
void add_bench_train(CLI::App& bench);

}  // namespace ausm::tools
