// SPDX-License-Identifier: MIT
// A stream of the network without a tracker, for tests and measurements on any device. No test framework.
#pragma once

#include "session/net_runner.h"

#include <span>
#include <utility>
#include <vector>

namespace ausm::test {

/// The last frame and what came of it.
struct NetStream {
    NetInput input;
    NetAnswer answer;
};

inline std::vector<NetInput> inputs_of(std::span<const NetStream> streams) {
    std::vector<NetInput> inputs;
    for (const auto& stream : streams)
        inputs.push_back(stream.input);
    return inputs;
}

/// The streams go on with their answers' histories.
inline void take(std::vector<NetAnswer> answers, std::span<NetStream> streams) {
    for (std::size_t i = 0; i < streams.size(); ++i) {
        streams[i].answer = std::move(answers[i]);
        streams[i].input.history = streams[i].answer.history;
    }
}

/// One frame of each stream.
inline void step(NetRunner& runner, std::span<NetStream> streams) { take(runner.step(inputs_of(streams)), streams); }
inline void step(NetRunner& runner, NetStream& stream) { step(runner, {&stream, 1}); }

/// The stream's last frame again, with the marks of its input.
inline NetPrediction refine(NetRunner& runner, const NetStream& stream) {
    return runner.refine(stream.input, stream.answer.frame);
}

}  // namespace ausm::test
