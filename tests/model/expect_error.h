// SPDX-License-Identifier: MIT
// What functions complain about.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace ausm::test {

/// What `call` complains about; "" if it does not.
template <class Call>
std::string error_of(const Call& call) {
    try {
        call();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

/// `call` must complain with all these words.
template <class Call>
void expect_error(const Call& call, const std::vector<std::string>& words) {
    const auto error = error_of(call);
    EXPECT_FALSE(error.empty()) << "no error";
    for (const auto& word : words)
        EXPECT_NE(error.find(word), std::string::npos) << "'" << word << "' is not in: " << error;
}

}  // namespace ausm::test
