// SPDX-License-Identifier: MIT
// What is found in DAVIS's folders, what annotations mean, and what is said when something is missing.
#include "eval/davis_dataset.h"

#include "davis_folder.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ausm::eval {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

class DavisDataset : public testing::Test {
protected:
    test::DavisFolder data;

    void SetUp() override {
        data.add("dog", 3, test::disc());
        data.add("cat", 2, test::disc(2));
    }
    void expect_error(const std::string& part, const std::vector<std::string>& names = {}) const {
        try {
            (void)davis_sequences(data.root(), names);
            FAIL() << "no error, but it ought to say: " << part;
        } catch (const std::runtime_error& failure) {
            EXPECT_NE(std::string(failure.what()).find(part), std::string::npos) << failure.what();
        }
    }
};

TEST_F(DavisDataset, FindsAllOrTheNamedOnes) {
    const auto all = davis_sequences(data.root(), {});
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "cat");
    EXPECT_EQ(all[1].name, "dog");
    EXPECT_EQ(all[1].pictures.size(), 3U);
    EXPECT_EQ(all[1].annotations[2], data.annotation("dog", 2));
    const auto named = davis_sequences(data.root(), {"dog"});
    ASSERT_EQ(named.size(), 1U);
    EXPECT_EQ(named[0].pictures[0], data.picture("dog", 0));
}

TEST_F(DavisDataset, DiscoveryHasItsOwnAnnotationsWhereTheyExist) {
    EXPECT_EQ(davis_sequences(data.root(), {}, true).size(), 2U);
    fs::create_directories(data.path("Annotations_unsupervised/480p"));
    fs::copy(fs::path(data.annotation("dog", 0)).parent_path(), data.path("Annotations_unsupervised/480p/dog"));
    const auto own = davis_sequences(data.root(), {}, true);
    ASSERT_EQ(own.size(), 1U);
    EXPECT_EQ(own[0].annotations[0], data.path("Annotations_unsupervised/480p/dog/00000.png"));
    EXPECT_EQ(davis_sequences(data.root(), {}).size(), 2U);
}

TEST_F(DavisDataset, SaysWhatIsMissing) {
    expect_error("JPEGImages/480p/cow'", {"cow"});
    expect_error("named twice", {"dog", "dog"});
    fs::remove(data.annotation("dog", 1));
    expect_error("'" + data.picture("dog", 1) + "' has no annotation");
    fs::remove(data.picture("dog", 1));
    fs::remove(data.picture("dog", 2));
    expect_error("'" + data.annotation("dog", 2) + "' has no picture");
    fs::remove(data.picture("dog", 0));
    expect_error("'dog' has no .jpg");
    fs::remove_all(data.path("Annotations/480p"));
    expect_error("there is no folder '" + data.path("Annotations/480p"));
    fs::create_directories(data.path("Annotations/480p"));
    expect_error("has no folder of a video");
}

TEST(DavisObjects, CountsUpToTheHighestNumberOfTheFirstAnnotation) {
    const auto two = davis_objects({4, 1, {0, 2, 255, 0}}, "a.png");
    EXPECT_EQ(two.count, 2);  // 1 is missing there, but officially counts
    EXPECT_FALSE(two.binary);
}

TEST(DavisObjects, OnlyZeroAnd255IsOneObject) {
    const auto one = davis_objects({3, 1, {0, 255, 0}}, "a.png");
    EXPECT_EQ(one.count, 1);
    EXPECT_TRUE(one.binary);
}

TEST(DavisObjects, RefusesAnEmptyAnnotationByName) {
    try {
        (void)davis_objects({2, 1, {0, 0}}, "some/00000.png");
        FAIL() << "no error";
    } catch (const std::runtime_error& failure) {
        EXPECT_NE(std::string(failure.what()).find("'some/00000.png' shows no object"), std::string::npos);
    }
}

TEST(ReadAnnotation, VoidAndLaterObjectsAreBackground) {
    const TemporaryFolder folder;
    const auto path = folder.path("a.png");
    write_png(path, 5, 1, 8, PNG_COLOR_TYPE_PALETTE, {{0, 1, 2, 3, 255}});
    EXPECT_EQ(read_annotation(path, {2, false}).values, (Bytes{0, 1, 2, 0, 0}));
    EXPECT_EQ(read_annotation(path, {1, true}).values, (Bytes{0, 1, 1, 1, 1}));
}

TEST(PixelsOf, OneValue) { EXPECT_EQ(pixels_of({4, 1, {0, 2, 1, 2}}, 2), (Bytes{0, 1, 0, 1})); }

}  // namespace
}  // namespace ausm::eval
