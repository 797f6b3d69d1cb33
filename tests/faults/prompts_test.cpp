// SPDX-License-Identifier: MIT
// Prompts that cannot be meant: each is refused with its reason, in bounded time and memory, and the stream goes on.
#include "../elements/same_memory.h"
#include "../elements/trace.h"
#include "../gst/png_file.h"
#include "../gst/temporary_folder.h"
#include "faults.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

using namespace ausm::test;

namespace {

const auto* const open_engine = testing::AddGlobalTestEnvironment(new OpenEngine);

constexpr const char* kSegment = " ! ausmsegment inference-size=64 latency=0 mode=prompted";

GstStructure* prompt(const char* op, const char* key, const char* value, const char* unit = "normalised") {
    return gst_structure_new(ausm::gst::kPromptName, "op", G_TYPE_STRING, op, key, G_TYPE_STRING, value, "unit",
                             G_TYPE_STRING, unit, "ref", G_TYPE_STRING, "this one", nullptr);
}

GstStructure* mask_prompt(const std::string& path, int object = 0) {
    return gst_structure_new(ausm::gst::kPromptName, "op", G_TYPE_STRING, "mask", "mask", G_TYPE_STRING, path.c_str(),
                             "object", G_TYPE_INT, object, "ref", G_TYPE_STRING, "this one", nullptr);
}

/// Most memory that this process held since the last call, in bytes.
std::size_t peak_memory() {
    std::ifstream status("/proc/self/status");
    std::size_t kilobytes = 0;
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            kilobytes = std::stoul(line.substr(6));
    std::ofstream("/proc/self/clear_refs") << 5;
    return kilobytes * 1024;
}

/// Fails when what follows until its end needs more memory or time than that.
class Bounded {
public:
    Bounded(std::size_t bytes, double seconds) : bytes_(bytes), seconds_(seconds), begin_(g_get_monotonic_time()) {
        peak_memory();
        before_ = peak_memory();
    }
    ~Bounded() {
        if (std::getenv("AUSM_SANITIZED"))
            return;
        EXPECT_LE(peak_memory(), before_ + bytes_);
        EXPECT_LE(static_cast<double>(g_get_monotonic_time() - begin_) / G_USEC_PER_SEC, seconds_);
    }
    Bounded(const Bounded&) = delete;
    Bounded& operator=(const Bounded&) = delete;

private:
    std::size_t bytes_;
    double seconds_;
    std::size_t before_ = 0;
    gint64 begin_;
};

struct Refusal {
    const char *name, *op, *key, *value, *unit, *says;
};

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithItsReasonWhileTheObjectLivesOn) {
    for (const bool lives : {true, false}) {
        Segment segment, same;
        for (Segment* one : {&segment, &same}) {
            if (lives)
                one->show(5, 0);
            else
                ASSERT_TRUE(one->pass(0));
        }
        while (segment.answer()) {
        }
        add_prompt(segment, prompt(GetParam().op, GetParam().key, GetParam().value, GetParam().unit));
        EXPECT_EQ(ids(segment.pass(1).get()), lives ? std::set<gint64>{5} : std::set<gint64>{});
        const auto answer = segment.answer();
        ASSERT_TRUE(answer);
        EXPECT_FALSE(bool_of(answer.get(), "accepted"));
        expect_parts(string_of(answer.get(), "reason"), {GetParam().says});
        EXPECT_FALSE(segment.answer());
        ASSERT_TRUE(same.pass(1));
        expect_same_memory(segment, same, 2);
    }
}

TEST(Prompts, ThatDiscoveryRefusesOnEveryFrameChangeNothing) {
    constexpr const char* kDiscovery = "ausmsegment inference-size=64 latency=0 mode=discovery threshold=1";
    Segment segment(kDiscovery), same(kDiscovery);
    for (int i = 0; i < 3; ++i) {
        add_prompt(segment, box(5));
        EXPECT_EQ(ids(segment.pass(i).get()), std::set<gint64>{});
        expect_parts(string_of(segment.answer().get(), "reason"), {"mode=discovery"});
        ASSERT_TRUE(same.pass(i));
    }
    expect_same_memory(segment, same, 3);
}

INSTANTIATE_TEST_SUITE_P(
    All, Refused,
    testing::Values(Refusal{"point_outside", "points", "points", "[[1.5,0.5]]", "normalised", "outside the picture"},
                    Refusal{"point_outside_in_pixels", "points", "points", "[[96.6,3]]", "pixel",
                            "outside the picture"},
                    Refusal{"point_left", "points", "points", "[[-0.1,0.5]]", "normalised", "outside the picture"},
                    Refusal{"box_outside_in_pixels", "box", "box", "[90,0,103,10]", "pixel", "outside the picture"},
                    Refusal{"box_far_away", "box", "box", "[2,2,3,3]", "normalised", "set unit to pixel"},
                    Refusal{"box_without_width", "box", "box", "[0.5,0.1,0.5,0.9]", "normalised", "empty"},
                    Refusal{"box_without_height", "box", "box", "[0.1,0.5,0.9,0.5]", "normalised", "empty"},
                    Refusal{"box_turned_round", "box", "box", "[0.9,0.9,0.1,0.1]", "normalised", "empty"},
                    Refusal{"nan", "points", "points", "[[NaN,0.5]]", "normalised", "JSON"},
                    Refusal{"infinity", "points", "points", "[[1e999,0.5]]", "normalised", "range"},
                    Refusal{"only_outside_points", "points", "points", "[[0.5,0.5,0]]", "normalised", "no object yet"},
                    Refusal{"no_points", "points", "points", "[]", "normalised", "points"},
                    Refusal{"no_numbers", "box", "box", "[\"a\",0,1,1]", "normalised", "number"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Prompts, NanInAStructureIsRefused) {
    Segment segment;
    ausm::gst::Value array(GST_TYPE_ARRAY);
    for (const double number : {0.1, 0.1, std::nan(""), 0.9}) {
        ausm::gst::Value value(G_TYPE_DOUBLE);
        g_value_set_double(value.get(), number);
        gst_value_array_append_value(array.get(), value.get());
    }
    GstStructure* structure = prompt("box", "box", "");
    gst_structure_set_value(structure, "box", array.get());
    Segment same;
    ASSERT_TRUE(segment.pass(0) && same.pass(0));
    EXPECT_FALSE(add_prompt(segment, structure));
    expect_parts(string_of(segment.answer().get(), "reason"), {"box", "number"});
    ASSERT_TRUE(segment.pass(1) && same.pass(1));
    expect_same_memory(segment, same, 2);
}

TEST(Prompts, FourMillionBytesOfPointsAreRefusedAtOnce) {
    Segment segment;
    std::string many = "[[0.5,0.5]";
    while (many.size() + 20 < ausm::gst::kMaxLineBytes)
        many += ",[0.5,0.5]";
    many += "]";
    const Bounded bounded(256 << 20, 20);
    EXPECT_FALSE(add_prompt(segment, prompt("points", "points", many.c_str())));
    expect_parts(string_of(segment.answer().get(), "reason"), {"points", "4096"});
    // As a property: each ; begins a point.
    std::string rows;
    for (std::size_t i = 0; i < ausm::gst::kMaxLineBytes / 4; ++i)
        rows += "1,1;";
    rows.pop_back();
    Harness prompts("ausmprompt");
    prompts.caps(kCaps);
    g_object_set(prompts.element(), "points", rows.c_str(), nullptr);
    ASSERT_TRUE(prompts.pass(0));
    expect_parts(text_on(prompts, GST_MESSAGE_WARNING), {"points", "4096"});
}

class PromptFiles : public testing::Test {
protected:
    TemporaryFolder folder;

    /// The error of an ausmprompt that does not start with this file, "" when it does.
    static std::string error_of(const std::string& path) {
        try {
            const Harness harness("ausmprompt location=" + path);
        } catch (const std::runtime_error& failure) {
            return failure.what();
        }
        return {};
    }
};

TEST_F(PromptFiles, ABillionPointsAreRefusedUnread) {
    const std::string path = folder.write("p.jsonl", "{\"op\":\"points\",\"points\":[[0.5,0.5],");
    std::filesystem::resize_file(path, 8'000'000'000);  // takes no room on the disk
    const Bounded bounded(64 << 20, 2);
    expect_parts(error_of(path), {path, "larger than 1024 MiB"});
}

TEST_F(PromptFiles, ALineOfHundredsOfMegabytesIsSkippedInBoundedMemory) {
    const std::string path =
        folder.write("p.jsonl", "{\"op\":\"remove\",\"object\":1}\n{\"op\":\"points\",\"points\":[");
    std::filesystem::resize_file(path, 300'000'000);
    const Bounded bounded(64 << 20, 20);
    Harness harness("ausmprompt location=" + path);
    expect_parts(text_on(harness, GST_MESSAGE_WARNING), {"line 2", "longer than"});
}

TEST_F(PromptFiles, AMillionPromptsAreRefusedInBoundedMemory) {
    std::string lines;
    for (int i = 0; i < 1'000'000; ++i)
        lines += "{\"op\":\"remove\",\"object\":1,\"frame\":" + std::to_string(i) + "}\n";
    const std::string path = folder.write("p.jsonl", lines);
    const Bounded bounded(128 << 20, 20);
    expect_parts(error_of(path), {path, "more than 100000 prompts"});
}

TEST_F(PromptFiles, AThousandPromptsOnOneFrameAreTakenAndMoreAreRefused) {
    std::string lines;
    for (int i = 0; i < 1100; ++i)
        lines += "{\"op\":\"points\",\"points\":[[0.7,0.5]],\"object\":" + std::to_string(1 + i % 4) + "}\n";
    Segment chain("ausmprompt location=" + folder.write("p.jsonl", lines) + kSegment);
    const auto buffer = chain.pass(0);
    ASSERT_TRUE(buffer);
    EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{1, 2, 3, 4}));
    int accepted = 0, refused = 0;
    while (const auto answer = chain.answer()) {
        ++(bool_of(answer.get(), "accepted") ? accepted : refused);
        if (!bool_of(answer.get(), "accepted"))
            expect_parts(string_of(answer.get(), "reason"), {"1024 prompts"});
    }
    EXPECT_EQ(accepted, 1024);
    EXPECT_EQ(refused, 76);
    std::size_t end = 0;
    for (int i = 0; i < 1024; ++i)
        end = lines.find('\n', end) + 1;
    Segment same("ausmprompt location=" + folder.write("first.jsonl", lines.substr(0, end)) + kSegment);
    ASSERT_TRUE(same.pass(0));
    GstAusmMetaView view, wanted;
    const auto after = chain.pass(1), expected = same.pass(1);
    ASSERT_TRUE(gst_ausm_meta_get(after.get(), &view) && gst_ausm_meta_get(expected.get(), &wanted));
    EXPECT_TRUE(bytes(view.map) == bytes(wanted.map)) << "those that were refused have changed nothing";
}

TEST_F(PromptFiles, TheApplicationCannotQueueMoreThanAThousandPrompts) {
    Segment segment;
    for (int i = 0; i < 1024; ++i)
        ASSERT_TRUE(add_prompt(segment, box(5)));
    EXPECT_FALSE(add_prompt(segment, box(9)));
    expect_parts(string_of(segment.answer().get(), "reason"), {"1024 prompts"});
    EXPECT_EQ(ids(segment.pass(0).get()), (std::set<gint64>{5}));
    EXPECT_TRUE(add_prompt(segment, box(6)));
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{5, 6}));
}

TEST_F(PromptFiles, ABinaryFileIsRefused) {
    std::mt19937 random(1);
    std::string noise(3 << 20, '\0');
    for (char& byte : noise)
        byte = static_cast<char>(random());
    const std::string error = error_of(folder.write("p.jsonl", noise));
    expect_parts(error, {"p.jsonl", "more than 1000 of its lines are no prompts", "line 1, column 1"});
    EXPECT_TRUE(g_utf8_validate(error.c_str(), -1, nullptr)) << "an application could not print this";
    EXPECT_LT(error.size(), 1000U);
}

TEST_F(PromptFiles, AShortBinaryFileIsSkippedLineByLineWithTextsThatCanBePrinted) {
    Harness harness("ausmprompt location=" +
                    folder.write("p.jsonl", std::string("\xff\xfd\0\x01\n\"\xc3(\n{\"op\":\x80}", 15) + "\n\"" +
                                                std::string(1 << 20, 'x')));
    int warnings = 0;
    while (const auto warning = harness.message(GST_MESSAGE_WARNING)) {
        ++warnings;
        const Report report = report_of(warning.get());
        EXPECT_TRUE(g_utf8_validate(report.message.c_str(), -1, nullptr)) << warnings;
        EXPECT_LT(report.message.size(), 1000U);
    }
    EXPECT_EQ(warnings, 4);
}

TEST(PromptPad, BinaryDataEndsThePromptPadAndNotTheVideo) {
    Harness video("ausmprompt");
    video.caps(kCaps);
    PromptSink sink(video.element(), kJsonCaps);
    std::mt19937 random(1);
    std::string noise(1 << 20, '\0');
    for (char& byte : noise)
        byte = static_cast<char>(random());
    {
        const Bounded bounded(64 << 20, 20);
        EXPECT_EQ(sink.text(std::string(8 << 20, '[')), GST_FLOW_OK) << "a line without an end";
        EXPECT_EQ(sink.text(noise), GST_FLOW_EOS);
    }
    int warnings = 0;
    while (const auto warning = video.message(GST_MESSAGE_WARNING)) {
        ++warnings;
        EXPECT_TRUE(g_utf8_validate(report_of(warning.get()).message.c_str(), -1, nullptr));
    }
    EXPECT_EQ(warnings, 21);
    EXPECT_TRUE(video.pass(0));
    EXPECT_FALSE(video.message(GST_MESSAGE_ERROR));
}

TEST_F(PromptFiles, AFileThatDisappearsAfterTheStartIsNotMissed) {
    const std::string path =
        folder.write("p.jsonl", "{\"op\":\"box\",\"box\":[0.5,0.25,0.875,0.75],\"object\":5,\"frame\":1}\n");
    Segment chain("ausmprompt location=" + path + kSegment);
    EXPECT_EQ(ids(chain.pass(0).get()), std::set<gint64>{});
    std::filesystem::remove(path);
    EXPECT_EQ(ids(chain.pass(1).get()), (std::set<gint64>{5}));
    chain.new_stream(kCaps);
    EXPECT_EQ(ids(chain.pass(0).get()), std::set<gint64>{});
    EXPECT_EQ(ids(chain.pass(1).get()), (std::set<gint64>{5})) << "and again in the next stream";
    gst_element_set_state(chain.element(), GST_STATE_READY);
    EXPECT_EQ(gst_element_set_state(chain.element(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    expect_parts(text_on(chain, GST_MESSAGE_ERROR), {path, "No such file"});
}

TEST_F(PromptFiles, APipeThatNobodyWritesToDoesNotBlock) {
    const std::string path = folder.path("pipe");
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    expect_parts(error_of(path), {path, "no ordinary file"});
    Segment segment;
    EXPECT_FALSE(add_prompt(segment, mask_prompt(path)));
    expect_parts(string_of(segment.answer().get(), "reason"), {path, "no ordinary file"});
}

class Masks : public PromptFiles {
protected:
    Segment segment, same;  // that is never shown anything

    /// What is answered to a mask prompt with this file, "" when it is taken.
    std::string reason_for(const std::string& path) {
        add_prompt(segment, mask_prompt(path, 5));
        EXPECT_TRUE(segment.pass(0) && same.pass(0));
        const auto answer = segment.answer();
        EXPECT_TRUE(answer);
        return answer ? string_of(answer.get(), "reason") : "no answer";
    }
};

TEST_F(Masks, OfAnotherSizeAreScaledToThePicture) {
    for (const auto& [width, height] : {std::pair{1, 1}, {7, 3}, {500, 1}, {1920, 1080}}) {
        std::vector<std::vector<std::uint8_t>> rows(static_cast<std::size_t>(height),
                                                    std::vector<std::uint8_t>(static_cast<std::size_t>(width), 255));
        write_png(folder.path("m.png"), width, height, 8, PNG_COLOR_TYPE_GRAY, rows);
        add_prompt(segment, mask_prompt(folder.path("m.png"), 5));
        const auto buffer = segment.pass(0);
        ASSERT_TRUE(buffer);
        GstAusmMetaView view;
        ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
        const auto map = bytes(view.map);
        EXPECT_EQ(std::count(map.begin(), map.end(), 1), 96 * 64) << width << "x" << height;
    }
}

TEST_F(Masks, WithAPaletteAreOneObjectForEachIndex) {
    write_png(folder.path("m.png"), 4, 1, 2, PNG_COLOR_TYPE_PALETTE, {{0x1b}});  // 0 1 2 3
    add_prompt(segment, mask_prompt(folder.path("m.png")));
    EXPECT_EQ(ids(segment.pass(0).get()), (std::set<gint64>{1, 2, 3}));
}

TEST_F(Masks, OfOtherKindsBrokenEmptyOrMissingAreRefused) {
    const std::string path = folder.path("m.png");
    write_png(path, 1, 1, 16, PNG_COLOR_TYPE_GRAY, {{1, 2}});
    expect_parts(reason_for(path), {path, "16 bits"});
    write_png(path, 1, 1, 8, PNG_COLOR_TYPE_RGB, {{1, 2, 3}});
    expect_parts(reason_for(path), {path, "colour image"});
    write_png(path, 2, 1, 8, PNG_COLOR_TYPE_GRAY, {{0, 0}});
    expect_parts(reason_for(path), {"shows no object"});
    write_png(path, 64, 64, 8, PNG_COLOR_TYPE_GRAY, std::vector(64, std::vector<std::uint8_t>(64, 255)));
    folder.write("m.png", content_of(path).substr(0, 60));
    expect_parts(reason_for(path), {path, "cannot be read"});
    write_png_header(path, 65536, 65536);
    expect_parts(reason_for(path), {path, "cannot be read"});
    expect_parts(reason_for(folder.path("none.png")), {"none.png", "No such file"});
    expect_parts(reason_for(folder.path()), {"no ordinary file"});
    expect_same_memory(segment, same, 1);
    EXPECT_EQ(ids(segment.pass(2).get()), std::set<gint64>{});
}

TEST_F(Masks, OfHundredsOfLargeObjectsAreRefusedBeforeMemoryIsTaken) {
    ausm::gst::PromptLine line(ausm::gst::PromptOp::kMask);
    line.mask = {8192, 8192, std::vector<std::uint8_t>(std::size_t{8192} * 8192)};
    for (std::size_t i = 0; i < line.mask.values.size(); ++i)
        line.mask.values[i] = static_cast<std::uint8_t>(i % 255);
    const Bounded bounded(64 << 20, 10);
    const auto made = ausm::gst::make_prompts(line);
    ASSERT_TRUE(std::holds_alternative<std::string>(made));
    expect_parts(std::get<std::string>(made), {"254 objects", "8192x8192"});
}

TEST_F(Masks, AStandingMaskThatDisappearsCostsOnlyItself) {
    write_png(folder.path("m.png"), 2, 1, 8, PNG_COLOR_TYPE_GRAY, {{0, 255}});
    Segment chain("ausmprompt box=0.5,0.25,0.875,0.75 mask-location=" + folder.path("m.png") + kSegment);
    EXPECT_EQ(ids(chain.pass(0).get()), (std::set<gint64>{1, 2}));
    std::filesystem::remove(folder.path("m.png"));
    chain.flush();
    EXPECT_EQ(ids(chain.pass(0).get()), (std::set<gint64>{1})) << "the box is shown again";
}

TEST_F(Masks, AStandingMaskThatDisappearsIsAWarning) {
    write_png(folder.path("m.png"), 2, 1, 8, PNG_COLOR_TYPE_GRAY, {{0, 255}});
    Harness prompts("ausmprompt mask-location=" + folder.path("m.png"));
    prompts.caps(kCaps);
    ASSERT_TRUE(prompts.pass(0));
    std::filesystem::remove(folder.path("m.png"));
    prompts.flush();
    ASSERT_TRUE(prompts.pass(1));
    expect_parts(text_on(prompts, GST_MESSAGE_WARNING), {"mask-location", "No such file"});
}

}  // namespace
