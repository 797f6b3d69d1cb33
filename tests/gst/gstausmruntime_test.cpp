// SPDX-License-Identifier: MIT
// Opening the model library: each way to fail says what is wrong, with which file, and what to do.
#include "gst/gstausmruntime.h"
#include "gst/gstausmlibtorch.h"

#include "temporary_folder.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace ausm::gst;

namespace {

/// What open_engine() says in a process of its own (an opened library stays for ever): "domain code message | detail".
/// `loaded`: a library that is in that process before.
std::string failure(const std::string& library, const char* weights, const ausm::EngineOptions& options = {},
                    const char* loaded = nullptr) {
    int ends[2];
    if (pipe(ends) != 0)
        return "no pipe";
    const pid_t child = fork();
    if (child == 0) {
        g_setenv("AUSM_LIBRARY", library.c_str(), TRUE);
        if (weights)
            g_setenv("AUSM_WEIGHTS", weights, TRUE);
        else
            g_unsetenv("AUSM_WEIGHTS");
        if (loaded && !dlopen(loaded, RTLD_NOW | RTLD_LOCAL))
            _exit(2);
        const OpenResult result = open_engine(options);
        const std::string text = result.engine ? "opened"
                                               : std::string(g_quark_to_string(result.error.domain)) + " " +
                                                     std::to_string(result.error.code) + " " + result.error.message +
                                                     " | " + result.error.detail;
        const bool written = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        _exit(written ? 0 : 1);
    }
    close(ends[1]);
    std::string text;
    char part[512];
    for (ssize_t count = 0; (count = read(ends[0], part, sizeof part)) > 0;)
        text.append(part, static_cast<std::size_t>(count));
    close(ends[0]);
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    return text;
}

void expect_parts(const std::string& text, GQuark domain, int code, const std::vector<std::string>& parts) {
    EXPECT_EQ(text.rfind(std::string(g_quark_to_string(domain)) + " " + std::to_string(code) + " ", 0), 0U) << text;
    for (const std::string& part : parts)
        EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in: " << text;
}

TEST(Runtime, AMissingLibraryIsNamedWithTheNextStep) {
    expect_parts(failure("/nowhere/libausm.so", nullptr), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                 {"'/nowhere/libausm.so' does not exist", "./setup", "AUSM_LIBRARY"});
}

TEST(Runtime, TheLoadersReasonIsTold) {
    const TemporaryFolder folder;
    const std::string file = folder.write("libausm.so", "not a library");
    expect_parts(failure(file, nullptr), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                 {file, "cannot be loaded", "LibTorch", "./setup"});
}

TEST(Runtime, AnotherLibraryIsRefused) {
    expect_parts(failure(AUSM_UNRELATED_LIBRARY, nullptr), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                 {AUSM_UNRELATED_LIBRARY, "is not the model library", "ausm_open"});
}

TEST(Runtime, AnotherInterfaceIsRefused) {
    const TemporaryFolder folder;
    const std::string weights = folder.write("w.safetensors", "");
    expect_parts(failure(AUSM_OTHER_INTERFACE, weights.c_str()), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                 {AUSM_OTHER_INTERFACE, "does not fit", "has interface 0", "same build"});
}

TEST(Runtime, MissingWeightsNameThePlacesThatWereTried) {
    expect_parts(failure(AUSM_OTHER_INTERFACE, "/nowhere/a.safetensors"), GST_RESOURCE_ERROR,
                 GST_RESOURCE_ERROR_NOT_FOUND, {"'/nowhere/a.safetensors' (AUSM_WEIGHTS)", "property weights"});
    ausm::EngineOptions options;
    options.weights = "/nowhere/b.safetensors";
    expect_parts(failure(AUSM_OTHER_INTERFACE, "/nowhere/a.safetensors", options), GST_RESOURCE_ERROR,
                 GST_RESOURCE_ERROR_NOT_FOUND, {"'/nowhere/b.safetensors' (property weights)"});
    expect_parts(
        failure(AUSM_OTHER_INTERFACE, nullptr), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        {"ausm-nano.safetensors' (installed default)", "neither the property weights nor AUSM_WEIGHTS is set"});
}

/// The bytes of a version, as LibTorch tells them.
std::string hexadecimal(const std::string& version) {
    int parts[3] = {};
    (void)std::sscanf(version.c_str(), "%d.%d.%d", &parts[0], &parts[1], &parts[2]);
    char text[16];
    (void)std::snprintf(text, sizeof text, "%02x%02x%02x", parts[0], parts[1], parts[2]);
    return text;
}

std::string folder_of(const char* file) { return std::filesystem::path(file).parent_path().string(); }

TEST(Runtime, AnotherLibTorchInTheProcessIsNamedBesideTheOneThatIsNeeded) {
    g_setenv("AUSM_OTHER_LIBTORCH_VERSION", hexadecimal("2.4.1").c_str(), TRUE);
    expect_parts(failure(AUSM_REAL_LIBRARY, nullptr, {}, AUSM_OTHER_LIBTORCH), GST_LIBRARY_ERROR,
                 GST_LIBRARY_ERROR_INIT,
                 {"needs LibTorch " AUSM_LIBTORCH_VERSION " of '" AUSM_LIBTORCH_FOLDER "'",
                  "LibTorch 2.4.1 of '" + folder_of(AUSM_OTHER_LIBTORCH) + "' is in this process already", "-Dpython",
                  "a process of its own"});
}

TEST(Runtime, AnotherLibTorchThatDoesNotTellItsVersionIsNamedToo) {
    expect_parts(failure(AUSM_REAL_LIBRARY, nullptr, {}, AUSM_OTHER_C10), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
                 {"needs LibTorch " AUSM_LIBTORCH_VERSION,
                  "another LibTorch of '" + folder_of(AUSM_OTHER_C10) + "' is in this process already"});
}

TEST(Runtime, WhatIsMissingInALibTorchOfTheSameVersionIsSaidAtOnce) {
    g_setenv("AUSM_OTHER_LIBTORCH_VERSION", hexadecimal(AUSM_LIBTORCH_VERSION).c_str(), TRUE);
    expect_parts(failure(AUSM_REAL_LIBRARY, nullptr, {}, AUSM_OTHER_LIBTORCH), GST_LIBRARY_ERROR,
                 GST_LIBRARY_ERROR_INIT, {AUSM_REAL_LIBRARY, "cannot be loaded", "undefined symbol"});
}

TEST(Runtime, ALibTorchInTheProcessIsNobodysConcernWhereNoneIsNeeded) {
    const TemporaryFolder folder;
    const std::string weights = folder.write("w.safetensors", "");
    g_setenv("AUSM_OTHER_LIBTORCH_VERSION", hexadecimal("2.4.1").c_str(), TRUE);
    expect_parts(failure(AUSM_OTHER_INTERFACE, weights.c_str(), {}, AUSM_OTHER_LIBTORCH), GST_LIBRARY_ERROR,
                 GST_LIBRARY_ERROR_INIT, {"does not fit"});
}

TEST(LibTorch, IsReadFromTheFileThatNeedsIt) {
    const auto needed = needed_libtorch(AUSM_REAL_LIBRARY);
    ASSERT_TRUE(needed);
    EXPECT_EQ(needed->version, AUSM_LIBTORCH_VERSION);
    EXPECT_EQ(needed->folder, AUSM_LIBTORCH_FOLDER);
    EXPECT_FALSE(other_libtorch(*needed)) << "there is none in this process";
    EXPECT_FALSE(needed_libtorch(AUSM_UNRELATED_LIBRARY));
    EXPECT_FALSE(needed_libtorch("/nowhere/libausm.so"));
    EXPECT_FALSE(needed_libtorch("/"));
}

TEST(LibTorch, FilesThatAreCutOrDamagedAreSurvived) {
    std::ifstream file(AUSM_REAL_LIBRARY, std::ios::binary);
    std::string head(4096, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    const TemporaryFolder folder;
    std::size_t told = 0;
    for (std::size_t i = 0; i < head.size(); i += 3) {
        (void)needed_libtorch(folder.write("cut", head.substr(0, i)));
        std::string damaged = head;
        damaged[i] = static_cast<char>(~damaged[i]);
        told += needed_libtorch(folder.write("damaged", damaged)) ? 1 : 0;
    }
    EXPECT_GT(told, 0U) << "the note lies in what was damaged";
}

}  // namespace
