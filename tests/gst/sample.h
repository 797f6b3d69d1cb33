// SPDX-License-Identifier: MIT
// What the model might have found, small enough to be checked by eye.
#pragma once

#include "model/ausm.h"

namespace ausm::test {

/// 4 x 3 map with objects 7 (value 1, left) and 9 (value 2, one pixel), and 12 that is not seen. score: of the first.
inline Result sample(float score = 0.75F) {
    Result result;
    result.map_width = 4;
    result.map_height = 3;
    result.map = {1, 1, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0};
    result.objects.resize(3);
    result.objects[0] = {
        7, 1, "person", score, {0, 0, 0.5, 2. / 3}, 0.25, ObjectState::kTracked, ObjectOrigin::kPrompt};
    result.objects[1] = {9, 2, "", 1.0F, {0.75, 1. / 3, 1, 2. / 3}, 1. / 12, ObjectState::kNew, ObjectOrigin::kAuto};
    result.objects[2] = {12, 3, "caf\xc3\xa9", 0.0F, {}, 0, ObjectState::kLost, ObjectOrigin::kAuto};
    return result;
}

}  // namespace ausm::test
