// SPDX-License-Identifier: MIT
// ausm: the model from the command line.
#include "tools/command.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <stdexcept>
#include <thread>

namespace ausm::tools {
namespace {

const std::map<std::string, Precision>& precisions() {
    static const std::map<std::string, Precision> names{{"auto", Precision::kAuto},
                                                        {"fp32", Precision::kFloat32},
                                                        {"bf16", Precision::kBfloat16},
                                                        {"fp16", Precision::kFloat16}};
    return names;
}

}  // namespace

std::string precision_name(Precision precision) {
    for (const auto& [name, value] : precisions())
        if (value == precision)
            return name;
    return "unknown";
}

PictureSize parse_size(const std::string& text) {
    PictureSize size;
    int end = 0;
    const int found = std::sscanf(text.c_str(), "%5dx%5d%n", &size.height, &size.width, &end);
    if (found != 2 || end != static_cast<int>(text.size()) || size.height < 1 || size.width < 1)
        throw CLI::ValidationError("'" + text + "' is no size; write HEIGHTxWIDTH, for example 256x448");
    return size;
}

CLI::Validator size_check() {
    return {[](std::string& text) {
                try {
                    parse_size(text);
                } catch (const CLI::ValidationError& error) {
                    return std::string(error.what());
                }
                return std::string();
            },
            "HEIGHTxWIDTH"};
}

std::string default_weights() {
    const char* weights = std::getenv("AUSM_WEIGHTS");
    return weights != nullptr ? weights : AUSM_DEFAULT_WEIGHTS;
}

const std::string& existing_weights(const std::string& path) {
    if (!std::filesystem::exists(path))
        throw std::runtime_error("there is no weights file '" + path + "'; give --weights FILE or set AUSM_WEIGHTS");
    return path;
}

std::string training_data(const std::string& given) {
    const char* variable = std::getenv("AUSM_TRAIN_DATA");
    const std::string root = !given.empty() ? given : variable != nullptr ? variable : "";
    if (root.empty())
        throw std::runtime_error("no training data: give --data FOLDER or set AUSM_TRAIN_DATA");
    return root;
}

void use_threads(int threads) {
    at::set_num_threads(threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

at::Device device_of(const std::string& name) {
    if (name == "auto")
        return at::hasCUDA() ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
    return at::Device(name);
}

void add_model_options(CLI::App& command, ModelOptions& options) {
    options.engine.weights = default_weights();
    command.add_option("--weights", options.engine.weights, "Weights file; else $AUSM_WEIGHTS, else the installed one")
        ->capture_default_str();
    command.add_option("--device", options.engine.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    command.add_option("--precision", options.precision, "auto, fp32 or bf16")
        ->check(CLI::IsMember({"auto", "fp32", "bf16", "fp16"}))
        ->capture_default_str();
    command.add_option("--threads", options.engine.threads, "CPU threads of the model; 0: physical cores, at most 4")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
}

std::shared_ptr<Engine> open_model(const ModelOptions& options) {
    auto engine_options = options.engine;
    engine_options.precision = precisions().at(options.precision);
    std::shared_ptr<Engine> engine;
    char error[4096] = "";
    const auto status = ausm_open(kInterfaceVersion, &engine_options, &engine, error, sizeof error);
    if (status == OpenStatus::kWeights)
        throw std::runtime_error(std::string(error) + "; give --weights FILE or set AUSM_WEIGHTS");
    if (status != OpenStatus::kOk)
        throw std::runtime_error(error);
    return engine;
}

}  // namespace ausm::tools

int main(int argc, char** argv) {
    setenv("OMP_WAIT_POLICY", "passive", 0);  // read when LibTorch's OpenMP starts its threads
    CLI::App app{"AUSM: segments and follows everything in video, with a state of fixed size"};
    app.require_subcommand(1);
    app.set_version_flag("--version", AUSM_VERSION);
    ausm::tools::add_info(app);
    ausm::tools::add_bench(app);
    ausm::tools::add_train(app);
    ausm::tools::add_average(app);
    ausm::tools::add_eval(app);
    ausm::tools::add_data(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        std::cerr << "ausm: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
