#pragma once
#include "slim/core/begin.hpp"
// A layer over a sequence in both directions.

#include "slim/compose/compose.hpp"
#include "slim/functions/concat.hpp"
#include "slim/functions/pad.hpp"

namespace slim {

/// See bidirectional.
template <class Layer>
struct both_directions {
  Layer layer;

  constexpr tensor operator()(const tensor& x) const {
    const tensor forwards = scope("forward", layer)(x), backwards = scope("backward", layer)(reverse(x, 0));
    return concat({forwards, forwards.shape().rank == 2 ? reverse(backwards, 0) : backwards}, -1);
  }
};
/// A recurrent layer from the first step to the last, and another one of its kind from the last to the first; their outputs beside each other, [2·num_outputs]
/// or [time, 2·num_outputs], each at its step. Variables are in `name`/forward and `name`/backward. Keras's Bidirectional. Call: bidirectional(lstm(8,
/// "cell")[, "scope"]).
template <class Layer>
constexpr named_scope<both_directions<Layer>> bidirectional(const Layer& layer, const char* name = "bidirectional") {
  return scope(name, both_directions<Layer>{layer});
}

}  // namespace slim

#include "slim/core/end.hpp"
