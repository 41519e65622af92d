#pragma once
#include "slim/core/begin.hpp"
// The handlers of TF-Slim's tfexample_decoder for lists of boxes and points, one for each frame.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "slim/data/item.hpp"
#include "slim/data/item_handler.hpp"
#include "slim/data/parse_features.hpp"

namespace slim::data::tfexample_decoder {

namespace sequence_detail {

inline std::vector<std::string> prefixed(const std::string& handler, const std::string& prefix, const std::vector<std::string>& keys, std::size_t expected) {
  if (keys.size() != expected) handler_error(handler, std::to_string(expected) + " keys", std::to_string(keys.size()));
  std::vector<std::string> all;
  for (const std::string& key : keys) all.push_back(prefix + key);
  return all;
}

/// A sparse feature [frames, n].
inline const item& ragged(const std::string& key, const keys_to_tensors& tensors) {
  const item& source = tensors.at(key);
  if (!source.is_sparse() || source.shape.size() != 2) {
    handler_error(key, "a variable-length feature of a sequence, [frames, n]", detail::to_string(source.shape));
  }
  return source;
}

/// Sets side by side the features [frames, n] as columns of [frames, n, columns].
inline item side_by_side(const std::vector<std::string>& keys, const keys_to_tensors& tensors) {
  const item& first = ragged(keys[0], tensors);
  const std::int64_t columns = static_cast<std::int64_t>(keys.size());
  item result{{first.shape[0], first.shape[1], columns}, std::vector<float>(), std::vector<std::int64_t>()};
  auto& values = std::get<std::vector<float>>(result.values);
  for (std::int64_t column = 0; column < columns; ++column) {
    const std::string& key = keys[static_cast<std::size_t>(column)];
    const item& source = ragged(key, tensors);
    if (source.shape != first.shape) {
      handler_error(key, "the shape " + detail::to_string(first.shape) + " of " + keys[0], detail::to_string(source.shape));
    }
    const auto& more = source.as<float>();
    values.insert(values.end(), more.begin(), more.end());
    for (std::size_t i = 0; i < more.size(); ++i) {
      result.indices->insert(result.indices->end(), {(*source.indices)[2 * i], (*source.indices)[2 * i + 1], column});
    }
  }
  detail::size_of(result.shape);
  return detail::sort_by_place(result);
}

}  // namespace sequence_detail

/// Boxes [frames, most boxes of a frame, 4] in the order ymin, xmin, ymax, xmax, where `default_value` stands for no box; sparse
/// unless `return_dense`. From four variable-length features of a sequence named prefix + key.
struct bounding_box_sequence {
  std::vector<std::string> box_keys = {"ymin", "xmin", "ymax", "xmax"};
  std::string prefix = "";
  bool return_dense = true;
  scalar default_value = -1.0;

  std::vector<std::string> keys() const { return sequence_detail::prefixed("bounding_box_sequence", prefix, box_keys, 4); }
  item tensors_to_item(const keys_to_tensors& tensors) const {
    item boxes = sequence_detail::side_by_side(keys(), tensors);
    return return_dense ? to_dense(std::move(boxes), default_value) : boxes;
  }
};

/// Points [frames, most points of a frame, 2] in the order y, x; otherwise as bounding_box_sequence.
struct keypoints_sequence {
  std::vector<std::string> point_keys = {"y", "x"};
  std::string prefix = "";
  bool return_dense = true;
  scalar default_value = -1.0;

  std::vector<std::string> keys() const { return sequence_detail::prefixed("keypoints_sequence", prefix, point_keys, 2); }
  item tensors_to_item(const keys_to_tensors& tensors) const {
    item points = sequence_detail::side_by_side(keys(), tensors);
    return return_dense ? to_dense(std::move(points), default_value) : points;
  }
};

/// The number of boxes in each frame, int64 [frames], from the variable-length feature of the first key. With
/// `check_consistency` the features of the other keys must have the same numbers.
struct num_boxes_sequence {
  std::vector<std::string> box_keys;
  bool check_consistency = true;

  std::vector<std::string> keys() const {
    if (box_keys.empty()) handler_error("num_boxes_sequence", "at least one key", "none");
    return box_keys;
  }

  item tensors_to_item(const keys_to_tensors& tensors) const {
    item result = count(box_keys[0], tensors);
    for (const std::string& key : box_keys) {
      if (check_consistency && count(key, tensors) != result) handler_error(key, "as many boxes in each frame as " + box_keys[0], "others");
    }
    return result;
  }

private:
  static item count(const std::string& key, const keys_to_tensors& tensors) {
    const item& source = sequence_detail::ragged(key, tensors);
    std::vector<std::int64_t> boxes(static_cast<std::size_t>(source.shape[0]));
    for (std::size_t i = 0; i < source.indices->size(); i += 2) {
      std::int64_t& frame = boxes[static_cast<std::size_t>((*source.indices)[i])];
      frame = std::max(frame, (*source.indices)[i + 1] + 1);
    }
    return {{source.shape[0]}, std::move(boxes)};
  }
};

}  // namespace slim::data::tfexample_decoder

#include "slim/core/end.hpp"
