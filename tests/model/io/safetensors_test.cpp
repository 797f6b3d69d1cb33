// SPDX-License-Identifier: MIT
// Reading what is right, and refusing everything else by name.
#include "io/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

namespace ausm::io {
namespace {

std::vector<std::byte> bytes_of(const std::string& header, const std::string& data) {
    std::vector<std::byte> bytes;
    for (int i = 0; i < 8; ++i)
        bytes.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(header.size()) >> (8 * i)));
    for (const auto& part : {header, data})
        for (const char c : part)
            bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

std::string error_of(const std::string& header, const std::string& data) {
    try {
        (void)Safetensors::parse(bytes_of(header, data), "file");
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

TEST(Safetensors, WritesAndReadsBack) {
    const std::array<float, 6> values{1, 2, 3, 4, 5, 6};
    const std::array<std::uint8_t, 3> small{7, 8, 9};
    const auto bytes = write_safetensors(
        {{"a", {"F32", {2, 3}, std::as_bytes(std::span(values))}}, {"b", {"U8", {3}, std::as_bytes(std::span(small))}}},
        {{"who", "test"}});
    const auto file = Safetensors::parse(bytes, "memory");
    EXPECT_EQ(file.metadata("who"), "test");
    EXPECT_EQ(file.tensors().at("a").shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(std::memcmp(file.tensors().at("a").data.data(), values.data(), sizeof values), 0);
    EXPECT_EQ(std::memcmp(file.tensors().at("b").data.data(), small.data(), sizeof small), 0);
    auto changed = bytes;
    changed.back() ^= std::byte{1};
    EXPECT_NE(Safetensors::parse(changed, "memory").hash(), file.hash());
}

TEST(Safetensors, EmptyTensorsAndScalars) {
    const auto file = Safetensors::parse(
        bytes_of(
            R"({"e":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
            "abcd"),
        "file");
    EXPECT_EQ(file.tensors().at("e").data.size(), 0U);
    EXPECT_EQ(file.tensors().at("s").data.size(), 4U);
}

TEST(Safetensors, EveryCutIsRefused) {
    const std::array<float, 2> values{1, 2};
    const auto bytes = write_safetensors({{"a", {"F32", {2}, std::as_bytes(std::span(values))}}}, {});
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_THROW(
            (void)Safetensors::parse({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}, "cut"),
            std::runtime_error)
            << size;
}

struct Bad {
    const char *header, *data, *says;
};

class BadFile : public testing::TestWithParam<Bad> {};

TEST_P(BadFile, IsRefusedWithItsReason) {
    EXPECT_NE(error_of(GetParam().header, GetParam().data).find(GetParam().says), std::string::npos)
        << error_of(GetParam().header, GetParam().data);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadFile,
    testing::Values(
        Bad{"not json", "", "not a JSON object"}, Bad{"[1]", "", "not a JSON object"},
        Bad{R"({"a":3})", "", "'a' is not an object"},
        Bad{R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})", "abcd", "unknown dtype"},
        Bad{R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "abcd", "non-negative"},
        Bad{R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", "abcd", "non-negative"},
        Bad{R"({"a":{"dtype":"F32","shape":"x","data_offsets":[0,4]}})", "abcd", "no valid shape"},
        Bad{R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", "abcd", "too large"},
        Bad{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "abcd", "no valid data_offsets"},
        Bad{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "abcd", "outside the file"},
        Bad{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "abcd", "outside the file"},
        Bad{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "abcd", "its shape needs"},
        Bad{R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}})",
            "abcd", "overlap"},
        Bad{R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", "ab", "holes"},
        Bad{R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "ab", "after the last tensor"},
        Bad{R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
            "", "'a' twice"},
        Bad{R"({"__metadata__":{"k":1}})", "", "not a string"}, Bad{R"({"__metadata__":1})", "", "not an object"}));

TEST(Safetensors, MissingFileIsNamed) {
    try {
        (void)Safetensors::read("/nonexistent/weights.safetensors");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/nonexistent/weights.safetensors"), std::string::npos);
    }
    EXPECT_THROW((void)Safetensors::read("/"), std::runtime_error);
}

TEST(Safetensors, HugeHeaderLengthIsRefused) {
    std::vector<std::byte> bytes(16, std::byte{0xff});
    EXPECT_THROW((void)Safetensors::parse(bytes, "file"), std::runtime_error);
}

}  // namespace
}  // namespace ausm::io
