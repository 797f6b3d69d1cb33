// SPDX-License-Identifier: MIT
// Precompiled header of the tool: what its commands are made of costs 20 to 50 s a file otherwise.
#ifndef AUSM_TOOL_PCH_H
#define AUSM_TOOL_PCH_H
#include <ATen/ATen.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#endif
