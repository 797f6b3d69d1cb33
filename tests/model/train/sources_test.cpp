// SPDX-License-Identifier: MIT
// The configuration's list of data, and the paths in it.
#include "train/sources.h"

#include "../data/miniature.h"

namespace ausm::train {
namespace {

using data::test::expect_error;
using nlohmann::json;

json entry() { return {{"name", "cats"}, {"format", "id-maps"}, {"path", "set"}, {"role", "picture"}}; }

Source read(const json& value) { return read_source({value, "nano.json: data[0]"}); }

TEST(ReadSource, AllFields) {
    auto value = entry();
    EXPECT_FALSE(read(value).complete);
    EXPECT_EQ(read(value).weight, 1);
    value.update({{"complete", true}, {"cut_outs", true}, {"research_only", true}, {"weight", 2.5}});
    const auto source = read(value);
    EXPECT_EQ(source.name, "cats");
    EXPECT_EQ(source.format, "id-maps");
    EXPECT_EQ(source.path, "set");
    EXPECT_EQ(source.role, "picture");
    EXPECT_TRUE(source.complete && source.cut_outs && source.research_only);
    EXPECT_EQ(source.weight, 2.5);
}

TEST(ReadSource, WrongFields) {
    const auto with = [](const std::string& name, const json& changed) {
        auto value = entry();
        value[name] = changed;
        return [value] { (void)read(value); };
    };
    for (const auto* name : {"name", "format", "path"}) {
        auto value = entry();
        value.erase(name);
        expect_error([&] { (void)read(value); }, {"nano.json: data[0]." + std::string(name) + ": is missing"});
        expect_error(with(name, 1), {"." + std::string(name) + ": has the wrong type"});
    }
    expect_error(with("name", ""), {"data[0].name: is empty"});
    expect_error(with("path", ""), {"data[0].path: is empty"});
    expect_error(with("format", "zip"), {"data[0].format", "'zip'", "'youtube-vis'"});
    expect_error(with("role", "video"), {"data[0].role", "'video'", "'single'"});
    expect_error(with("role", ""), {"data[0].role"});
    expect_error(with("weight", 0), {"data[0].weight: must be above 0"});
    expect_error(with("weight", -1), {"data[0].weight"});
    expect_error(with("join", 0.5), {"data[0].join: is for the role 'video'"});
    expect_error(with("join", 2), {"data[0].join: must be 0 to 1"});
    expect_error(with("wieght", 1), {"data[0].wieght: is not known"});
    expect_error(with("complete", "yes"), {"data[0].complete: has the wrong type"});
}

TEST(ReadSource, EachFormatHasItsRoles) {
    const auto fits = [](const std::string& format, const std::string& role) {
        auto value = entry();
        value["format"] = format;
        value["role"] = role;
        return data::test::error_of([&] { (void)read(value); }).empty();
    };
    EXPECT_TRUE(fits("coco", "single") && fits("pictures", "background") && fits("sprites", "sprite"));
    for (const auto* format : {"id-maps-video", "davis", "youtube-vos", "mose", "youtube-vis", "ovis"})
        EXPECT_TRUE(fits(format, "video") && !fits(format, "picture")) << format;
    EXPECT_FALSE(fits("pictures", "picture") || fits("sprites", "background") || fits("coco", "video"));
}

TEST(ReadSource, WithoutInstancesThereIsNothingToCutOut) {
    auto value = entry();
    value.update({{"format", "pictures"}, {"role", "background"}, {"cut_outs", true}});
    expect_error([&] { (void)read(value); }, {"data[0].cut_outs"});
}

TEST(ReadSource, APackHasTheRolesInside) {
    const json value = {{"name", "all"}, {"format", "packed"}, {"path", "p"}, {"weight", 2}};
    EXPECT_EQ(read(value).role, "");
    for (const auto& field :
         {json{{"role", "video"}}, json{{"complete", true}}, json{{"cut_outs", false}}, json{{"join", 1}}}) {
        auto more = value;
        more.update(field);
        expect_error([&] { (void)read(more); }, {"is written in the pack"});
    }
}

class OpenSourceTest : public data::test::Miniature {
protected:
    Source source{"cats", "id-maps", "set", "picture"};

    void frame(const std::string& folder) const {
        jpeg(folder + "/images/a.jpg", 2, 1);
        ids(folder + "/masks/a.png", 2, 1, {0, 1});
    }
    [[nodiscard]] std::vector<OpenSource> open() const { return open_source(source, path()); }
};

TEST_F(OpenSourceTest, OneSet) {
    frame("set");
    const auto opened = open();
    ASSERT_EQ(opened.size(), 1U);
    EXPECT_EQ(opened[0].source.name, "cats");
    EXPECT_EQ(opened[0].data->sequences(), 1U);
    EXPECT_TRUE(opened[0].sprites.empty());
}

TEST_F(OpenSourceTest, StarsMakeOneSetOfSeveralFolders) {
    frame("video/b_2");
    frame("video/b_1");
    frame("video/c");
    source = {"b", "id-maps-video", "video/b_*", "video"};
    const auto opened = open();
    ASSERT_EQ(opened.size(), 1U);
    ASSERT_EQ(opened[0].data->sequences(), 2U);
    EXPECT_EQ(opened[0].data->name(0), "b_1");
    source.path = "video/?";
    EXPECT_EQ(open()[0].data->name(0), "c");
    source.path = "video/d*";
    expect_error([&] { (void)open(); }, {"source 'b'", "there is no", "video/d*"});
    source.format = "mose";
    expect_error([&] { (void)open(); }, {"source 'b'", "one folder"});
}

TEST_F(OpenSourceTest, StarsChooseFiles) {
    jpeg("p/photo_1.jpg", 2, 2);
    jpeg("p/texture_1.jpg", 2, 2);
    source = {"photos", "pictures", "p/photo_*", "background"};
    ASSERT_EQ(open()[0].data->sequences(), 1U);
    EXPECT_EQ(open()[0].data->name(0), "photo_1");
}

TEST_F(OpenSourceTest, Sprites) {
    png("s/a.png", 1, 1, PNG_COLOR_TYPE_RGB_ALPHA, {{1, 2, 3, 4}});
    source = {"drawings", "sprites", "s", "sprite"};
    const auto opened = open();
    EXPECT_EQ(opened[0].data, nullptr);
    EXPECT_EQ(opened[0].sprites.size(), 1U);
}

TEST_F(OpenSourceTest, ErrorsNameTheSource) {
    expect_error([&] { (void)open(); }, {"source 'cats'", path("set")});
    text("set/readme.txt", "");
    expect_error([&] { (void)open(); }, {"source 'cats'", path("set/images")});
    source.format = "zip";
    expect_error([&] { (void)open(); }, {"source 'cats'", "'zip'"});
}

}  // namespace
}  // namespace ausm::train
