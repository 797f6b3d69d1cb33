// SPDX-License-Identifier: MIT
// The memory of a camera in a file: the service ends, another one goes on.
#include "fake_camera.h"
#include "scene.h"
#include "service.h"

#include <gtest/gtest.h>

#include <chrono>

namespace ausm::test {
namespace {

namespace fs = std::filesystem;

/// Only the first process is told what to follow; what the others know of it they have from the file.
class RtspState : public testing::Test {
protected:
    std::string config(const char* name, const std::string& prompt, const std::string& state) {
        return folder_.write(name, one_camera(camera_.url(), prompt, R"("forget-after":60,"state":")" + state + "\""));
    }
    void first_process() {
        Service service(config("first.json", kBox, "here"));
        ASSERT_TRUE(service.wait_for("object", {"appeared", "\"id\":1"}));
        ASSERT_TRUE(service.wait_for_metric(figure("frames_segmented_total"), 10));
        ASSERT_EQ(service.terminate(), 0);
        EXPECT_EQ(service.count("state", {"\"save\"", "\"done\":true", "yard"}), 1);
        ASSERT_TRUE(fs::exists(folder_.file("here/yard.state")));
    }

    Folder folder_;
    FakeCamera camera_;
};

TEST_F(RtspState, GoesOnInAnotherProcess) {
    first_process();
    fs::create_directories(folder_.file("there"));  // as if on another machine
    fs::rename(folder_.file("here/yard.state"), folder_.file("there/yard.state"));
    const Service second(config("second.json", "", "there"));
    ASSERT_TRUE(second.wait_for("state", {"\"load\"", "\"done\":true"}));
    ASSERT_TRUE(second.wait_for_metric(figure("frames_segmented_total"), 10));
    EXPECT_EQ(second.objects(), "1");
    EXPECT_EQ(second.count("object", {"appeared"}), 0);
}

TEST_F(RtspState, IsNotThereWithoutTheFile) {
    first_process();
    const Service second(config("second.json", "", "elsewhere"));
    ASSERT_TRUE(second.wait_for_metric(figure("frames_segmented_total"), 10));
    EXPECT_EQ(second.objects(), "");
}

TEST_F(RtspState, IsPutAsideWhenItIsTooOld) {
    first_process();
    const fs::path file = folder_.file("here/yard.state");
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::minutes(5));
    const Service second(config("second.json", "", "here"));
    ASSERT_TRUE(second.wait_for("state", {"put-aside"}));
    ASSERT_TRUE(second.wait_for_metric(figure("frames_segmented_total"), 10));
    EXPECT_EQ(second.objects(), "");
    EXPECT_TRUE(fs::exists(file.string() + ".old"));
}

TEST_F(RtspState, ThatIsDamagedIsRefusedAndKept) {
    first_process();
    const std::string file = folder_.write("here/yard.state", "no state");
    Service second(config("second.json", "", "here"));
    ASSERT_TRUE(second.wait_for("state", {"\"load\"", "\"done\":false"}));
    ASSERT_TRUE(second.wait_for_metric(figure("frames_segmented_total"), 10));
    ASSERT_EQ(second.terminate(), 0);
    EXPECT_EQ(fs::file_size(file), 8U);
}

TEST_F(RtspState, FailsAtTheStartWhenItsFolderCannotBeMade) {
    const std::string file = folder_.write("file", "");
    const Finished finished = run_service({"--config", config("first.json", "", "file/state")});
    EXPECT_EQ(finished.status, 1);
    EXPECT_NE(finished.errors.find("$.state"), std::string::npos) << finished.errors;
}

}  // namespace
}  // namespace ausm::test
