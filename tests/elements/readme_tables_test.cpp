// SPDX-License-Identifier: MIT
// The tables of elements/README.md: each has all that the element has, and each test that they name is there.
#include "harness.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

using namespace ausm::test;

namespace {

const std::filesystem::path kElements = AUSM_ELEMENTS;

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The part of the README under "## name".
std::string section(const std::string& name) {
    const std::string all = text_of(kElements / "README.md");
    const auto begin = all.find("\n## " + name + "\n");
    if (begin == std::string::npos)
        return {};
    return all.substr(begin, all.find("\n## ", begin + 1) - begin);
}

bool has_row(const std::string& text, const std::string& name) {
    return std::regex_search(text, std::regex("\n\\|[^|]*`" + name + "`[^|]*\\|"));
}

class Tables : public testing::TestWithParam<const char*> {};

TEST_P(Tables, HaveEveryPropertyAndSignalOfTheElement) {
    const std::string text = section(GetParam());
    ASSERT_FALSE(text.empty());
    const Ref<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make(GetParam(), nullptr))));
    const GType type = G_OBJECT_TYPE(element.get());
    guint count = 0;
    GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element.get()), &count);
    int own = 0;
    for (guint i = 0; i < count; ++i)
        if (specs[i]->owner_type == type) {
            ++own;
            EXPECT_TRUE(has_row(text, specs[i]->name)) << GetParam() << " has a property " << specs[i]->name;
        }
    g_free(specs);
    EXPECT_GT(own, 0);
    guint* signals = g_signal_list_ids(type, &count);
    for (guint i = 0; i < count; ++i)
        EXPECT_TRUE(has_row(text, g_signal_name(signals[i])))
            << GetParam() << " has a signal " << g_signal_name(signals[i]);
    g_free(signals);
}

INSTANTIATE_TEST_SUITE_P(All, Tables, testing::Values("ausmsegment", "ausmprompt", "maskoverlay"),
                         [](const auto& element) { return std::string(element.param); });

/// A file's text, wherever it lies below tests/.
std::string text_of_test(const std::string& name) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kElements.parent_path() / "tests"))
        if (entry.path().generic_string().ends_with("/" + name))
            return text_of(entry.path());
    return {};
}

TEST(Tables, NameTestsThatAreThere) {
    const std::string all = text_of(kElements / "README.md");
    const std::regex name("([\\w/]+_test\\.cpp): (?:\\w+/)?(\\w+)(?:\\.(\\w+))?");
    int named = 0;
    for (std::sregex_iterator match(all.begin(), all.end(), name), end; match != end; ++match, ++named) {
        const auto& found = *match;
        const std::string test =
            "TEST(_F|_P)?\\(" + found[2].str() + ", " + (found[3].matched ? found[3].str() + "\\)" : "");
        EXPECT_TRUE(std::regex_search(text_of_test(found[1]), std::regex(test))) << found.str();
    }
    EXPECT_GT(named, 50);
}

}  // namespace
