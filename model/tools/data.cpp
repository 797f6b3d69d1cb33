// SPDX-License-Identifier: MIT
// ausm data: training data packed for a machine that has little, and pictures of the clips that are made of it.
#include "tools/command.h"
#include "tools/progress.h"
#include "train/data/pack.h"
#include "train/data/pool_sources.h"
#include "train/data/preview.h"
#include "train/data/preview_png.h"
#include "train/recipe.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <iostream>

namespace ausm::tools {
namespace {

std::string data_root(const std::string& given) {
    const char* variable = std::getenv("AUSM_TRAIN_DATA");
    const std::string root = !given.empty() ? given : variable != nullptr ? variable : "";
    if (root.empty())
        throw std::runtime_error("no training data: give --data FOLDER or set AUSM_TRAIN_DATA");
    return root;
}

struct PackCommand {
    std::string recipe, data, out;
    train::PackOptions options;
    std::int64_t total_mib = 60;
};

void pack_data(PackCommand command) {
    const auto recipe = train::read_recipe(command.recipe);
    command.options.total_bytes = command.total_mib * train::kMebibyte;
    command.options.file_bytes = std::min(command.options.file_bytes, command.options.total_bytes);
    std::unique_ptr<Progress> progress;
    const auto report = train::pack(recipe.sources, data_root(command.data), command.out, command.options,
                                    [&](const std::string& set, std::size_t frames, std::size_t total) {
                                        if (!progress)
                                            progress =
                                                std::make_unique<Progress>("picture", static_cast<std::int64_t>(total));
                                        progress->show(static_cast<std::int64_t>(frames), set);
                                    });
    progress.reset();
    std::printf("%-16s %-11s %9s %8s %12s %9s\n", "set", "role", "sequences", "frames", "pictures, MB", "masks, MB");
    for (const auto& set : report.sets)
        std::printf("%-16s %-11s %9zu %8zu %12.2f %9.2f\n", set.name.c_str(), set.role.c_str(), set.sequences,
                    set.frames, static_cast<double>(set.picture_bytes) * 1e-6,
                    static_cast<double>(set.run_bytes) * 1e-6);
    std::printf("short side %d, JPEG quality %d; %zu files, %.2f MiB\n", report.short_side, report.quality,
                report.files.size(), static_cast<double>(report.total_bytes) / static_cast<double>(train::kMebibyte));
    if (!report.left_out.empty())
        std::printf("left out, to fit: %s\n", report.left_out.c_str());
}

struct PreviewCommand {
    std::string recipe, data, out = "clips.png";
    std::uint64_t first = 0;
    std::int64_t count = 6;
};

void preview(const PreviewCommand& command) {
    const auto recipe = train::read_recipe(command.recipe);
    const train::ClipMaker maker(recipe.clips, train::open_pool(recipe.sources, data_root(command.data), recipe.clips));
    train::write_preview(command.out, train::contact_sheet(maker, command.first, command.count));
    std::cout << command.out << ": clips " << command.first << " to "
              << command.first + static_cast<std::uint64_t>(command.count) - 1 << " of " << recipe.name << '\n';
}

}  // namespace

void add_data(CLI::App& app) {
    auto& data = *app.add_subcommand("data", "Training data: pack it into few files, look at its clips");
    data.require_subcommand(1);

    auto packing = std::make_shared<PackCommand>();
    auto& pack = *data.add_subcommand("pack", "Pack a recipe's data for a machine without network or image libraries");
    pack.footer(
        "A recipe there has one source for all of it:\n"
        R"(  {"name": "pack", "format": "packed", "path": "FOLDER"})");
    pack.add_option("recipe", packing->recipe, "Recipe file, whose sources are packed")->required();
    pack.add_option("out", packing->out, "Folder for the files")->required();
    pack.add_option("--data", packing->data, "Root folder of the recipe's sources; else $AUSM_TRAIN_DATA");
    pack.add_option("--mib", packing->total_mib, "Largest size of all files together, MiB")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    pack.add_option("--short-side", packing->options.short_side, "Of the pictures, pixels")->capture_default_str();
    pack.add_option("--quality", packing->options.quality, "Of JPEG")->capture_default_str();
    pack.callback([packing] { pack_data(*packing); });

    auto looking = std::make_shared<PreviewCommand>();
    auto& look = *data.add_subcommand("preview", "A picture of a recipe's clips with masks, marks and t_i drawn in");
    look.footer(
        "Two rows a clip. Upper: the truth, and each object's t_i in the first frame (-: never found); a white\n"
        "frame: all is labelled. Lower: the marks that the network is shown; a square for each tracked object,\n"
        "hollow where it is not visible, with the kind of its prompt (1 mask, 2 box, 3 point, 4 scribble).");
    look.add_option("recipe", looking->recipe, "Recipe file")->required();
    look.add_option("out", looking->out, "PNG file")->capture_default_str();
    look.add_option("--data", looking->data, "Root folder of the recipe's sources; else $AUSM_TRAIN_DATA");
    look.add_option("--first", looking->first, "Number of the first clip")->capture_default_str();
    look.add_option("--count", looking->count, "Clips")->check(CLI::Range(1, 100))->capture_default_str();
    look.callback([looking] { preview(*looking); });
}

}  // namespace ausm::tools
