// SPDX-License-Identifier: MIT
// ausm info: what a weights file holds.
#include "io/safetensors.h"
#include "tools/command.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace ausm::tools {
namespace {

struct InfoOptions {
    ModelOptions model;
    bool json = false;
};

void print_info(const InfoOptions& options) {
    const auto engine = open_model(options.model);
    const auto& info = engine->info();
    const auto file = io::Safetensors::read(options.model.engine.weights);
    nlohmann::ordered_json out{{"model", info.name},
                               {"weights", options.model.engine.weights},
                               {"hash", info.weights_hash},
                               {"parameters", info.parameters},
                               {"device", info.device},
                               {"precision", precision_name(info.precision)},
                               {"threads", info.threads},
                               {"max-objects", info.max_objects},
                               {"inference-size", info.inference_size}};
    for (const auto* key : {"config", "licence", "sources"})
        if (const auto found = file.metadata().find(key); found != file.metadata().end())
            out[key] = found->second;
    if (options.json) {
        std::cout << out.dump(2) << '\n';
        return;
    }
    for (const auto& [key, value] : out.items())
        std::cout << key << ": " << (value.is_string() ? value.get<std::string>() : value.dump()) << '\n';
}

}  // namespace

void add_info(CLI::App& app) {
    auto options = std::make_shared<InfoOptions>();
    auto* command = app.add_subcommand("info", "Shows a weights file: model, size, training sources and their terms");
    command->footer("Example: ausm info --weights ausm-nano.safetensors");
    add_model_options(*command, options->model);
    command->add_flag("--json", options->json, "JSON, for programs");
    command->callback([options] { print_info(*options); });
}

}  // namespace ausm::tools
