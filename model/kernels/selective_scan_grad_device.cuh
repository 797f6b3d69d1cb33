// SPDX-License-Identifier: MIT
// One thread's part of the selective scan's backward pass: its channel, a chunk of steps, one step back, sums over a
// warp.
#pragma once

#include "kernels/selective_scan_device.cuh"

namespace ausm::selective_scan_device {

/// What a thread keeps of its channel while it walks over pixels.
template <class Value, int States>
struct Channel {
    std::int64_t index;
    bool active;
    Value a[States];  // times log2 e
    Value skip, bias;
    Value a_sum[States], d_sum, bias_sum;
};

/// The inputs of a chunk's steps; without input or gradient where there is no such step or channel.
template <class Value>
struct Chunk {
    Value x[kSteps], delta[kSteps], slope[kSteps];
};

template <class Value, int States, class Scalar>
__device__ __forceinline__ Channel<Value, States> channel_of(const SelectiveScanParams<Scalar>& p, std::int64_t index) {
    Channel<Value, States> channel{};
    channel.index = index;
    channel.active = index < p.channels;
    if (!channel.active)
        return channel;
#pragma unroll
    for (int s = 0; s < States; ++s)
        channel.a[s] = s < p.states ? p.a[s * p.channels + index] * static_cast<Value>(kLog2e) : Value(0);
    channel.skip = p.d ? p.d[index] : Value(0);
    channel.bias = p.dt_softplus && p.dt_bias ? p.dt_bias[index] : Value(0);
    return channel;
}

template <class Value, int States>
__device__ __forceinline__ void load_state(Value (&h)[States], const Value* from, std::int64_t channels,
                                           std::int64_t states, bool active) {
#pragma unroll
    for (int s = 0; s < States; ++s)
        h[s] = active && from && s < states ? from[s * channels] : Value(0);
}

template <class Value, int States>
__device__ __forceinline__ void store_state(const Value (&h)[States], Value* to, std::int64_t channels,
                                            std::int64_t states, bool active) {
#pragma unroll
    for (int s = 0; s < States; ++s)
        if (active && s < states)
            to[s * channels] = h[s];
}

/// One value of each step from a row of channels.
template <class Scalar, class Value>
__device__ __forceinline__ void load_values(Value (&values)[kSteps], const Scalar* from, std::int64_t stride,
                                            std::int64_t t0, std::int64_t time, bool active) {
#pragma unroll
    for (int k = 0; k < kSteps; ++k)
        values[k] = active && from && t0 + k < time ? widen(from[(t0 + k) * stride]) : Value(0);
}

/// From x and dt as loaded (dt in `delta`).
template <class Value>
__device__ __forceinline__ void finish_steps(Chunk<Value>& chunk, Value bias, bool dt_softplus) {
#pragma unroll
    for (int k = 0; k < kSteps; ++k) {
        const Value raw = chunk.delta[k] + bias;
        chunk.delta[k] = dt_softplus ? softplus(raw) : raw;
        chunk.slope[k] = dt_softplus ? sigmoid(raw) : Value(1);
    }
}

template <class Value, int States>
__device__ __forceinline__ void advance(Value (&h)[States], const Channel<Value, States>& channel, Value delta, Value x,
                                        const Value (&b)[States]) {
    const Value drive = delta * x;
#pragma unroll
    for (int s = 0; s < States; ++s)
        h[s] = exponential2(delta * channel.a[s]) * h[s] + drive * b[s];
}

/// One value of two, added up over two threads: those of lanes with `mask` get the second value's sum.
template <class Value>
__device__ __forceinline__ Value halved(Value first, Value second, unsigned lane, int mask) {
    const bool upper = (lane & static_cast<unsigned>(mask)) != 0;
    return (upper ? second : first) + __shfl_xor_sync(kAllLanes, upper ? first : second, mask);
}

/// Adds each of Count values up over lanes that differ in the bits below 2 * Mask; the thread whose lane has the number
/// i in them gets the sum of value i * Count / (2 * Mask).
template <int Count, int Mask, int Size, class Value>
__device__ __forceinline__ Value folded(Value (&values)[Size], unsigned lane) {
    if constexpr (Count > 1) {
#pragma unroll
        for (int i = 0; i < Count / 2; ++i)
            values[i] = halved(values[i], values[i + Count / 2], lane, Mask);
        return folded<Count / 2, Mask / 2>(values, lane);
    } else if constexpr (Mask > 0) {
        values[0] += __shfl_xor_sync(kAllLanes, values[0], Mask);
        return folded<1, Mask / 2>(values, lane);
    } else {
        return values[0];
    }
}

/// What one step gives its own time, pixel and channel.
template <class Value>
struct StepGrad {
    Value x, dt, z;
};

/// One step backwards; the formulas stand in selective_scan_grad.cpp. `terms` gets the shares in the gradients of b
/// (the warp's lower half) or c (its upper half) of the channels of this lane and the one 16 further; `carry` is the
/// gradient of the state after the step on entry, before it on return.
template <class Value, int States>
__device__ __forceinline__ StepGrad<Value> step_back(Channel<Value, States>& channel, const Value (&before)[States],
                                                     Value (&carry)[States], Value (&terms)[States], Value x,
                                                     Value delta, Value slope, Value dy, Value z, bool gated,
                                                     const Value (&rows)[2][States], unsigned lane) {
    const Value share = gated ? sigmoid(z) : Value(1), gate = gated ? z * share : Value(1);
    const Value du = dy * gate, drive = delta * x;
    Value u = channel.skip * x, through_b = 0, through_a = 0;
#pragma unroll
    for (int s = 0; s < States; ++s) {
        const Value b = rows[0][s], c = rows[1][s], decay = exponential2(delta * channel.a[s]);
        const Value decayed = decay * before[s], after = decayed + drive * b, dh = carry[s] + c * du;
        const Value dh_decayed = dh * decayed;
        u += c * after;
        terms[s] = halved(dh * drive, du * after, lane, kLanes / 2);
        through_b += dh * b;
        through_a += dh_decayed * channel.a[s];
        channel.a_sum[s] += dh_decayed * delta;
        carry[s] = dh * decay;
    }
    StepGrad<Value> grad;
    grad.x = channel.skip * du + delta * through_b;
    grad.dt = slope * (static_cast<Value>(kLn2) * through_a + x * through_b);
    grad.z = dy * u * share * (Value(1) + z * (Value(1) - share));
    channel.d_sum += du * x;
    channel.bias_sum += grad.dt;
    return grad;
}

}  // namespace ausm::selective_scan_device
