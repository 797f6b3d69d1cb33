// SPDX-License-Identifier: MIT
// The table of formats.
#include "train/sources.h"

#include "data/coco.h"
#include "data/davis.h"
#include "data/folder.h"
#include "data/id_maps.h"
#include "data/youtube_vis.h"
#include "data/youtube_vos.h"
#include "train/packs/packed.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

namespace ausm::train {
namespace {

namespace fs = std::filesystem;

/// Which roles a format can have, and whether several paths make one set.
struct Format {
    std::vector<std::string> roles;
    bool several = false;
};

const std::map<std::string, Format>& formats() {
    static const std::map<std::string, Format> table = {
        {"coco", {{"picture", "single"}}},
        {"id-maps", {{"picture", "single"}, true}},
        {"id-maps-video", {{"video"}, true}},
        {"pictures", {{"background"}, true}},
        {"sprites", {{"sprite"}, true}},
        {"davis", {{"video"}}},
        {"youtube-vos", {{"video"}}},
        {"mose", {{"video"}}},
        {"youtube-vis", {{"video"}}},
        {"ovis", {{"video"}}},
        {"packed", {{""}, true}},
    };
    return table;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "'" : ", '") + word + "'";
    return text;
}

void check_format(const io::JsonFields& fields, const Source& source) {
    const auto format = formats().find(source.format);
    if (format == formats().end()) {
        std::vector<std::string> known;
        for (const auto& [name, unused] : formats())
            known.push_back(name);
        fields.fail("format", "'" + source.format + "' is none of " + joined(known));
    }
    if (source.format == "packed") {
        for (const auto* name : {"role", "complete", "cut_outs", "research_only", "join"})
            if (fields.has(name))
                fields.fail(name, "is written in the pack, for each of its sets");
        return;
    }
    const auto& roles = format->second.roles;
    if (std::find(roles.begin(), roles.end(), source.role) == roles.end())
        fields.fail("role", "'" + source.role + "': the format '" + source.format + "' has " + joined(roles));
    if (source.cut_outs && (source.role == "background" || source.role == "sprite"))
        fields.fail("cut_outs", "a source of the role '" + source.role + "' has no instances");
    if (source.join != 0 && source.role != "video")
        fields.fail("join", "is for the role 'video'");
}

/// What a path means: itself, or everything that its last part matches, sorted.
std::vector<fs::path> matches(const fs::path& path, bool several) {
    const auto pattern = path.filename().string();
    std::vector<fs::path> found;
    if (pattern.find_first_of("*?") == std::string::npos) {
        found = {path};
    } else if (!several) {
        throw std::runtime_error("'" + path.string() + "': this format takes one folder, without * and ?");
    } else if (fs::is_directory(path.parent_path())) {
        for (const auto& entry : fs::directory_iterator(path.parent_path()))
            if (fnmatch(pattern.c_str(), entry.path().filename().c_str(), FNM_PERIOD) == 0)
                found.push_back(entry.path());
        std::sort(found.begin(), found.end());
    }
    if (found.empty() || !fs::exists(found.front()))
        throw std::runtime_error("there is no '" + path.string() + "'");
    return found;
}

std::unique_ptr<data::Dataset> open_files(const std::string& format, const std::vector<fs::path>& paths) {
    if (format == "coco")
        return data::open_coco(paths.front());
    if (format == "id-maps")
        return data::open_id_maps(paths);
    if (format == "id-maps-video")
        return data::open_id_map_videos(paths);
    if (format == "pictures")
        return data::open_pictures(paths);
    if (format == "davis")
        return data::open_davis(paths.front());
    if (format == "youtube-vos")
        return data::open_youtube_vos(paths.front());
    if (format == "mose")
        return data::open_mose(paths.front());
    if (format == "youtube-vis")
        return data::open_youtube_vis(paths.front());
    return data::open_ovis(paths.front());
}

std::vector<OpenSource> open(const Source& source, const std::vector<fs::path>& paths) {
    std::vector<OpenSource> opened;
    if (source.format == "packed") {
        const bool folder = paths.size() == 1 && fs::is_directory(paths.front());
        opened = open_packed(folder ? matches(paths.front() / "part-*.safetensors", true) : paths);
        for (auto& set : opened)
            set.source.weight *= source.weight;
        return opened;
    }
    if (source.format == "sprites")
        opened.push_back({source, nullptr, data::read_sprites(paths)});
    else
        opened.push_back({source, open_files(source.format, paths), {}});
    return opened;
}

}  // namespace

Source read_source(io::JsonFields fields) {
    Source source;
    source.name = fields.need<std::string>("name");
    source.format = fields.need<std::string>("format");
    source.path = fields.need<std::string>("path");
    fields.get("role", source.role);
    fields.get("complete", source.complete);
    fields.get("cut_outs", source.cut_outs);
    fields.get("research_only", source.research_only);
    fields.get("weight", source.weight);
    fields.get("join", source.join);
    fields.finish();
    if (source.name.empty())
        fields.fail("name", "is empty");
    if (source.path.empty())
        fields.fail("path", "is empty");
    if (!(source.weight > 0) || !std::isfinite(source.weight))
        fields.fail("weight", "must be above 0");
    if (!(source.join >= 0 && source.join <= 1))
        fields.fail("join", "must be 0 to 1");
    check_format(fields, source);
    return source;
}

std::vector<OpenSource> open_source(const Source& source, const std::string& root) {
    try {
        const auto format = formats().find(source.format);
        if (format == formats().end())
            throw std::runtime_error("there is no format '" + source.format + "'");
        return open(source, matches(fs::path(root) / source.path, format->second.several));
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("source '" + source.name + "': " + error.what());
    }
}

}  // namespace ausm::train
