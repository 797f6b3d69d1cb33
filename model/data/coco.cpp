// SPDX-License-Identifier: MIT
// The index is read once; masks are made when a picture is asked for.
#include "data/coco.h"

#include "data/json_file.h"
#include "data/picture_file.h"
#include "data/segmentation.h"
#include "io/json_fields.h"
#include "io/picture.h"

#include <map>
#include <stdexcept>

namespace ausm::data {
namespace {

namespace fs = std::filesystem;

struct Instance {
    std::size_t index = 0;  ///< in the file's list, for messages
    bool crowd = false;
    Segmentation segmentation;
};

struct Picture {
    std::string file;
    int height = 0, width = 0;
    std::vector<Instance> instances;
};

class Coco final : public Dataset {
public:
    Coco(std::string index, fs::path images) : index_(std::move(index)), images_(std::move(images)) {
        std::map<std::int64_t, std::size_t> picture_of;
        std::vector<std::pair<std::int64_t, Instance>> instances;
        read_json_lists(
            index_, {"images", "annotations"},
            [&](const std::string& list, std::size_t i, const nlohmann::json& item, const std::string& where) {
                io::JsonFields fields(item, where);
                if (list == "images") {
                    if (!picture_of.emplace(fields.need<std::int64_t>("id"), pictures_.size()).second)
                        fields.fail("id", "is there twice");
                    add_picture(fields);
                } else {
                    instances.emplace_back(fields.need<std::int64_t>("image_id"), read_instance(fields, i));
                }
            });
        for (auto& [image, instance] : instances) {
            const auto found = picture_of.find(image);
            if (found == picture_of.end())
                throw std::runtime_error(where(instance) + ".image_id: there is no picture " + std::to_string(image));
            auto& picture = pictures_[found->second];
            check_size(instance.segmentation, picture.height, picture.width, where(instance) + ".segmentation");
            picture.instances.push_back(std::move(instance));
        }
        if (pictures_.empty())
            throw std::runtime_error(index_ + ": images: has no picture");
    }

    [[nodiscard]] std::size_t sequences() const override { return pictures_.size(); }
    [[nodiscard]] std::size_t frames(std::size_t) const override { return 1; }
    [[nodiscard]] std::string name(std::size_t sequence) const override {
        return fs::path(pictures_.at(sequence).file).stem().string();
    }
    [[nodiscard]] LabelledPicture read(std::size_t sequence, std::size_t) const override {
        const auto& picture = pictures_.at(sequence);
        const auto path = (images_ / picture.file).string();
        std::vector<PaintedMask> masks;
        for (const auto& instance : picture.instances)
            masks.push_back(
                {mask_of(instance.segmentation, picture.height, picture.width, where(instance) + ".segmentation"),
                 static_cast<std::uint8_t>(instance.crowd ? kIgnored : 0)});
        LabelledPicture labelled{read_picture(path), paint(std::move(masks), picture.height, picture.width)};
        check_same_size(labelled, path, index_);
        return labelled;
    }

private:
    void add_picture(io::JsonFields& fields) {
        Picture picture{
            fields.need<std::string>("file_name"), fields.need<int>("height"), fields.need<int>("width"), {}};
        for (const auto& [name, side] : {std::pair{"height", picture.height}, std::pair{"width", picture.width}})
            if (side < 1 || side > io::kMaxPictureSide)
                fields.fail(name, "must be 1 to 16384");
        pictures_.push_back(std::move(picture));
    }
    static Instance read_instance(io::JsonFields& fields, std::size_t index) {
        int crowd = 0;
        fields.get("iscrowd", crowd);
        return {index, crowd != 0, read_segmentation(fields.at("segmentation"), fields.where("segmentation"))};
    }
    [[nodiscard]] std::string where(const Instance& instance) const {
        return index_ + ": annotations[" + std::to_string(instance.index) + "]";
    }

    std::string index_;
    fs::path images_;
    std::vector<Picture> pictures_;
};

}  // namespace

std::unique_ptr<Dataset> open_coco(const fs::path& folder) {
    if (const auto official = folder / "annotations" / "instances_train2017.json"; fs::exists(official))
        return std::make_unique<Coco>(official.string(), folder / "train2017");
    return std::make_unique<Coco>((folder / "instances.json").string(), folder / "images");
}

}  // namespace ausm::data
