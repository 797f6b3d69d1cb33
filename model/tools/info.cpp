// SPDX-License-Identifier: MIT
// ausm info: what a weights file or a preset is made of, and what a frame costs by arithmetic.
#include "nn/flops.h"
#include "tools/command.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace ausm::tools {
namespace {

using Json = nlohmann::ordered_json;

struct InfoOptions {
    ModelOptions model;
    std::string preset, size;
    int objects = 1;
    bool json = false;
};

NetConfig preset(const std::string& name) {
    const auto nano = nano_config();
    if (name == nano.name)
        return nano;
    throw std::runtime_error("there is no preset '" + name + "'; this program has " + nano.name);
}

const char* phase_name(Phase phase) {
    return phase == Phase::kEncode ? "encode" : phase == Phase::kCompress ? "compress" : "decode";
}

Json config_json(const NetConfig& config) {
    const auto& history = config.history;
    const auto& head = config.head;
    return {{"inference-size", config.inference_size},
            {"dim", config.dim},
            {"stride", config.stride},
            {"backbone", config.backbone.kind},
            {"history-heads", history.heads},
            {"history-ffn", history.ffn},
            {"compressor-layers", history.compressor_layers},
            {"compressor-pool", history.compressor_pool},
            {"history-decoder-layers", history.decoder_layers},
            {"state-dim", history.state_dim},
            {"conv-width", history.conv_width},
            {"expand", history.expand},
            {"id-vectors", history.id_vectors},
            {"anchors", history.anchors},
            {"dt-min", history.dt_min},
            {"head", head.kind},
            {"mask-decoder-heads", head.heads},
            {"mask-decoder-ffn", head.ffn},
            {"mask-decoder-layers", head.layers},
            {"mask-dim", head.mask_dim},
            {"detection-queries", head.detections}};
}

Json cost_json(const NetworkCost& cost, const PictureSize& size, int objects) {
    Json out{{"height", size.height}, {"width", size.width}, {"objects", objects}, {"flops", cost.flops()}};
    for (const auto phase : {Phase::kEncode, Phase::kCompress, Phase::kDecode})
        out["phases"][phase_name(phase)] = cost.flops(phase);
    for (const auto& part : cost.parts)
        out["parts"].push_back({{"part", part.part},
                                {"phase", phase_name(part.phase)},
                                {"flops", part.flops},
                                {"parameters", part.parameters}});
    out["state-bytes"] = {{"fp32", cost.state_bytes(4)}, {"bf16", cost.state_bytes(2)}};
    return out;
}

/// What the file says of itself. The engine has loaded it, so a file that this program cannot use does not get here.
void add_file(Json& out, const io::Safetensors& file, const ModelInfo& engine) {
    out["weights"] = file.name();
    out["hash"] = file.hash();
    for (const auto* key : {"licence", "sources"})
        if (const auto found = file.metadata().find(key); found != file.metadata().end())
            out[key] = found->second;
    const auto card = std::filesystem::path(file.name()).replace_extension(".md");
    if (std::filesystem::exists(card))
        out["card"] = card.string();
    out["runs"] = {
        {"device", engine.device}, {"precision", precision_name(engine.precision)}, {"threads", engine.threads}};
}

Json gather(const InfoOptions& options) {
    NetConfig config;
    Json out;
    if (options.preset.empty()) {
        const auto engine = open_model(options.model);
        const auto file = io::Safetensors::read(options.model.engine.weights);
        config = config_of(file);
        out["model"] = config.name;
        add_file(out, file, engine->info());
    } else {
        config = preset(options.preset);
        out["model"] = config.name;
    }
    const auto size = options.size.empty() ? PictureSize{config.inference_size, config.inference_size / 4 * 7}
                                           : parse_size(options.size);
    const auto cost = network_cost(config, size.height, size.width, options.objects);
    out["parameters"] = cost.parameters();
    out["config"] = config_json(config);
    out["frame"] = cost_json(cost, size, options.objects);
    return out;
}

std::string text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void print(const Json& out) {
    std::printf("%s: %.2f M parameters\n", text(out["model"]).c_str(), out["parameters"].get<double>() * 1e-6);
    for (const auto* key : {"weights", "hash", "licence", "sources", "card"})
        if (out.contains(key))
            std::printf("%s: %s\n", key, text(out[key]).c_str());
    if (out.contains("runs"))
        std::printf("runs here on %s in %s with %s threads\n", text(out["runs"]["device"]).c_str(),
                    text(out["runs"]["precision"]).c_str(), text(out["runs"]["threads"]).c_str());
    std::printf("\nconfiguration\n");
    for (const auto& [key, value] : out["config"].items())
        std::printf("  %-24s %s\n", key.c_str(), text(value).c_str());
    const auto& frame = out["frame"];
    std::printf("\none frame of %s x %s (height x width), %s objects\n", text(frame["height"]).c_str(),
                text(frame["width"]).c_str(), text(frame["objects"]).c_str());
    std::printf("  %-9s %-20s %9s %12s\n", "phase", "part", "GFLOP", "parameters");
    for (const auto& part : frame["parts"])
        std::printf("  %-9s %-20s %9.3f %12lld\n", text(part["phase"]).c_str(), text(part["part"]).c_str(),
                    part["flops"].get<double>() * 1e-9, part["parameters"].get<long long>());
    for (const auto& [phase, flops] : frame["phases"].items())
        std::printf("  %-9s %-20s %9.3f\n", phase.c_str(), "all", flops.get<double>() * 1e-9);
    std::printf("  %-30s %9.3f %12lld\n", "network", frame["flops"].get<double>() * 1e-9,
                out["parameters"].get<long long>());
    std::printf("state of a stream, whatever its length and its objects: %lld bytes in fp32, %lld in bf16\n",
                frame["state-bytes"]["fp32"].get<long long>(), frame["state-bytes"]["bf16"].get<long long>());
}

}  // namespace

void add_info(CLI::App& app) {
    auto options = std::make_shared<InfoOptions>();
    auto* command = app.add_subcommand("info", "Shows a model: configuration, size, operations of a frame, terms");
    command->footer(
        "Operations are 2 for a multiplication with its addition: convolutions, linear layers, products of\n"
        "attention, recurrence and masks; no normalisation, activation, pooling or interpolation.\n"
        "Examples:\n"
        "  ausm info ausm-nano.safetensors\n"
        "  ausm info --preset ausm-nano --size 288x512 --objects 5\n"
        "  ausm info --json");
    add_model_options(*command, options->model);
    auto* weights = command->add_option("WEIGHTS", options->model.engine.weights, "The same as --weights");
    command->add_option("--preset", options->preset, "A model by name instead of a weights file: ausm-nano")
        ->excludes(weights)
        ->excludes("--weights");
    command
        ->add_option("--size", options->size, "HEIGHTxWIDTH of the network's input, multiples of 32; the model's own")
        ->check(size_check());
    command->add_option("--objects", options->objects, "Objects that are tracked")
        ->check(CLI::Range(0, 254))
        ->capture_default_str();
    command->add_flag("--json", options->json, "JSON, for programs");
    command->callback([options] {
        const auto out = gather(*options);
        if (options->json)
            std::cout << out.dump(2) << '\n';
        else
            print(out);
    });
}

}  // namespace ausm::tools
