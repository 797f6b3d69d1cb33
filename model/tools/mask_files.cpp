// SPDX-License-Identifier: MIT
// Renumbers label maps and writes them.
#include "tools/mask_files.h"

#include "io/png.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

namespace ausm::tools {
namespace {

namespace fs = std::filesystem;

void make(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw std::runtime_error("the folder '" + folder.string() + "' cannot be made: " + error.message());
}

}  // namespace

void make_mask_folder(const std::string& folder) {
    std::error_code error;
    const bool empty = fs::is_empty(folder, error);
    if (!error && !empty)
        throw std::runtime_error("'" + folder + "' is not empty; give --masks a new folder");
    make(folder);
}

void write_masks(const std::string& folder, const data::DavisSequence& sequence,
                 const std::vector<eval::LabelFrame>& frames, const std::vector<std::int64_t>& numbers) {
    const auto target = fs::path(folder) / sequence.name;
    make(target);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        std::array<std::uint8_t, 256> value_of{};
        for (std::size_t value = 1; value < value_of.size(); ++value) {
            const auto found = std::find(numbers.begin(), numbers.end(), frames[i].ids[value]);
            if (found != numbers.end())
                value_of[value] = static_cast<std::uint8_t>(found - numbers.begin() + 1);
        }
        auto picture = frames[i].map;
        for (auto& value : picture.values)
            value = value_of[value];
        const auto stem = fs::path(sequence.annotations[i]).stem().string();
        io::write_index_png((target / (stem + ".png")).string(), picture);
    }
}

}  // namespace ausm::tools
