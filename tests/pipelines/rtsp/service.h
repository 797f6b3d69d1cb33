// SPDX-License-Identifier: MIT
// ausm-rtsp as a process of its own, as a user has it: its log, its figures, its end.
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ausm::test {

/// A folder that is removed at the end.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
    /// Writes a file and gives its name.
    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const;

private:
    std::filesystem::path path_;
};

/// What a program that ends by itself has left.
struct Finished {
    int status = -1;
    std::string output, errors;
};
[[nodiscard]] Finished run_service(const std::vector<std::string>& arguments);

/// A member of a line of the log, or of the answer of /health; "" when it is missing.
[[nodiscard]] std::string member(const std::string& json, const char* name);

class Service {
public:
    explicit Service(const std::string& config);
    ~Service();  ///< kills it when it still runs
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Lines of the log so far.
    [[nodiscard]] std::vector<std::string> log() const;
    /// Waits until `count` lines have this event and these texts; false after `seconds`.
    [[nodiscard]] bool wait_for(const std::string& event, const std::vector<std::string>& texts = {}, int count = 1,
                                double seconds = 30) const;
    [[nodiscard]] int count(const std::string& event, const std::vector<std::string>& texts = {}) const;

    [[nodiscard]] std::string url(const std::string& mount, const std::string& login = "") const;
    /// The body; `status` is 0 when nobody answers.
    [[nodiscard]] std::string get(const std::string& path, unsigned& status, const std::string& login = "") const;
    /// A figure of /metrics by its name with labels; -1 when it is missing.
    [[nodiscard]] double metric(const std::string& name) const;
    /// Asks until it is at least `least`.
    [[nodiscard]] bool wait_for_metric(const std::string& name, double least, double seconds = 30) const;
    /// Ids on the last picture of the first camera, as "1,2".
    [[nodiscard]] std::string objects() const;

    /// The exit status after SIGTERM.
    [[nodiscard]] int terminate();

private:
    void read();

    GSubprocess* process_;
    std::thread reader_;
    mutable std::mutex mutex_;  // guards lines_
    mutable std::condition_variable changed_;
    std::vector<std::string> lines_;
};

/// Asks several times a second.
[[nodiscard]] bool eventually(const std::function<bool()>& question, double seconds = 30);

}  // namespace ausm::test
