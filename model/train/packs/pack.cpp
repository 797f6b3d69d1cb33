// SPDX-License-Identifier: MIT
// Makes the files one after the other, with the first step that fits.
#include "train/packs/pack.h"

#include "io/atomic_file.h"
#include "train/packs/pack_file.h"
#include "train/packs/pack_plan.h"

#include <cstdio>
#include <numeric>
#include <set>
#include <stdexcept>
#include <system_error>

namespace ausm::train {
namespace {

namespace fs = std::filesystem;

/// Thrown inside of this file alone: the step is too large.
struct TooLarge {};

/// The files of one try; removes them again unless finish() was reached.
class Parts {
public:
    Parts(fs::path folder, const PackOptions& options) : folder_(std::move(folder)), options_(options) {}
    ~Parts() {
        std::error_code ignored;
        if (!finished_)
            for (const auto& file : files_)
                fs::remove(file, ignored);
    }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    void add(const Source& source, const PackedSequence& sequence) {
        PackedSet alone{source, {}, {}, {}, {}, {}, {}};
        alone.add(sequence);
        if (kHeader + alone.size() > options_.file_bytes)
            throw std::runtime_error("'" + sequence.name + "' of the source '" + source.name + "' alone has " +
                                     std::to_string(alone.size()) + " bytes: more than a file may have");
        if (size() + alone.size() > options_.file_bytes)
            write();
        if (part_.sets.empty() || part_.sets.back().source.name != source.name)
            part_.sets.push_back(std::move(alone));
        else
            part_.sets.back().add(sequence);
        if (written_ + size() > options_.total_bytes)
            throw TooLarge();
    }
    void finish(PackReport& report) {
        part_.last = true;
        write();
        finished_ = true;
        report.files = files_;
        report.total_bytes = written_;
    }

private:
    static constexpr std::int64_t kHeader = 4096;  ///< more than the header has besides what the sets count

    [[nodiscard]] std::int64_t size() const {
        return std::accumulate(part_.sets.begin(), part_.sets.end(), kHeader,
                               [](std::int64_t sum, const PackedSet& set) { return sum + set.size(); });
    }
    void write() {
        char name[32];
        std::snprintf(name, sizeof name, "part-%03d.safetensors", part_.part);
        files_.push_back(folder_ / name);
        const auto bytes = write_part(part_);
        io::write_atomically(files_.back().string(), bytes);
        written_ += static_cast<std::int64_t>(bytes.size());
        part_ = {part_.part + 1, false, {}};
    }

    fs::path folder_;
    PackOptions options_;
    PackPart part_;
    std::vector<fs::path> files_;
    std::int64_t written_ = 0;
    bool finished_ = false;
};

/// Throws TooLarge.
PackReport make(const std::vector<OpenSource>& sets, const PackStep& step, const fs::path& folder,
                const PackOptions& options, const PackProgress& progress) {
    PackReport report{step.short_side, step.quality, step.left_out, {}, {}, 0};
    std::vector<std::vector<FrameIndex>> frames;
    std::size_t total = 0, done = 0;
    for (const auto& set : sets)
        total += frames.emplace_back(kept_frames(set, step)).size();
    Parts parts(folder, options);
    for (std::size_t s = 0; s < sets.size(); ++s) {
        const auto& set = sets[s];
        PackedSize size{set.source.name, set.source.role};
        for (auto at = frames[s].begin(); at != frames[s].end();) {
            const auto index = at->sequence;
            PackedSequence sequence{set.data ? set.data->name(index) : std::to_string(index), {}};
            for (; at != frames[s].end() && at->sequence == index; ++at, ++done) {
                const auto& frame = sequence.frames.emplace_back(make_frame(set, *at, step));
                size.picture_bytes += static_cast<std::int64_t>(frame.picture.size());
                size.run_bytes += static_cast<std::int64_t>(frame.runs.size());
            }
            size.frames += sequence.frames.size();
            ++size.sequences;
            parts.add(set.source, sequence);
            if (progress)
                progress(set.source.name, done, total);
        }
        report.sets.push_back(std::move(size));
    }
    parts.finish(report);
    return report;
}

void check(const PackOptions& options, const fs::path& folder) {
    const auto refuse = [](const std::string& why) { throw std::runtime_error("pack: " + why); };
    if (options.short_side < 32)
        refuse("the short side must be 32 or more, not " + std::to_string(options.short_side));
    if (options.quality < 1 || options.quality > 100)
        refuse("the quality must be 1 to 100, not " + std::to_string(options.quality));
    if (options.file_bytes < 1 || options.total_bytes < 1)
        refuse("the sizes of a file and of all must be above 0");
    fs::create_directories(folder);
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".safetensors")
            refuse("'" + entry.path().string() + "' is there already: give an empty folder");
}

std::vector<OpenSource> open_all(const std::vector<Source>& sources, const std::string& root) {
    std::vector<OpenSource> sets;
    std::set<std::string> names;
    for (const auto& source : sources)
        for (auto& set : open_source(source, root)) {
            if (!names.insert(set.source.name).second)
                throw std::runtime_error("pack: two sources have the name '" + set.source.name + "'");
            sets.push_back(std::move(set));
        }
    return sets;
}

}  // namespace

PackReport pack(const std::vector<Source>& sources, const std::string& root, const fs::path& folder,
                const PackOptions& options, const PackProgress& progress) {
    check(options, folder);
    const auto sets = open_all(sources, root);
    for (const auto& step : pack_steps(options, sets)) {
        if (estimate(sets, step) > options.total_bytes / 100 * 96)
            continue;
        try {
            return make(sets, step, folder, options, progress);
        } catch (const TooLarge&) {
            continue;
        }
    }
    throw std::runtime_error("pack: the sources do not fit into " + std::to_string(options.total_bytes) +
                             " bytes, however small their pictures");
}

}  // namespace ausm::train
