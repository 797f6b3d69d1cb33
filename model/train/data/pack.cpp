// SPDX-License-Identifier: MIT
// Chooses how small everything must become, then makes the files one after the other.
#include "train/data/pack.h"

#include "io/atomic_file.h"
#include "train/data/pack_file.h"
#include "train/data/pack_frame.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>
#include <system_error>

namespace ausm::train {
namespace {

namespace fs = std::filesystem;

/// One try of the order in pack()'s description.
struct Step {
    int short_side = 0, quality = 0;
    std::map<std::string, std::size_t> every;  ///< role: every how many pictures are kept; not here: all; 0: none
    std::string left_out;
};

std::vector<Step> steps_of(const PackOptions& options) {
    constexpr int kSmaller = 4, kLeastQuality = 40;
    std::vector<Step> steps = {{options.short_side, options.quality, {}, ""}};
    const auto next = [&](const auto& change) {
        auto step = steps.back();
        change(step);
        steps.push_back(std::move(step));
    };
    for (int i = 1; i <= kSmaller; ++i) {
        if (steps.back().quality > kLeastQuality)
            next([&](Step& step) { step.quality = std::max(kLeastQuality, step.quality - 10); });
        next([&](Step& step) { step.short_side = options.short_side * (16 - i) / 16; });
    }
    const auto thin = [&](const std::string& role, std::size_t every, const std::string& what) {
        next([&](Step& step) {
            step.every[role] = every;
            step.left_out += (step.left_out.empty() ? "" : ", ") + what;
        });
    };
    thin("background", 2, "every second background");
    thin("single", 2, "every second picture of the role 'single'");
    thin("picture", 2, "every second picture of the role 'picture'");
    thin("video", 2, "every second frame of video");
    thin("background", 0, "all backgrounds");
    thin("single", 0, "all pictures of the role 'single'");
    return steps;
}

struct FrameIndex {
    std::size_t sequence = 0, frame = 0;
};

/// The frames of a set that a step keeps, sequence after sequence. Of single pictures whole sequences are left out.
std::vector<FrameIndex> kept(const OpenSource& set, const Step& step) {
    const auto found = step.every.find(set.source.role);
    const auto every = found == step.every.end() ? 1 : found->second;
    std::vector<FrameIndex> frames;
    if (every == 0)
        return frames;
    const auto sequences = set.data ? set.data->sequences() : set.sprites.size();
    const bool video = set.source.role == "video";
    for (std::size_t i = 0; i < sequences; i += video ? 1 : every)
        for (std::size_t n = 0; n < (set.data ? set.data->frames(i) : 1); n += video ? every : 1)
            frames.push_back({i, n});
    return frames;
}

PackedFrame make_frame(const OpenSource& set, const FrameIndex& at, const Step& step) {
    constexpr int kBetter = 15;  // sprites are small and seen at their edges
    if (!set.data)
        return pack_sprite(set.sprites[at.sequence], step.short_side, std::min(100, step.quality + kBetter));
    return pack_frame(set.data->read(at.sequence, at.frame), step.short_side, step.quality);
}

/// From at most kSamples pictures of each set.
std::int64_t estimate(const std::vector<OpenSource>& sets, const Step& step) {
    constexpr std::size_t kSamples = 24, kFrame = 16;  // what the header and the sizes of a frame have
    double bytes = 0;
    for (const auto& set : sets) {
        const auto frames = kept(set, step);
        const auto samples = std::min(kSamples, frames.size());
        double sampled = 0;
        for (std::size_t i = 0; i < samples; ++i) {
            const auto frame = make_frame(set, frames[i * frames.size() / samples], step);
            sampled += static_cast<double>(frame.picture.size() + frame.runs.size() + kFrame);
        }
        if (samples != 0)
            bytes += sampled * static_cast<double>(frames.size()) / static_cast<double>(samples);
    }
    return static_cast<std::int64_t>(bytes);
}

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
PackReport make(const std::vector<OpenSource>& sets, const Step& step, const fs::path& folder,
                const PackOptions& options, const PackProgress& progress) {
    PackReport report{step.short_side, step.quality, step.left_out, {}, {}, 0};
    std::vector<std::vector<FrameIndex>> frames;
    std::size_t total = 0, done = 0;
    for (const auto& set : sets)
        total += frames.emplace_back(kept(set, step)).size();
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
    for (const auto& step : steps_of(options)) {
        if (estimate(sets, step) > options.total_bytes - options.total_bytes / 50)
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
