// SPDX-License-Identifier: MIT
// The parts of a pack put together again.
#include "train/packs/packed.h"

#include "io/jpeg.h"
#include "train/packs/pack_file.h"
#include "train/packs/pack_runs.h"

#include <algorithm>
#include <stdexcept>

namespace ausm::train {
namespace {

using Files = std::vector<std::shared_ptr<const io::Safetensors>>;

struct PackedFrameView {
    std::span<const std::uint8_t> picture, runs;
};

struct PackedSequenceView {
    std::string name, file;
    std::vector<PackedFrameView> frames;

    /// Throws std::runtime_error that names the file and the frame.
    [[nodiscard]] data::LabelledPicture read(std::size_t frame) const {
        const auto& [jpeg, runs] = frames.at(frame);
        try {
            data::LabelledPicture picture{io::decode_jpeg(jpeg), {}};
            if (!runs.empty())
                picture.ids = decode_runs(runs, picture.rgb.height, picture.rgb.width);
            return picture;
        } catch (const std::runtime_error& error) {
            throw std::runtime_error("'" + file + "': '" + name + "', frame " + std::to_string(frame) + ": " +
                                     error.what());
        }
    }
};

class Packed final : public data::Dataset {
public:
    Packed(Files files, std::vector<PackedSequenceView> sequences)
        : files_(std::move(files)), sequences_(std::move(sequences)) {}

    [[nodiscard]] std::size_t sequences() const override { return sequences_.size(); }
    [[nodiscard]] std::size_t frames(std::size_t sequence) const override {
        return sequences_.at(sequence).frames.size();
    }
    [[nodiscard]] std::string name(std::size_t sequence) const override { return sequences_.at(sequence).name; }
    [[nodiscard]] data::LabelledPicture read(std::size_t sequence, std::size_t frame) const override {
        return sequences_.at(sequence).read(frame);
    }

private:
    Files files_;  ///< the views point into them
    std::vector<PackedSequenceView> sequences_;
};

std::vector<data::Sprite> sprites_of(const std::vector<PackedSequenceView>& sequences) {
    std::vector<data::Sprite> sprites;
    for (const auto& sequence : sequences) {
        auto picture = sequence.read(0);
        if (picture.ids.values.empty())
            throw std::runtime_error("'" + sequence.file + "': the sprite '" + sequence.name + "' has no alpha");
        sprites.push_back({std::move(picture.rgb), std::move(picture.ids)});
    }
    return sprites;
}

/// All parts in their order. Throws when they are not one whole pack.
std::vector<PackPartView> ordered(const Files& files) {
    std::vector<PackPartView> parts(files.size());
    std::vector<const io::Safetensors*> taken(files.size());
    for (const auto& file : files) {
        auto part = read_part(*file);
        const auto place = static_cast<std::size_t>(part.part);
        if (place >= files.size())
            throw std::runtime_error("'" + file->name() + "' is part " + std::to_string(place) +
                                     " of a pack of which " + std::to_string(files.size()) +
                                     " files are given: others are missing");
        if (taken[place] != nullptr)
            throw std::runtime_error("'" + taken[place]->name() + "' and '" + file->name() +
                                     "' are the same part of packs: give the files of one");
        taken[place] = file.get();
        parts[place] = std::move(part);
    }
    if (!parts.back().last)
        throw std::runtime_error("'" + taken.back()->name() + "' is not the last part of its pack: others are missing");
    return parts;
}

}  // namespace

std::vector<OpenSource> open_packed(const std::vector<std::filesystem::path>& paths) {
    Files files;
    for (const auto& path : paths)
        files.push_back(std::make_shared<io::Safetensors>(io::Safetensors::read(path.string())));
    std::vector<Source> sources;
    std::vector<std::vector<PackedSequenceView>> sequences;
    for (const auto& part : ordered(files))
        for (const auto& set : part.sets) {
            const auto same = [&](const Source& source) { return source.name == set.source.name; };
            const auto found = std::find_if(sources.begin(), sources.end(), same);
            const auto place = static_cast<std::size_t>(found - sources.begin());
            if (found == sources.end()) {
                sources.push_back(set.source);
                sequences.emplace_back();
            } else if (found->role != set.source.role) {
                throw std::runtime_error("'" + set.source.path + "': the set '" + set.source.name +
                                         "' has another role in another part: give the files of one pack");
            }
            std::size_t frame = 0;
            for (std::size_t i = 0; i < set.names.size(); ++i) {
                auto& sequence = sequences[place].emplace_back(PackedSequenceView{set.names[i], set.source.path, {}});
                for (std::int64_t n = 0; n < set.frames[i]; ++n, ++frame)
                    sequence.frames.push_back({set.pictures[frame], set.runs[frame]});
            }
        }
    std::vector<OpenSource> opened;
    for (std::size_t i = 0; i < sources.size(); ++i)
        if (sources[i].role == "sprite")
            opened.push_back({sources[i], nullptr, sprites_of(sequences[i])});
        else
            opened.push_back({sources[i], std::make_unique<Packed>(files, std::move(sequences[i])), {}});
    return opened;
}

}  // namespace ausm::train
