#pragma once
#include "slim/core/begin.hpp"
// The umbrella, to be compiled in advance. g++ leaves the templates that a header uses for the end of each program that takes it, compiled in advance or not;
// only what a constant needs is instantiated at once. So the networks below are compiled here, and what they have in common with others is ready.

#include "slim/slim.hpp"

namespace slim::detail {

inline constexpr auto usual_layers = conv2d(2, {3, 3}, normalizer_fn = batch_norm, weights_regularizer = l2_regularizer(0.1f)) >> conv2d(4, {1, 1}) >>
                                     max_pool2d({2, 2}) >> flatten() >> dropout(0.5f) >> fully_connected(2);
inline constexpr auto layers_of_images = convolution(2, {3, 3}) >> separable_conv2d(4, {3, 3}) >> conv2d_in_plane({3, 3}) >> conv2d_transpose(4, {3, 3}, 2) >>
                                         group_norm(groups = 2) >> instance_norm() >> layer_norm() >> gdn() >> local_response_normalization() >> bias_add() >>
                                         upsample(2) >> avg_pool2d({2, 2}) >> spatial_softmax();
inline constexpr auto layers_of_sequences = conv1d(4, 3) >> maxout(2) >> unit_norm(1) >> flatten() >> legacy_fully_connected(2);
inline constexpr auto layers_of_videos = conv3d(2, {2, 2, 2}) >> conv3d_transpose(2, {2, 2, 2}, 2);

template <const auto& Net, class... Inputs>
inline constexpr bool traces = !trace_only<Net, model_options<Inputs...>>().g.failed();

static_assert(traces<layers_of_images, input<4, 4, 2>> && traces<layers_of_sequences, input<4, 2>> && traces<layers_of_videos, input<4, 4, 4, 1>>);
static_assert(!finish(trace_and_differentiate<usual_layers, model_options<input<4, 4, 1>>, std::remove_const_t<decltype(losses::sparse_softmax_cross_entropy)>,
                                              optimizers::momentum, train_options<>>()
                          .g)
                   .g.failed());

}  // namespace slim::detail

#include "slim/core/end.hpp"
