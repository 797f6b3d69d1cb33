// SPDX-License-Identifier: MIT
// ausm data: training data packed for a machine that has little, and pictures of the clips that are made of it.
#include "io/atomic_file.h"
#include "io/jpeg.h"
#include "io/png.h"
#include "tools/command.h"
#include "tools/progress.h"
#include "train/packs/pack.h"
#include "train/picture_tensors.h"
#include "train/recipe.h"
#include "train/synthesis/pool_sources.h"
#include "train/synthesis/preview.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <span>

namespace ausm::tools {
namespace {

namespace fs = std::filesystem;

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
    const auto report = train::pack(recipe.sources, training_data(command.data), command.out, command.options,
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

struct ExportCommand {
    std::string recipe, data, out;
    std::uint64_t first = 0;
    std::int64_t count = 50;
    bool absent = false;
};

/// Objects of a clip under new numbers, 1 and up, in a DAVIS layout; those that come back alone, with `absent`.
class ClipExport {
public:
    ClipExport(const train::ClipMaker& maker, const std::string& folder) : maker_(maker), folder_(folder) {
        if (fs::exists(folder_) && !fs::is_empty(folder_))
            throw std::runtime_error(folder + ": is there already and not empty; choose another folder");
    }
    /// False where the clip has no such object in its first frame.
    bool write(std::uint64_t index, bool absent, const std::string& name) const {
        const auto scene = maker_.scene(index);
        const auto numbers = renumber(scene, absent);
        if (numbers.max().item<std::int64_t>() == 0)
            return false;
        const auto pictures = folder_ / "JPEGImages/480p" / name, masks = folder_ / "Annotations/480p" / name;
        fs::create_directories(pictures);
        fs::create_directories(masks);
        for (std::int64_t t = 0; t < scene.frames.size(0); ++t) {
            char file[32];
            std::snprintf(file, sizeof file, "%05lld", static_cast<long long>(t));
            const auto bytes = io::encode_jpeg(train::rgb_of(scene.frames[t]), 95, /*half_colour=*/false);
            io::write_atomically((pictures / (std::string(file) + ".jpg")).string(), std::as_bytes(std::span(bytes)));
            const auto map = numbers.index({scene.ids[t].to(at::kLong)}).to(at::kByte);
            io::write_index_png((masks / (std::string(file) + ".png")).string(), train::index_of(map));
        }
        return true;
    }

private:
    /// [256] the number of each id.
    static at::Tensor renumber(const train::Scene& scene, bool absent) {
        const auto numbers = at::zeros({256}, at::kLong);
        const auto area = at::bincount(scene.ids[0].flatten().to(at::kLong), {}, 256);
        const auto least = scene.ids[0].numel() / 1000;
        std::int64_t next = 0;
        for (std::int64_t id = 1; id < data::kIgnored; ++id) {
            const bool chosen = !absent || std::any_of(scene.absences.begin(), scene.absences.end(),
                                                       [id](const auto& absence) { return absence.id == id; });
            if (chosen && area[id].item<std::int64_t>() > least)
                numbers[id] = ++next;
        }
        return numbers;
    }

    const train::ClipMaker& maker_;
    fs::path folder_;
};

void export_clips(const ExportCommand& command) {
    const auto recipe = train::read_recipe(command.recipe);
    const train::ClipMaker maker(recipe.clips,
                                 train::open_pool(recipe.sources, training_data(command.data), recipe.clips));
    const ClipExport files(maker, command.out);
    // A recipe without such clips must not go on for ever.
    const auto most = static_cast<std::uint64_t>(command.count) * 100;
    std::int64_t written = 0;
    Progress progress("clip", command.count);
    for (std::uint64_t i = 0; written < command.count && i < most; ++i) {
        char name[32];
        std::snprintf(name, sizeof name, "clip-%05lld", static_cast<long long>(command.first + i));
        written += files.write(command.first + i, command.absent, name) ? 1 : 0;
        progress.show(written);
    }
    progress.clear();
    std::cout << written << " clips in " << command.out << "\nnext: ausm eval davis --root " << command.out
              << "   and the same with --zero-state\n";
    if (written < command.count)
        throw std::runtime_error("of " + std::to_string(most) + " clips only so many have such an object; raise " +
                                 "clips.occlusion.probability in the recipe");
}

struct PreviewCommand {
    std::string recipe, data, out = "clips.png";
    std::uint64_t first = 0;
    std::int64_t count = 6;
};

void preview(const PreviewCommand& command) {
    const auto recipe = train::read_recipe(command.recipe);
    const train::ClipMaker maker(recipe.clips,
                                 train::open_pool(recipe.sources, training_data(command.data), recipe.clips));
    io::write_rgb_png(command.out, train::rgb_of(train::contact_sheet(maker, command.first, command.count)));
    std::cout << command.out << ": clips " << command.first << " to "
              << command.first + static_cast<std::uint64_t>(command.count) - 1 << " of " << recipe.name << '\n';
}

}  // namespace

void add_data(CLI::App& app) {
    auto& data = *app.add_subcommand("data", "Training data: pack it into few files, look at its clips");
    data.require_subcommand(1);

    auto packing = std::make_shared<PackCommand>();
    auto& pack = *data.add_subcommand("pack", "Pack a recipe's data into few files, for a machine without network");
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

    auto exporting = std::make_shared<ExportCommand>();
    auto& out = *data.add_subcommand("export", "Write a recipe's clips in the layout of DAVIS, for `ausm eval davis`");
    out.footer(
        "With --absent only objects that are hidden for several frames, or leave, and come back: what the recurrent\n"
        "state is for. Use another seed (clips.seed) than the training did.");
    out.add_option("recipe", exporting->recipe, "Recipe file")->required();
    out.add_option("out", exporting->out, "New folder")->required();
    out.add_option("--data", exporting->data, "Root folder of the recipe's sources; else $AUSM_TRAIN_DATA");
    out.add_option("--first", exporting->first, "Number of the first clip")->capture_default_str();
    out.add_option("--count", exporting->count, "Clips")->check(CLI::Range(1, 100000))->capture_default_str();
    out.add_flag("--absent", exporting->absent, "Only objects that are away for a while");
    out.callback([exporting] { export_clips(*exporting); });

    auto looking = std::make_shared<PreviewCommand>();
    auto& look = *data.add_subcommand("preview", "A picture of a recipe's clips with masks, marks and t_i drawn in");
    look.footer(
        "Two rows a clip. Upper: the truth, and each object's t_i in the first frame (-: never found); a white\n"
        "frame: all is labelled. Lower: the marks that the network is shown; a square for each tracked object,\n"
        "hollow where it is not visible, with the kind of its prompt (1 mask, 2 box, 3 point, 4 scribble). A cyan\n"
        "frame: the anchor, with its marks as outlines.");
    look.add_option("recipe", looking->recipe, "Recipe file")->required();
    look.add_option("out", looking->out, "PNG file")->capture_default_str();
    look.add_option("--data", looking->data, "Root folder of the recipe's sources; else $AUSM_TRAIN_DATA");
    look.add_option("--first", looking->first, "Number of the first clip")->capture_default_str();
    look.add_option("--count", looking->count, "Clips")->check(CLI::Range(1, 100))->capture_default_str();
    look.callback([looking] { preview(*looking); });
}

}  // namespace ausm::tools
