// SPDX-License-Identifier: MIT
// Runs the real tool as a process.
#pragma once

#include "../../gst/temporary_folder.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace ausm::tools::test {

/// A program of the build, started with $AUSM_TEST_TOOL's path; its outputs go to files. Ended with the object.
class Process {
public:
    explicit Process(const std::vector<std::string>& arguments) {
        const char* tool = std::getenv("AUSM_TEST_TOOL");
        if (tool == nullptr)
            throw std::runtime_error("AUSM_TEST_TOOL must name the tool; meson test sets it");
        std::vector<std::string> words{tool};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> pointers;
        for (auto& word : words)
            pointers.push_back(word.data());
        pointers.push_back(nullptr);
        const auto out = folder_.path("out"), err = folder_.path("err");
        id_ = fork();
        if (id_ == 0) {
            if (std::freopen(out.c_str(), "w", stdout) == nullptr || std::freopen(err.c_str(), "w", stderr) == nullptr)
                _exit(126);
            execv(tool, pointers.data());
            _exit(127);
        }
        if (id_ < 0)
            throw std::runtime_error("no process can be started");
    }
    ~Process() {
        if (id_ > 0) {
            kill(id_, SIGKILL);
            waitpid(id_, nullptr, 0);
        }
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void send(int signal) const { kill(id_, signal); }
    /// Waits for the end. 128 + signal when a signal ended it.
    int status() {
        if (id_ > 0) {
            waitpid(id_, &status_, 0);
            id_ = 0;
        }
        return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
    }
    [[nodiscard]] std::string out() const { return content("out"); }
    [[nodiscard]] std::string err() const { return content("err"); }

private:
    [[nodiscard]] std::string content(const std::string& name) const {
        std::ifstream file(folder_.path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    TemporaryFolder folder_;
    pid_t id_ = 0;
    int status_ = 0;
};

}  // namespace ausm::tools::test
