// SPDX-License-Identifier: MIT
// Indices item by item.
#include "data/json_file.h"

#include "miniature.h"

namespace ausm::data {
namespace {

using test::expect_error;

class JsonFile : public test::Miniature {};

TEST_F(JsonFile, ItemsComeWholeWithTheirPlaceAndOnlyFromTheListsAskedFor) {
    const auto file =
        text("a.json", R"({"a": [{"x": {"y": [{"z": 1}]}}, {}], "info": {"a": [{}]}, "b": [{}], "c": []})");
    std::vector<std::string> seen;
    read_json_lists(file, {"a", "c"}, [&](const auto& list, std::size_t index, const auto& item, const auto& where) {
        seen.push_back(list + std::to_string(index) + item.dump());
        EXPECT_EQ(where, file + ": a[" + std::to_string(index) + "]");
    });
    EXPECT_EQ(seen, (std::vector<std::string>{R"(a0{"x":{"y":[{"z":1}]}})", "a1{}"}));
}

TEST_F(JsonFile, ItemsOfAListMustBeObjectsOfThatList) {
    const auto read = [&](const std::string& content) {
        return [this, content] { read_json_lists(text("a.json", content), {"a"}, [](auto&&...) {}); };
    };
    expect_error(read(R"({"a": {"b": {}}})"), {"a.json: a: must be a list of objects"});
    expect_error(read(R"({"a": [[{}]]})"), {"a.json: a: must be a list of objects"});
    expect_error(read(R"({"a": [{}, null]})"), {"a.json: a: must be a list of objects"});
    expect_error(read("{}"), {"a.json: a: is missing"});
    expect_error(read("3"), {"a.json: must be an object, not number"});
    expect_error(read(R"({"a": [{}], "b)"), {"a.json' is no JSON"});
}

TEST_F(JsonFile, AnErrorOfTheReceiverGoesThrough) {
    const auto file = text("a.json", R"({"a": [{}]})");
    expect_error([&] { read_json_lists(file, {"a"}, [](auto&&...) { throw std::runtime_error("no"); }); }, {"no"});
}

}  // namespace
}  // namespace ausm::data
