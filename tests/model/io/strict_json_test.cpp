// SPDX-License-Identifier: MIT
// What a strict reader of JSON accepts and what it refuses.
#include "io/strict_json.h"

#include <gtest/gtest.h>

#include <limits>

namespace ausm::io {
namespace {

using nlohmann::json;

/// The rule that `text` breaks; "" if it breaks none.
std::string broken_rule(const std::string& text, int most_depth = 4) {
    try {
        (void)parse_json(text, most_depth);
    } catch (const JsonRuleError& error) {
        return error.what();
    }
    return "";
}

TEST(ParseJson, WhatKeepsTheRulesIsRead) {
    EXPECT_EQ(parse_json(R"({"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]})", 4).at("b").at(1).at("a"), 3);
    EXPECT_EQ(parse_json("[[[[1]]]]", 4).dump(), "[[[[1]]]]");
    EXPECT_EQ(parse_json("// why\n[1]", 4, JsonComments::kYes).size(), 1U);
}

TEST(ParseJson, AKeyMayStandOnceInAnObject) {
    EXPECT_EQ(broken_rule(R"({"a": 1, "b": {}, "a": 2})"), "the key 'a' stands twice");
    EXPECT_EQ(broken_rule(R"([{"b": {"long": 1, "long": 1}}])"), "the key 'long' stands twice");
    try {
        const std::string key(1000, 'k');
        (void)parse_json("{\"" + key + "\": 1, \"" + key + "\": 2}", 4);
        FAIL() << "no error";
    } catch (const JsonRuleError& error) {
        EXPECT_EQ(error.key(), std::string(1000, 'k'));
        EXPECT_LT(std::string(error.what()).size(), 100U);
    }
}

TEST(ParseJson, DepthIsBounded) {
    EXPECT_EQ(broken_rule("[[[[[1]]]]]"), "nested too deeply");
    EXPECT_EQ(broken_rule(R"([[[[{"a": 1}]]]])"), "nested too deeply");
    EXPECT_EQ(broken_rule(std::string(1'000'000, '[')), "nested too deeply");
}

TEST(ParseJson, WhatIsNoJsonHasItsPlace) {
    try {
        (void)parse_json("{\"a\": }", 4);
        FAIL() << "no error";
    } catch (const json::parse_error& error) {
        EXPECT_EQ(error.byte, 7U);
    }
    EXPECT_THROW((void)parse_json("", 4), json::exception);
    EXPECT_THROW((void)parse_json("1e999", 4), json::exception);
    EXPECT_THROW((void)parse_json("// why\n[1]", 4), json::exception);
}

TEST(WholeNumber, InItsRange) {
    EXPECT_EQ(whole_number(3, 3, 3), 3);
    EXPECT_EQ(whole_number(-5, -5, 7), -5);
    for (const json& value : {json(2), json(4), json(3.0), json("3"), json(true), json(), json::array({3})})
        EXPECT_FALSE(whole_number(value, 3, 3)) << value;
    using Limits = std::numeric_limits<std::int64_t>;
    EXPECT_EQ(whole_number(Limits::max(), Limits::min(), Limits::max()), Limits::max());
    EXPECT_EQ(whole_number(Limits::min(), Limits::min(), Limits::max()), Limits::min());
    EXPECT_FALSE(whole_number(json::parse("9223372036854775808"), Limits::min(), Limits::max()));
    EXPECT_FALSE(whole_number(json::parse("18446744073709551615"), -1, Limits::max()));
}

}  // namespace
}  // namespace ausm::io
