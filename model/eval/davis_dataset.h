// SPDX-License-Identifier: MIT
// Data in DAVIS's folder layout: the pictures and annotations of videos.
#pragma once

#include "eval/index_picture.h"

#include <string>
#include <vector>

namespace ausm::eval {

/// One video: frame i is pictures[i], JPEG, with annotations[i], PNG, of the same stem. Full paths.
struct DavisSequence {
    std::string name;
    std::vector<std::string> pictures, annotations;
};

/// The videos of ROOT/JPEGImages/480p by name. names: which ones, in this order; empty: all with annotations, in
/// alphabetic order. Annotations are in ROOT/Annotations/480p; for discovery in ROOT/Annotations_unsupervised/480p
/// when that is there. Throws std::runtime_error that names the folder or file which is missing, empty, or has no
/// partner, and a name that is given twice.
[[nodiscard]] std::vector<DavisSequence> davis_sequences(const std::string& root, std::vector<std::string> names,
                                                         bool discovery = false);

/// What the first annotation of a video says about all of them.
struct DavisObjects {
    int count = 0;        ///< objects 1 .. count; one that appears later is no object, as in the official evaluation
    bool binary = false;  ///< the file has only 0 and 255, as in DAVIS 2016: everything but 0 is object 1
};

/// first: the values of the file. Without `binary`, 255 is void. Throws std::runtime_error that names `path` when there
/// is no object.
[[nodiscard]] DavisObjects davis_objects(const IndexPicture& first, const std::string& path);

/// Values 0 .. count: void (255) and numbers above count become background, as in the official evaluation. Throws
/// std::runtime_error.
[[nodiscard]] IndexPicture read_annotation(const std::string& path, const DavisObjects& objects);

/// [height, width], 1 where the picture has this value, else 0.
[[nodiscard]] std::vector<std::uint8_t> pixels_of(const IndexPicture& picture, int value);

}  // namespace ausm::eval
