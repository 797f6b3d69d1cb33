// SPDX-License-Identifier: MIT
// Small sets into packs and back; packs that are not whole.
#include "train/packs/pack.h"

#include "../../data/miniature.h"
#include "io/safetensors.h"
#include "train/packs/packed.h"

#include <fstream>
#include <random>

namespace ausm::train {
namespace {

using data::test::Bytes;
using data::test::expect_error;

class Pack : public data::test::Miniature {
protected:
    PackOptions options;
    std::vector<Source> sources = {
        {"stills", "id-maps", "stills", "picture", true, true, false, 2},
        {"clips", "id-maps-video", "clips/*", "video", false, false, true, 1, 0.5},
        {"walls", "pictures", "walls", "background"},
        {"drawings", "sprites", "drawings", "sprite"},
    };

    Pack() {
        for (const auto* stem : {"a", "b"})
            frame("stills", stem, 96, 64);
        for (const auto* clip : {"clips/x", "clips/y"})
            for (const auto* stem : {"0", "1", "2", "3", "4"})
                frame(clip, stem, 48, 40);
        for (int i = 0; i < 6; ++i)
            noise("walls/" + std::to_string(i) + ".jpg", 160, 120);
        png("drawings/d.png", 3, 2, PNG_COLOR_TYPE_RGB_ALPHA,
            {{200, 0, 0, 255, 200, 0, 0, 0, 200, 0, 0, 100}, {200, 0, 0, 255, 200, 0, 0, 255, 200, 0, 0, 255}});
    }
    PackReport make(const std::string& folder = "pack") const {
        return pack(sources, path(), path(folder), options, {});
    }
    [[nodiscard]] std::vector<OpenSource> open(const std::string& what = "pack/*.safetensors") const {
        return open_source({"all", "packed", what, ""}, path());
    }

private:
    void noise(const std::string& name, int width, int height) const {
        jpeg(name, 1, 1);  // makes the folder
        std::mt19937 random(7);
        Bytes rgb(static_cast<std::size_t>(3 * width * height));
        for (auto& value : rgb)
            value = static_cast<std::uint8_t>(random());
        io::test::write_jpeg(path(name), width, height, rgb);
    }
    void frame(const std::string& folder, const std::string& stem, int width, int height) const {
        jpeg(folder + "/images/" + stem + ".jpg", width, height);
        Bytes values;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                values.push_back(y < 8 ? 255 : x < width / 2 ? 1 : 0);
        ids(folder + "/masks/" + stem + ".png", width, height, values);
    }
};

TEST_F(Pack, WhatComesBackIsWhatWentIn) {
    const auto report = make();
    EXPECT_EQ(report.left_out, "");
    EXPECT_EQ(report.quality, 70);
    ASSERT_EQ(report.files.size(), 1U);
    EXPECT_EQ(report.total_bytes, static_cast<std::int64_t>(std::filesystem::file_size(report.files[0])));
    const auto sets = open();
    ASSERT_EQ(sets.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(sets[i].source.name, sources[i].name);
        EXPECT_EQ(sets[i].source.role, sources[i].role);
        EXPECT_EQ(sets[i].source.complete, sources[i].complete);
        EXPECT_EQ(sets[i].source.cut_outs, sources[i].cut_outs);
        EXPECT_EQ(sets[i].source.research_only, sources[i].research_only);
        EXPECT_EQ(sets[i].source.weight, sources[i].weight);
        EXPECT_EQ(sets[i].source.join, sources[i].join);
        EXPECT_EQ(report.sets[i].name, sources[i].name);
    }
    EXPECT_EQ(sets[0].data->sequences(), 2U);
    EXPECT_EQ(sets[0].data->name(1), "b");
    EXPECT_EQ(sets[1].data->frames(1), 5U);
    EXPECT_EQ(report.sets[1].frames, 10U);
    const auto original = open_source(sources[1], path()).at(0).data->read(1, 3);
    const auto packed = sets[1].data->read(1, 3);
    EXPECT_EQ(packed.ids.values, original.ids.values);
    ASSERT_EQ(packed.rgb.pixels.size(), original.rgb.pixels.size());
    for (std::size_t i = 0; i < packed.rgb.pixels.size(); ++i)
        ASSERT_NEAR(packed.rgb.pixels[i], original.rgb.pixels[i], 6) << i;
    EXPECT_TRUE(sets[2].data->read(5, 0).ids.values.empty());
}

TEST_F(Pack, SpritesKeepTheirAlphaInSixteenLevels) {
    make();
    const auto sets = open();
    EXPECT_EQ(sets[3].data, nullptr);
    ASSERT_EQ(sets[3].sprites.size(), 1U);
    const auto& sprite = sets[3].sprites[0];
    EXPECT_EQ(sprite.alpha.values, (Bytes{255, 0, 102, 255, 255, 255}));
    for (std::size_t i = 0; i < sprite.rgb.pixels.size(); i += 3)
        EXPECT_NEAR(sprite.rgb.pixels[i], 200, 6) << i;
}

TEST_F(Pack, LargePicturesShrinkToTheShortSide) {
    options.short_side = 32;
    make();
    const auto picture = open()[0].data->read(0, 0);
    EXPECT_EQ(picture.rgb.height, 32);
    EXPECT_EQ(picture.rgb.width, 48);
    ASSERT_EQ(picture.ids.values.size(), 32U * 48);
    EXPECT_EQ(picture.ids.values[3 * 48], 255);
    EXPECT_EQ(picture.ids.values[4 * 48 + 23], 1);
    EXPECT_EQ(picture.ids.values[4 * 48 + 24], 0);
}

TEST_F(Pack, SeveralFilesMakeOnePack) {
    options.file_bytes = 40000;
    const auto report = make();
    ASSERT_GT(report.files.size(), 2U);
    for (const auto& file : report.files)
        EXPECT_LE(std::filesystem::file_size(file), 40000U);
    const auto sets = open();
    ASSERT_EQ(sets.size(), 4U);
    EXPECT_EQ(sets[2].data->sequences(), 6U);
    EXPECT_EQ(sets[2].data->read(5, 0).rgb.height, 120);
    remove("pack/part-001.safetensors");
    expect_error([&] { (void)open(); }, {"part-00", "of a pack of which", "missing"});
}

TEST_F(Pack, ALastPartThatIsMissingIsAnError) {
    options.file_bytes = 40000;
    const auto report = make();
    std::filesystem::remove(report.files.back());
    expect_error([&] { (void)open(); }, {report.files[report.files.size() - 2].string(), "not the last part"});
}

TEST_F(Pack, ASmallBudgetTakesSmallerPicturesThenFewer) {
    options.short_side = 120;
    const auto whole = make("whole").total_bytes;
    options.total_bytes = whole * 85 / 100;
    const auto smaller = make("smaller");
    EXPECT_LE(smaller.total_bytes, options.total_bytes);
    EXPECT_LT(smaller.quality, 70);
    EXPECT_EQ(smaller.left_out, "");
    options.total_bytes = whole * 35 / 100;
    const auto fewer = make("fewer");
    EXPECT_LE(fewer.total_bytes, options.total_bytes);
    EXPECT_EQ(fewer.left_out, "every second background");
    EXPECT_EQ(fewer.quality, 40);
    EXPECT_EQ(fewer.short_side, 90);
    ASSERT_EQ(fewer.sets[2].sequences, 3U);
    EXPECT_EQ(open("fewer/*")[2].data->sequences(), 3U);
    options.total_bytes = 5000;
    expect_error([&] { make("none"); }, {"do not fit into 5000 bytes"});
    EXPECT_TRUE(std::filesystem::is_empty(path("none")));
}

TEST_F(Pack, WrongOptionsAndFolders) {
    options.quality = 0;
    expect_error([&] { make(); }, {"quality", "0"});
    options = {};
    options.short_side = 8;
    expect_error([&] { make(); }, {"short side", "8"});
    options = {};
    options.file_bytes = 0;
    expect_error([&] { make(); }, {"above 0"});
    options.file_bytes = 8000;
    expect_error([&] { make(); }, {"'walls'", "more than a file may have"});
    EXPECT_TRUE(std::filesystem::is_empty(path("pack")));
    options = {};
    make();
    expect_error([&] { make(); }, {"part-000.safetensors", "is there already"});
    sources.push_back(sources[0]);
    expect_error([&] { make("other"); }, {"two sources", "'stills'"});
}

TEST_F(Pack, APictureThatCannotBeReadEndsPacking) {
    text("walls/3.jpg", "x");
    expect_error([&] { make(); }, {path("walls/3.jpg")});
    EXPECT_TRUE(std::filesystem::is_empty(path("pack")));
}

TEST_F(Pack, PacksCanBePackedAgainAndWeighed) {
    make();
    sources = {{"all", "packed", "pack/*.safetensors", "", false, false, false, 3}};
    EXPECT_EQ(open_source(sources[0], path())[0].source.weight, 6);
    make("again");
    EXPECT_EQ(open("again/*").size(), 4U);
}

/// A pack written anew with one thing changed.
class DamagedPack : public Pack {
protected:
    using Tensors = std::map<std::string, io::TensorView>;
    using Words = std::map<std::string, std::string>;

    template <class Change>
    void expect_wrong(const Change& change, const std::vector<std::string>& words) const {
        const auto file = io::Safetensors::read(path("pack/part-000.safetensors"));
        auto tensors = file.tensors();
        auto metadata = file.metadata();
        change(tensors, metadata);
        const auto bytes = io::write_safetensors(tensors, metadata);
        std::ofstream(path("bad.safetensors"), std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        expect_error([&] { (void)open("bad.safetensors"); }, {"bad.safetensors"});
        expect_error([&] { (void)open("bad.safetensors"); }, words);
    }
    template <class Change>
    void expect_wrong_sets(const Change& change, const std::vector<std::string>& words) const {
        expect_wrong(
            [&](Tensors&, Words& metadata) {
                auto sets = nlohmann::json::parse(metadata.at("sets"));
                change(sets);
                metadata["sets"] = sets.dump();
            },
            words);
    }
};

TEST_F(DamagedPack, ErrorsNameFileAndField) {
    make();
    expect_wrong([](Tensors&, Words& words) { words.erase("format"); }, {"ausm-pack"});
    expect_wrong([](Tensors&, Words& words) { words.erase("sets"); }, {"sets"});
    expect_wrong([](Tensors&, Words& words) { words["sets"] = "[{"; }, {"no list"});
    expect_wrong([](Tensors&, Words& words) { words["part"] = "x"; }, {"part is 'x'"});
    expect_wrong([](Tensors&, Words& words) { words["part"] = "1"; }, {"part 1"});
    expect_wrong([](Tensors&, Words& words) { words["last"] = "false"; }, {"not the last part"});
    expect_wrong([](Tensors& tensors, Words&) { tensors.erase("0.runs"); }, {"'0.runs' is missing"});
    expect_wrong([](Tensors& tensors, Words&) { tensors["0.pictures"].dtype = "BOOL"; }, {"'0.pictures' is not U8"});
    expect_wrong([](Tensors& tensors, Words&) { tensors["0.runs"] = tensors["1.runs"]; },
                 {"'0.run_sizes' does not fit"});
    expect_wrong([](Tensors& tensors, Words&) { tensors["1.picture_sizes"] = tensors["0.picture_sizes"]; },
                 {"'1.picture_sizes' has 2 numbers for 10 frames"});
    expect_wrong_sets([](auto& sets) { sets[0].erase("role"); }, {"sets[0].role: is missing"});
    expect_wrong_sets([](auto& sets) { sets[0]["role"] = "still"; }, {"sets[0].role: 'still'"});
    expect_wrong_sets([](auto& sets) { sets[0]["weight"] = 0; }, {"sets[0].weight: must be above 0"});
    expect_wrong_sets([](auto& sets) { sets[0]["weight"] = "1"; }, {"sets[0].weight: has the wrong type"});
    expect_wrong_sets([](auto& sets) { sets[0]["more"] = 1; }, {"sets[0].more: is not known"});
    expect_wrong_sets([](auto& sets) { sets[0]["sequences"][1] = "b"; }, {"sets[0].sequences: must be a list"});
    expect_wrong_sets([](auto& sets) { sets[0]["sequences"][1][1] = -1; }, {"sets[0].sequences: must be a list"});
    expect_wrong_sets([](auto& sets) { sets[2]["role"] = "sprite"; }, {"has no alpha"});
}

TEST_F(DamagedPack, OtherFiles) {
    text("bad.safetensors", "x");
    expect_error([&] { (void)open("bad.safetensors"); }, {"bad.safetensors"});
    expect_error([&] { (void)open("pack/*"); }, {"there is no", "pack/*"});
    make();
    std::filesystem::copy(path("pack/part-000.safetensors"), path("pack/copy.safetensors"));
    expect_error([&] { (void)open(); }, {"copy.safetensors", "part-000.safetensors", "same part"});
}

TEST_F(DamagedPack, ADamagedPictureIsAnErrorOfReadingThatNamesTheFrame) {
    make();
    auto file = path("pack/part-000.safetensors");
    const auto whole = io::Safetensors::read(file);
    std::vector<std::byte> pictures(whole.tensors().at("1.pictures").data.begin(),
                                    whole.tensors().at("1.pictures").data.end());
    std::fill(pictures.begin(), pictures.begin() + 40, std::byte{0});
    auto tensors = whole.tensors();
    tensors["1.pictures"].data = pictures;
    const auto bytes = io::write_safetensors(tensors, whole.metadata());
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const auto sets = open();
    expect_error([&] { (void)sets[1].data->read(0, 0); }, {file, "'x', frame 0", "JPEG"});
    EXPECT_NO_THROW((void)sets[1].data->read(0, 1));
}

}  // namespace
}  // namespace ausm::train
