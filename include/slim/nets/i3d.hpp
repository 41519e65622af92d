#pragma once
#include "slim/core/begin.hpp"
// I3D: Carreira & Zisserman 2017, "Quo vadis, action recognition? A new model and the Kinetics dataset", as TF-Slim defines it, section 13.8: Inception v1 with
// windows over frames as well. On [64, 224, 224, 3], or any extent.

#include "slim/nets/s3dg.hpp"

namespace slim::nets {

struct i3d_options {
  const char* final_endpoint = nullptr;  // "Conv2d_1a_7x7" … "Mixed_5c": the base alone, up to there
  double dropout_keep_prob = 0.8;
  bool spatial_squeeze = true;                  // false: logits [height, width, num_classes]
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

/// Returns logits [num_classes]; with num_classes = 0 the pooled features [frames, 1, 1, 1024].
constexpr auto make_i3d(int num_classes = 1000, const i3d_options& options = {}) {
  return make_s3dg(num_classes, {.final_endpoint = options.final_endpoint,
                                 .first_temporal_kernel_size = 7,
                                 .gating_startat = nullptr,
                                 .dropout_keep_prob = options.dropout_keep_prob,
                                 .spatial_squeeze = options.spatial_squeeze,
                                 .prediction_fn = options.prediction_fn});
}

inline constexpr auto i3d = i3d_arg_scope()(make_i3d());

}  // namespace slim::nets

#include "slim/core/end.hpp"
