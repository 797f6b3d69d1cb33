// SPDX-License-Identifier: MIT
// Fields of every type, and errors that name file and field.
#include "io/json_fields.h"

#include "../expect_error.h"

namespace ausm::io {
namespace {

using ausm::test::error_of;
using nlohmann::json;

const json kObject = json::parse(R"({"whole": 7, "half": 1.5, "minus": -1, "large": 4294967296, "text": "x",
                                     "inner": {"list": [1]}})");

JsonFields fields() { return {kObject, "a.json:"}; }

TEST(JsonFields, ValuesAndDefaults) {
    auto f = fields();
    EXPECT_EQ(f.need<int>("whole"), 7);
    EXPECT_EQ(f.need<std::uint64_t>("large"), 4294967296U);
    EXPECT_EQ(f.need<double>("half"), 1.5);
    int value = 3;
    f.get("nowhere", value);
    EXPECT_EQ(value, 3);
    f.get("minus", value);
    EXPECT_EQ(value, -1);
    EXPECT_EQ(f.object("inner").need<std::vector<int>>("list"), std::vector<int>{1});
}

TEST(JsonFields, WholeNumbersKeepTheirValueOrAreRefused) {
    auto f = fields();
    EXPECT_EQ(error_of([&] { (void)f.need<int>("half"); }), "a.json: half: must be a whole number, not number");
    EXPECT_EQ(error_of([&] { (void)f.need<int>("large"); }), "a.json: large: must be -2147483648 to 2147483647");
    EXPECT_EQ(error_of([&] { (void)f.need<std::uint64_t>("minus"); }), "a.json: minus: must not be negative");
    EXPECT_EQ(error_of([&] { (void)f.need<int>("text"); }), "a.json: text: must be a whole number, not string");
}

TEST(JsonFields, ErrorsNameTheWay) {
    auto f = fields();
    EXPECT_EQ(error_of([&] { (void)f.need<int>("nowhere"); }), "a.json: nowhere: is missing");
    EXPECT_EQ(error_of([&] { (void)f.object("inner").need<bool>("list"); }),
              "a.json: inner.list: has the wrong type (array)");
    EXPECT_EQ(error_of([&] { (void)f.object("text"); }), "a.json: text: must be an object, not string");
    EXPECT_EQ(error_of([&] { f.object("inner").finish(); }), "a.json: inner.list: is not known");
}

}  // namespace
}  // namespace ausm::io
