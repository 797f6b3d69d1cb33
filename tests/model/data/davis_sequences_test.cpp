// SPDX-License-Identifier: MIT
// What is found in DAVIS's folders, and what is said when something is missing.
#include "data/davis_sequences.h"

#include "davis_folder.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ausm::data {
namespace {

namespace fs = std::filesystem;

class DavisSequences : public testing::Test {
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

TEST_F(DavisSequences, FindsAllOrTheNamedOnes) {
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

TEST_F(DavisSequences, DiscoveryHasItsOwnAnnotationsWhereTheyExist) {
    EXPECT_EQ(davis_sequences(data.root(), {}, true).size(), 2U);
    fs::create_directories(data.path("Annotations_unsupervised/480p"));
    fs::copy(fs::path(data.annotation("dog", 0)).parent_path(), data.path("Annotations_unsupervised/480p/dog"));
    const auto own = davis_sequences(data.root(), {}, true);
    ASSERT_EQ(own.size(), 1U);
    EXPECT_EQ(own[0].annotations[0], data.path("Annotations_unsupervised/480p/dog/00000.png"));
    EXPECT_EQ(davis_sequences(data.root(), {}).size(), 2U);
}

TEST_F(DavisSequences, SaysWhatIsMissing) {
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

}  // namespace
}  // namespace ausm::data
