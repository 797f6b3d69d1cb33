// SPDX-License-Identifier: MIT
// Files of weights that are missing, cut, damaged or foreign: an error that names the file when the element starts, and a
// start as soon as the property is put right.
#include "../gst/temporary_folder.h"
#include "faults.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>

using namespace ausm::test;
using nlohmann::json;

namespace {

const auto* const open_engine = testing::AddGlobalTestEnvironment(new OpenEngine);

constexpr std::size_t kLengthBytes = 8;

/// A safetensors file that can be taken apart and put together again.
struct WeightsFile {
    json header;
    std::string data;

    explicit WeightsFile(const std::string& file) {
        std::uint64_t length = 0;
        std::memcpy(&length, file.data(), sizeof length);
        header = json::parse(file.substr(kLengthBytes, length));
        data = file.substr(kLengthBytes + length);
    }
    [[nodiscard]] std::string bytes() const {
        const std::string text = header.dump();
        std::string length(kLengthBytes, '\0');
        for (std::size_t i = 0; i < kLengthBytes; ++i)
            length[i] = static_cast<char>(text.size() >> (8 * i));
        return length + text + data;
    }
    float* floats(const std::string& tensor) {
        return reinterpret_cast<float*>(data.data() + header[tensor]["data_offsets"][0].get<std::size_t>());
    }
};

const std::string& good_file() {
    static const std::string content = content_of(g_getenv("AUSM_WEIGHTS"));
    return content;
}

class Weights : public testing::Test {
protected:
    TemporaryFolder folder;
    std::string path = folder.path("w.safetensors");
    Owned<GstBus> bus{gst_bus_new()};
    Owned<GstElement> element{GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmsegment", nullptr)))};

    void SetUp() override {
        gst_element_set_bus(element.get(), bus.get());
        g_object_set(element.get(), "weights", path.c_str(), nullptr);
    }
    void TearDown() override {
        g_object_set(element.get(), "weights", nullptr, nullptr);
        EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS)
            << "put right, the same element does not start";
        gst_element_set_bus(element.get(), nullptr);
        gst_element_set_state(element.get(), GST_STATE_NULL);
    }
    /// The message of the one error with which the start fails; "" when it does not.
    std::string error() {
        if (gst_element_set_state(element.get(), GST_STATE_READY) != GST_STATE_CHANGE_FAILURE)
            return {};
        const Owned<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
        if (!message)
            return {};
        EXPECT_FALSE(Owned<GstMessage>(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)));
        const Report report = report_of(message.get());
        EXPECT_EQ(report.domain, GST_RESOURCE_ERROR);
        EXPECT_NE(report.detail.find("property weights"), std::string::npos) << report.detail;
        return report.message;
    }
    void expect_error(const std::string& content, const std::vector<std::string>& parts) {
        folder.write("w.safetensors", content);
        const std::string text = error();
        expect_parts(text, {path});
        expect_parts(text, parts);
    }
    void expect_error(const std::function<void(WeightsFile&)>& change, const std::vector<std::string>& parts) {
        WeightsFile file(good_file());
        change(file);
        expect_error(file.bytes(), parts);
    }
};

TEST_F(Weights, MissingAreNamed) { expect_parts(error(), {path, "not found"}); }

TEST_F(Weights, AreTruncatedInTheHeader) {
    std::uint64_t length = 0;
    std::memcpy(&length, good_file().data(), sizeof length);
    ASSERT_GT(length, 1000U);
    folder.write("w.safetensors", good_file().substr(0, kLengthBytes + length));
    for (std::size_t size = kLengthBytes + length - 1; size > 0;
         size -= std::min<std::size_t>(size, size < 64 ? 1 : 97)) {
        std::filesystem::resize_file(path, size);
        const std::string text = error();
        ASSERT_NE(text.find(path), std::string::npos) << size << ": " << text;
        ASSERT_NE(text.find("cannot be used"), std::string::npos) << size << ": " << text;
    }
}

TEST_F(Weights, AreTruncatedInTheTensors) {
    std::uint64_t length = 0;
    std::memcpy(&length, good_file().data(), sizeof length);
    const std::size_t all = good_file().size();
    folder.write("w.safetensors", good_file());
    for (std::size_t size = all - 1; size > kLengthBytes + length; size = size > all / 7 ? size - all / 7 : 0) {
        std::filesystem::resize_file(path, size);
        expect_parts(error(), {path, "outside the file"});
    }
}

TEST_F(Weights, OfAHeaderThatIsHugeOrNestedAreRefusedInBoundedMemory) {
    expect_error(std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8) + good_file().substr(8),
                 {"header of 1844674407370"});
    expect_error(std::string("\0\0\0\x10\0\0\0\0", 8) + good_file().substr(8), {"header of 268435456 bytes"});
    // A film of a hundred gigabytes, which takes no room on the disk.
    folder.write("w.safetensors", std::string("\0\0\0\x1c", 4) + "ftypisom");
    std::filesystem::resize_file(path, 100'000'000'000);
    expect_parts(error(), {path, "is not a safetensors file"});
    std::string nested(std::size_t{50} << 20, '[');
    nested = std::string("\0\0\x20\x03\0\0\0\0", 8) + nested;
    expect_error(nested, {"nested too deeply"});
}

TEST_F(Weights, OfAWrongDtypeAreNamed) {
    expect_error(
        [](WeightsFile& file) {
            for (auto& [name, entry] : file.header.items())
                if (name == "x0")
                    entry["dtype"] = "I32";
        },
        {"wrong dtype: x0 is I32"});
    expect_error([](WeightsFile& file) { file.header["x0"]["dtype"] = "F99"; }, {"'x0'", "unknown dtype"});
}

TEST_F(Weights, OfAWrongShapeOrNameAreNamed) {
    expect_error(
        [](WeightsFile& file) {
            file.header["ids"]["shape"] = {192, 64};
        },
        {"misshaped: ids is [192, 64], the model needs [64, 192]"});
    expect_error([](WeightsFile& file) { file.header["ids"]["shape"] = {1, 2}; }, {"'ids'", "its shape needs"});
    expect_error(
        [](WeightsFile& file) {
            file.header["y0"] = file.header["x0"];
            file.header.erase("x0");
        },
        {"missing: x0", "unknown: y0"});
    expect_error([](WeightsFile& file) { file.header["__metadata__"].erase("config"); }, {"metadata", "config"});
}

TEST_F(Weights, WithNanOrInfinityAreNamed) {
    for (const float value : {NAN, INFINITY, -INFINITY})
        expect_error([value](WeightsFile& file) { file.floats("x0")[7] = value; }, {"not finite: x0"});
}

TEST_F(Weights, ThatAreOtherFilesAreRefused) {
    expect_error(std::string(), {"0 bytes"});
    expect_error(std::string("PK\x03\x04 a pickle, for instance"), {"not a safetensors file"});
    expect_error(good_file() + "more", {"after the last tensor"});
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    expect_parts(error(), {path, "not found"});
}

TEST_F(Weights, WithDamageInTheHeaderAreRefusedOrAreStillTheSameTensors) {
    std::uint64_t length = 0;
    std::memcpy(&length, good_file().data(), sizeof length);
    std::string file = good_file();
    for (std::size_t i = 0; i < kLengthBytes + length; i += 1009) {
        file[i] = static_cast<char>(file[i] ^ 0x15);
        folder.write("w.safetensors", file);
        file[i] = static_cast<char>(file[i] ^ 0x15);
        const std::string text = error();
        if (text.empty())
            gst_element_set_state(element.get(), GST_STATE_NULL);
        else
            EXPECT_NE(text.find(path), std::string::npos) << i << ": " << text;
    }
}

}  // namespace
