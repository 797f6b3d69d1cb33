// SPDX-License-Identifier: MIT
// Precompiled header of the tests that use LibTorch.
#ifndef AUSM_TEST_PCH_H
#define AUSM_TEST_PCH_H
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#endif
