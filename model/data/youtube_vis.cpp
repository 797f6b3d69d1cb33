// SPDX-License-Identifier: MIT
// As for COCO, masks are made when a frame is asked for.
#include "data/youtube_vis.h"

#include "data/json_file.h"
#include "data/picture_file.h"
#include "data/segmentation.h"
#include "io/json_fields.h"
#include "io/picture.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

namespace ausm::data {
namespace {

namespace fs = std::filesystem;

struct Track {
    std::size_t index = 0;  ///< in the file's list, for messages
    bool crowd = false;
    std::vector<std::optional<Segmentation>> masks;  ///< one a frame; none: not in it
};

struct Video {
    std::vector<std::string> files;
    int height = 0, width = 0;
    std::vector<Track> tracks;
};

class YoutubeVis final : public Dataset {
public:
    YoutubeVis(std::string index, fs::path images) : index_(std::move(index)), images_(std::move(images)) {
        std::map<std::int64_t, std::size_t> video_of;
        std::vector<std::pair<std::int64_t, Track>> tracks;
        read_json_lists(
            index_, {"videos", "annotations"},
            [&](const std::string& list, std::size_t i, const nlohmann::json& item, const std::string& where) {
                io::JsonFields fields(item, where);
                if (list == "videos") {
                    if (!video_of.emplace(fields.need<std::int64_t>("id"), videos_.size()).second)
                        fields.fail("id", "is there twice");
                    add_video(fields);
                } else {
                    tracks.emplace_back(fields.need<std::int64_t>("video_id"), read_track(fields, i));
                }
            });
        for (auto& [id, track] : tracks) {
            const auto found = video_of.find(id);
            if (found == video_of.end())
                throw std::runtime_error(where(track) + ".video_id: there is no video " + std::to_string(id));
            check(track, videos_[found->second]);
            videos_[found->second].tracks.push_back(std::move(track));
        }
        if (videos_.empty())
            throw std::runtime_error(index_ + ": videos: has no video");
    }

    [[nodiscard]] std::size_t sequences() const override { return videos_.size(); }
    [[nodiscard]] std::size_t frames(std::size_t sequence) const override { return videos_.at(sequence).files.size(); }
    /// The folder of the video's first frame.
    [[nodiscard]] std::string name(std::size_t sequence) const override {
        return fs::path(videos_.at(sequence).files.front()).parent_path().filename().string();
    }
    [[nodiscard]] LabelledPicture read(std::size_t sequence, std::size_t frame) const override {
        const auto& video = videos_.at(sequence);
        const auto path = (images_ / video.files.at(frame)).string();
        std::vector<PaintedMask> masks;
        int next = 0;
        for (const auto& track : video.tracks) {
            const auto id = track.crowd ? kIgnored : std::min(++next, kIgnored);
            if (const auto& mask = track.masks[frame])
                masks.push_back(
                    {mask_of(*mask, video.height, video.width, where(track, frame)), static_cast<std::uint8_t>(id)});
        }
        LabelledPicture labelled{read_picture(path), paint(std::move(masks), video.height, video.width)};
        check_same_size(labelled, path, index_);
        return labelled;
    }

private:
    void add_video(io::JsonFields& fields) {
        Video video{fields.need<std::vector<std::string>>("file_names"),
                    fields.need<int>("height"),
                    fields.need<int>("width"),
                    {}};
        for (const auto& [name, side] : {std::pair{"height", video.height}, std::pair{"width", video.width}})
            if (side < 1 || side > io::kMaxPictureSide)
                fields.fail(name, "must be 1 to 16384");
        if (video.files.empty())
            fields.fail("file_names", "has no frame");
        videos_.push_back(std::move(video));
    }
    static Track read_track(io::JsonFields& fields, std::size_t index) {
        Track track{index, false, {}};
        int crowd = 0;
        fields.get("iscrowd", crowd);
        track.crowd = crowd != 0;
        const auto& masks = fields.at("segmentations");
        if (!masks.is_array())
            fields.fail("segmentations", "must be a list with one entry a frame");
        for (const auto& mask : masks) {
            const auto here = fields.where("segmentations") + "[" + std::to_string(track.masks.size()) + "]";
            track.masks.push_back(mask.is_null() ? std::nullopt : std::optional(read_segmentation(mask, here)));
        }
        return track;
    }
    void check(const Track& track, const Video& video) const {
        if (track.masks.size() != video.files.size())
            throw std::runtime_error(where(track) + ".segmentations: has " + std::to_string(track.masks.size()) +
                                     " entries, the video " + std::to_string(video.files.size()) + " frames");
        for (std::size_t i = 0; i < track.masks.size(); ++i)
            if (track.masks[i])
                check_size(*track.masks[i], video.height, video.width, where(track, i));
    }
    [[nodiscard]] std::string where(const Track& track) const {
        return index_ + ": annotations[" + std::to_string(track.index) + "]";
    }
    [[nodiscard]] std::string where(const Track& track, std::size_t frame) const {
        return where(track) + ".segmentations[" + std::to_string(frame) + "]";
    }

    std::string index_;
    fs::path images_;
    std::vector<Video> videos_;
};

}  // namespace

std::unique_ptr<Dataset> open_youtube_vis(const fs::path& folder) {
    if (const auto older = folder / "train.json"; fs::exists(older))
        return std::make_unique<YoutubeVis>(older.string(), folder / "train" / "JPEGImages");
    return std::make_unique<YoutubeVis>((folder / "instances.json").string(), folder / "JPEGImages");
}

std::unique_ptr<Dataset> open_ovis(const fs::path& folder) {
    return std::make_unique<YoutubeVis>((folder / "annotations_train.json").string(), folder / "train");
}

}  // namespace ausm::data
