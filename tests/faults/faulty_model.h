// SPDX-License-Identifier: MIT
// A model library that fails on demand: the real one behind AUSM_REAL_LIBRARY, with one call that throws or lies.
#pragma once

namespace ausm::test {

/// Where it fails.
enum class Call { kNone, kSession, kStep, kConfigure, kReset, kRehearse };

/// How: a std::exception with a text, memory that runs out, something that is no std::exception, or (kStep) a label
/// map of an impossible size, an answer that is said not to be finite.
enum class Failure { kException, kNoMemory, kForeign, kWrongMap, kNotFinite };

inline constexpr const char* kExceptionText = "the model has a bad day";
inline constexpr const char* kArmSymbol = "ausm_faulty_arm";

/// From now on the call after `skipped` good ones fails, once.
using ArmFunction = void(Call call, Failure failure, int skipped);

}  // namespace ausm::test
