// SPDX-License-Identifier: MIT
// Every number that decides what training clips look like.
#pragma once

#include "io/json_fields.h"
#include "train/synthesis/random.h"

#include <cstdint>
#include <vector>

namespace ausm::train {

/// Which kind of clip: a real video with this probability, otherwise by the shares of the roles that have sources.
struct MixRecipe {
    double video = 0.45;
    double picture = 0.35, single = 0.25, background = 0.4;
};

/// How a smooth path changes its velocity; relative to the velocity.
struct PathRecipe {
    double acceleration = 0.5;  ///< at most, over the whole clip
    double jitter = 0.15;       ///< standard deviation, each frame
    double turn = 0.15;         ///< probability of turning round half-way
};

/// A crop that moves over a single picture. Lengths relative to the clip's width; angles in radians; per frame.
struct CameraRecipe {
    Range cover{0.5, 1}, tall_cover{0.7, 1.1};  ///< crop's width / picture's; tall: height above 1.2 widths
    double least_zoom = 0.9;                    ///< the crop is at most 1 / this times as high as the picture
    double look_at = 0.7, look_at_sigma = 0.1;  ///< probability that the crop is centred on an instance; its error
    double speed_sigma = 0.8, still = 0.15;     ///< of the speed's logarithm; probability of no motion
    double move = 0.02, zoom = 0.015, turn = 0.015, tilt = 0.06, flip = 0.5;
};

struct VideoRecipe {
    WholeRange stride{1, 5};
    double reverse = 0.5, flip = 0.5;
    Range cover{0.55, 1};
    double drift = 0.01;  ///< standard deviation of the crop's motion, widths per frame
};

/// What may be cut out of a picture.
struct CutOutRecipe {
    std::int64_t area = 1800, side = 28;  ///< more than that, in pixels of a picture with a short side of 288
    std::int64_t borders = 1;             ///< at most so many sides of the picture are touched
    double fill = 0.25;                   ///< of its bounding box, at least
    std::int64_t margin = 6;              ///< pixels around it
};

/// Cut-outs and sprites that are pasted on top.
struct PasteRecipe {
    std::vector<std::int64_t> on_picture{0, 0, 1, 2}, on_single{0, 1, 2}, on_background{1, 2, 3, 4},
        on_video{0, 0, 1, 2};                             ///< how many, all equally likely
    double picture = 0.45, single = 0.3, sprite = 0.25;   ///< shares of the roles that they are taken from
    double least = 0.2, most = 0.75, most_single = 1.05;  ///< size / clip's height, log-uniform
    double outside = 0.12;                                ///< probability of beginning anywhere, also half outside
    double speed_sigma = 0.8, still = 0.1;
    Range move{0.01, 0.05};  ///< clip's widths per frame
    double vertical = 0.6;   ///< vertical motion relative to horizontal
    double zoom = 0.025, turn = 0.04, tilt = 0.15, flip = 0.5;
    double colour = 0.8;                                    ///< relative to PhotometricRecipe
    double wobble = 0.6;                                    ///< probability of non-rigid motion
    Range wobble_size{0.02, 0.08}, wobble_speed{0.3, 1.2};  ///< of the shorter side; radians per frame
    WholeRange wobble_grid{2, 4};
};

/// Identical copies of one cut-out, each with its own motion.
struct CopyRecipe {
    double probability = 0;  ///< of a clip
    WholeRange count{2, 4};
    Range size{0.15, 0.45};  ///< of the clip's height
    double cross = 0;        ///< probability that all of them meet in the middle of the clip, and part again
};

/// Objects that are hidden, or out of the frame, for several frames and come back.
struct OcclusionRecipe {
    double probability = 0;         ///< of a clip; not in clips shorter than least_frames
    double leave = 0.35;            ///< share that leaves the frame instead of being covered
    std::int64_t least_frames = 8;  ///< at least 6
    WholeRange hidden{2, 4};        ///< frames; fewer where the clip is too short
    Range size{0.15, 0.4};          ///< of an object that leaves: of the clip's height
};

/// Colour, blur, noise, compression. Probabilities are of clips; strengths are drawn for each frame anew.
struct PhotometricRecipe {
    double contrast = 0.25, brightness = 25, gain = 0.1, saturation = 0.4;  ///< +-, once a clip
    double flicker = 0.12;                                                  ///< share of that, each frame
    double blur = 0.12, motion_blur = 0.13, compression = 0.15;             ///< at most one of the three
    WholeRange blur_radius{1, 3};                                           ///< pixels
    double horizontal = 0.6;                                                ///< of motion blur; else vertical
    WholeRange quality{25, 69};                                             ///< of JPEG
    double noise = 0;
    Range noise_sigma{2, 8};
};

/// Which instances are objects. Areas relative to the frame's.
struct TruthRecipe {
    double least_object = 0.0015;  ///< largest area over the clip
    double visible = 0.0008;       ///< area from which on an object counts as visible
    double overflow = 0.004;       ///< an object without a place that is larger leaves the clip incomplete
    double ignored = 0.01;         ///< so does an ignored area above this
    double never = 0.12;           ///< objects that are never found: to be detected in all frames
};

struct PromptRecipe {
    double clip = 0.45, object = 0.85;          ///< probability of prompts in frame 0; then of each visible object
    double other_than_mask = 0.45;              ///< a box, point or scribble in place of the mask
    std::int64_t least_cells = 12;              ///< of an object that gets one
    double box = 2, point = 2, scribble = 1;    ///< shares
    double box_sigma = 0.04;                    ///< of each side, relative to the box
    double core = 0.35;                         ///< points lie this deep inside, relative to the deepest
    double radius = 0.025, least_radius = 1.2;  ///< of the diagonal; cells
    WholeRange strokes{1, 3};
    double reread = 0.5;  ///< probability that masks in frame 0 too get the refinement pass
};

/// How shown marks differ from the truth. Lengths in cells of the 1/4 map.
struct MarkRecipe {
    bool jitter = true;  ///< false: marks are the truth
    double drop = 0.12;
    double shift = 0.5, shift_scale = 0.03, shift_move = 1;
    double soften = 0.5;
    WholeRange soften_radius{3, 5};
    Range soften_level{0.2, 0.8};
    double soften_gain = 3;
    double holes = 0.3, holes_gain = 2.5;
    double leaks = 0.15, leaks_level = 0.75, leaks_gain = 4;
    std::int64_t leaks_radius = 4;
    double hide = 0.3;  ///< probability that an object's marks are lost for several frames, in clips of 6 and more
    WholeRange hide_frames{1, 4};
    double foreign = 0.1;  ///< probability that one object wears another's mark for one frame
    Range foreign_strength{0.3, 0.9};
};

/// The frame that a network with anchors keeps readable for the rest of the clip. These draws have a stream of their
/// own: nothing else of a clip depends on them.
struct AnchorRecipe {
    double probability = 0.9;  ///< of a clip in which any object is known while it is visible
    double prompt = 0.85;      ///< of a prompted clip: frame 0; else one of those frames
    double first = 0.5;        ///< of the latter: the first; else any
    double truth = 0.6;        ///< of an object's mark; else as faulty as MarkRecipe says, never dropped
};

struct ClipRecipe {
    std::int64_t frames = 8, height = 224, width = 384;  ///< T; multiples of 32
    std::int64_t objects = 5;                            ///< K, places
    std::int64_t id_vectors = 64;                        ///< of the network; at least K
    std::uint64_t seed = 0;
    std::int64_t short_side = 288;  ///< larger pictures are shrunk when they are read
    std::int64_t cache_mib = 2048;  ///< decoded pictures that are kept
    double speed = 1;               ///< scales all motion of still pictures and of what is pasted
    PathRecipe path;
    MixRecipe mix;
    CameraRecipe camera;
    VideoRecipe video;
    CutOutRecipe cut_outs;
    PasteRecipe pasted;  ///< "overlays" in files
    CopyRecipe copies;
    OcclusionRecipe occlusion;
    PhotometricRecipe photometric;
    TruthRecipe truth;
    PromptRecipe prompts;
    MarkRecipe marks;
    AnchorRecipe anchor;
};

/// Missing fields keep their default. Throws std::runtime_error that names file and field: unknown fields, wrong types,
/// values out of range. The members above are fields of the same names (`pasted`: "overlays"); ranges are [from, to].
[[nodiscard]] ClipRecipe read_clip_recipe(io::JsonFields fields);

}  // namespace ausm::train
