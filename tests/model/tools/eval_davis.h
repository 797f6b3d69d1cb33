// SPDX-License-Identifier: MIT
// Runs `ausm eval davis` as a process, on a drawn miniature of DAVIS 2017.
#pragma once

#include "../data/davis_folder.h"
#include "process.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ausm::tools::test {

class EvalDavis : public testing::Test {
protected:
    static constexpr int kFrames = 4;
    data::test::DavisFolder data;

    void SetUp() override {
        data.add("one", kFrames, data::test::disc());
        data.add("two", kFrames, data::test::disc(2));
    }
    /// The small network input keeps the tests quick.
    [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more) const {
        std::vector<std::string> all{"eval", "davis", "--root", data.root(), "--threads", "1"};
        if (std::find(more.begin(), more.end(), "--inference-size") == more.end())
            all.insert(all.end(), {"--inference-size", "96"});
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    [[nodiscard]] nlohmann::json json_of(std::vector<std::string> more) const {
        more.emplace_back("--json");
        Process tool(arguments(more));
        EXPECT_EQ(tool.status(), 0) << tool.err();
        return nlohmann::json::parse(tool.out());
    }
    void expect_failure(const std::vector<std::string>& more, const std::string& part) const {
        Process tool(arguments(more));
        EXPECT_NE(tool.status(), 0);
        EXPECT_NE(tool.err().find(part), std::string::npos) << tool.err();
        EXPECT_EQ(tool.out(), "");
    }
};

}  // namespace ausm::tools::test
