// SPDX-License-Identifier: MIT
// Which data a training uses: what the configuration says, and the sets opened.
#pragma once

#include "data/dataset.h"
#include "io/json_fields.h"

#include <memory>
#include <string>
#include <vector>

namespace ausm::train {

/// One entry of the configuration's list of data. model/data/README.md has the layouts.
struct Source {
    std::string name;
    /// "coco", "id-maps", "id-maps-video", "pictures", "sprites", "davis", "youtube-vos", "mose", "youtube-vis", "ovis"
    /// or "packed".
    std::string format;
    /// Below the root of all data. Its last part may have * and ? for several folders or files that make one set
    /// (formats "id-maps", "id-maps-video", "pictures", "sprites", "packed").
    std::string path;
    /// "picture": instances labelled, the base of pseudo-video; "single": one salient object, or only some of the
    /// objects labelled; "background": no labels; "video"; "sprite". "": "packed", whose sets have their own.
    std::string role;
    bool complete = false;       ///< everything in it is labelled: what is found elsewhere is wrong
    bool cut_outs = false;       ///< its instances may be cut out and pasted into other pictures
    bool research_only = false;  ///< its terms forbid other use
    double weight = 1;  ///< how often each of its sequences is drawn, relative to those of other sources of its
                        ///< role; for "packed" a factor of the packed weights
    double join = 0;    ///< of "video": the share of its clips in which all instances are one object
};

/// Throws std::runtime_error that names the field: missing, unknown, wrong type, no such format or role, a role that
/// the format cannot have, weight not above 0.
[[nodiscard]] Source read_source(io::JsonFields fields);

struct OpenSource {
    Source source;
    std::unique_ptr<data::Dataset> data;  ///< null for the role "sprite"
    std::vector<data::Sprite> sprites;    ///< of the role "sprite", not empty there
};

/// One set; for "packed" every set of the pack, with the names, roles and flags that the sets had when they were packed.
/// Throws std::runtime_error that names the source and the file or field at fault.
[[nodiscard]] std::vector<OpenSource> open_source(const Source& source, const std::string& root);

}  // namespace ausm::train
