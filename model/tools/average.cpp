// SPDX-License-Identifier: MIT
// ausm average: one weights file out of several of the same network, or of one in half the size.
// Means of weights that were trained apart from a common start: "Model soups", Wortsman et al. 2022, arXiv 2203.05482.
#include "nn/ausm_net.h"
#include "nn/tensor_file.h"
#include "nn/weight_map.h"
#include "tools/command.h"

#include <ATen/ATen.h>

#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace ausm::tools {
namespace {

constexpr std::int64_t kSmall = 10'000;  // numbers: what is smaller stays float32, it costs nothing

struct AverageOptions {
    std::string out, precision = "fp32", recipe;
    std::vector<std::string> weights;
    std::vector<double> shares;
    bool overwrite = false;
};

/// Shares that sum to 1.
std::vector<double> normalised_shares(const AverageOptions& options) {
    auto shares = options.shares;
    if (shares.empty())
        shares.assign(options.weights.size(), 1);
    if (shares.size() != options.weights.size())
        throw std::runtime_error(std::to_string(shares.size()) + " shares for " +
                                 std::to_string(options.weights.size()) + " weights files: give one for each");
    double sum = 0;
    for (const auto share : shares)
        sum += share;
    for (auto& share : shares)
        share /= sum;
    return shares;
}

void average(const AverageOptions& options) {
    if (std::filesystem::exists(options.out) && !options.overwrite)
        throw std::runtime_error("'" + options.out + "' exists; give --overwrite to replace it");
    const auto shares = normalised_shares(options);
    std::vector<io::Safetensors> files;
    for (const auto& path : options.weights) {
        files.push_back(io::Safetensors::read(path));
        const AusmNet usable(files.back(), at::kFloat);  // else its error names every wrong tensor
        if (files.front().metadata("config") != files.back().metadata("config"))
            throw std::runtime_error(path + ": another network than " + files.front().name());
    }
    TensorFile out;
    for (const auto& [name, view] : files.front().tensors()) {
        auto mean = at::zeros(view.shape, at::kDouble);
        for (std::size_t i = 0; i < files.size(); ++i)
            mean += shares[i] * to_tensor(files[i].tensors().at(name)).to(at::kDouble);
        const bool half = options.precision == "bf16" && mean.numel() >= kSmall;
        out.add(name, mean.to(half ? at::kBFloat16 : at::kFloat));
    }
    auto metadata = files.front().metadata();
    if (!options.recipe.empty())
        metadata["recipe"] = options.recipe;
    out.write(options.out, metadata);
    std::cout << options.out << ": " << std::filesystem::file_size(options.out) << " bytes\n";
}

}  // namespace

void add_average(CLI::App& app) {
    auto options = std::make_shared<AverageOptions>();
    auto* command = app.add_subcommand("average", "Means of weights files, or one of them in half the size");
    command->footer(
        "Weights that were trained apart from a common start are often better as one mean than each alone.\n"
        "The metadata is that of the first file.\n"
        "Examples:\n"
        "  ausm average mean.safetensors first.safetensors second.safetensors\n"
        "  ausm average mean.safetensors first.safetensors second.safetensors --shares 1,3\n"
        "  ausm average small.safetensors weights.safetensors --precision bf16");
    command->add_option("OUT", options->out, "The file to write")->required();
    command->add_option("WEIGHTS", options->weights, "Weights files of one network")->required();
    command->add_option("--shares", options->shares, "Of each file, in their order; equal shares")
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--precision", options->precision,
                     "fp32, or bf16: half the size; tensors of fewer than 10,000 numbers stay fp32")
        ->check(CLI::IsMember({"fp32", "bf16"}))
        ->capture_default_str();
    command->add_option("--recipe", options->recipe, "What the result's metadata says of how it was made");
    command->add_flag("--overwrite", options->overwrite, "Replace OUT if it exists");
    command->callback([options] { average(*options); });
}

}  // namespace ausm::tools
