#pragma once
#include "slim/core/begin.hpp"
// What makes an item from the parsed features of a record: the handlers of TF-Slim's tfexample_decoder, but for images and sequences.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/callback.hpp"
#include "slim/data/item.hpp"
#include "slim/data/parse_features.hpp"

namespace slim::data::tfexample_decoder {

/// A handler names the features that it needs and makes the item from them. `keys` throws slim::error for wrong arguments.
template <class Handler>
concept handles_items = requires(const Handler& handler, const keys_to_tensors& tensors) {
  { handler.keys() } -> std::convertible_to<std::vector<std::string>>;
  { handler.tensors_to_item(tensors) } -> std::same_as<item>;
};

/// Any handler, of this folder or of the user, as a value that is cheap to copy.
class item_handler {
public:
  template <handles_items Handler>
    requires(!std::same_as<Handler, item_handler>)
  item_handler(Handler handler) : needed(handler.keys()), held(std::make_shared<holder<Handler>>(std::move(handler))) {}

  const std::vector<std::string>& keys() const { return needed; }
  item tensors_to_item(const keys_to_tensors& tensors) const { return held->tensors_to_item(tensors); }

private:
  struct holder_base {
    virtual ~holder_base() = default;
    virtual item tensors_to_item(const keys_to_tensors&) const = 0;
  };

  template <class Handler>
  struct holder : holder_base {
    explicit holder(Handler given) : handler(std::move(given)) {}
    item tensors_to_item(const keys_to_tensors& tensors) const override { return handler.tensors_to_item(tensors); }
    Handler handler;
  };

  std::vector<std::string> needed;
  std::shared_ptr<const holder_base> held;
};

[[noreturn]] inline void handler_error(const std::string& handler, const std::string& expected, const std::string& found) {
  throw error("decode: " + handler + ": expected " + expected + ", found " + found + "; check its arguments and the record");
}

/// The feature `tensor_key`, a sparse one made dense; in the given shape, or in the shape that the features `shape_keys` hold
/// (one for all extents, or one for each). Not both.
struct tensor {
  std::string tensor_key;
  std::vector<std::string> shape_keys = {};
  std::optional<item_shape> shape = {};
  scalar default_value = std::int64_t{0};  ///< where a sparse feature has no value

  std::vector<std::string> keys() const {
    if (!shape_keys.empty() && shape) handler_error("tensor " + tensor_key, "either shape_keys or shape", "both");
    std::vector<std::string> all{tensor_key};
    all.insert(all.end(), shape_keys.begin(), shape_keys.end());
    return all;
  }

  item tensors_to_item(const keys_to_tensors& tensors) const {
    item result = tensors.at(tensor_key);
    if (shape) result = reshape(std::move(result), *shape);
    if (!shape_keys.empty()) {
      item_shape stored;
      for (const std::string& key : shape_keys) {
        const item dense = to_dense(tensors.at(key));
        const auto& extents = dense.as<std::int64_t>();
        stored.insert(stored.end(), extents.begin(), extents.end());
      }
      result = reshape(std::move(result), std::move(stored));
    }
    return to_dense(std::move(result), default_value);
  }
};

/// A table for lookup_tensor; keys that it does not have become `default_value`.
template <class Key, class Value>
struct lookup_table {
  std::map<Key, Value> entries;
  Value default_value;

  item operator()(const item& source) const {
    std::vector<Value> values;
    for (const Key& key : source.as<Key>()) {
      const auto found = entries.find(key);
      values.push_back(found == entries.end() ? default_value : found->second);
    }
    return {source.shape, std::move(values)};
  }
};

/// As `tensor`, with each value replaced by what `table(item)` makes of it (a lookup_table or any function), such as class names by
/// class numbers.
struct lookup_tensor {
  std::string tensor_key;
  slim::callback<item(const item&)> table;
  std::vector<std::string> shape_keys = {};
  std::optional<item_shape> shape = {};
  scalar default_value = std::string();

  std::vector<std::string> keys() const {
    if (!table) handler_error("lookup_tensor " + tensor_key, "a table", "none");
    return unmapped().keys();
  }
  item tensors_to_item(const keys_to_tensors& tensors) const { return table(unmapped().tensors_to_item(tensors)); }

private:
  tensor unmapped() const { return {tensor_key, shape_keys, shape, default_value}; }
};

/// A sparse item from two sparse features of one shape: the second gives the values, the first the index of each on the last axis.
/// Its shape comes from the feature `shape_key`, or is `shape`, or that of the features.
struct sparse_tensor {
  std::string indices_key = "indices";
  std::string values_key = "values";
  std::string shape_key = "";
  item_shape shape = {};
  bool densify = false;
  scalar default_value = std::int64_t{0};

  std::vector<std::string> keys() const {
    if (shape_key.empty()) return {indices_key, values_key};
    return {indices_key, values_key, shape_key};
  }

  item tensors_to_item(const keys_to_tensors& tensors) const {
    const item& places = tensors.at(indices_key);
    const item& values = tensors.at(values_key);
    if (!places.is_sparse() || !values.is_sparse()) handler_error("sparse_tensor", "variable-length features", "one of fixed length");
    if (places.size() != values.size()) {
      handler_error("sparse_tensor", std::to_string(places.size()) + " values, one for each index", std::to_string(values.size()));
    }
    item result{places.shape, values.values, places.indices};
    const std::size_t rank = places.shape.size();
    const auto& last = places.as<std::int64_t>();
    for (std::size_t i = 0; i < last.size(); ++i) (*result.indices)[i * rank + rank - 1] = last[i];
    if (!shape_key.empty()) {
      result.shape = to_dense(tensors.at(shape_key)).as<std::int64_t>();
    } else if (!shape.empty()) {
      result.shape = shape;
    }
    if (result.shape.size() != rank) handler_error("sparse_tensor", std::to_string(rank) + " extents", detail::to_string(result.shape));
    return densify ? to_dense(std::move(result), default_value) : result;
  }
};

/// Boxes [n, 4] with the columns ymin, xmin, ymax, xmax, from four features of n floats named prefix + key.
struct bounding_box {
  std::vector<std::string> box_keys = {"ymin", "xmin", "ymax", "xmax"};
  std::string prefix = "";

  std::vector<std::string> keys() const {
    if (box_keys.size() != 4) handler_error("bounding_box", "4 keys", std::to_string(box_keys.size()));
    std::vector<std::string> all;
    for (const std::string& key : box_keys) all.push_back(prefix + key);
    return all;
  }

  item tensors_to_item(const keys_to_tensors& tensors) const {
    const std::vector<std::string> sides = keys();
    const std::size_t count = tensors.at(sides[0]).as<float>().size();
    std::vector<float> boxes(4 * count);
    for (std::size_t side = 0; side < 4; ++side) {
      const auto& values = tensors.at(sides[side]).as<float>();
      if (values.size() != count) handler_error("bounding_box " + sides[side], std::to_string(count) + " values", std::to_string(values.size()));
      for (std::size_t i = 0; i < count; ++i) boxes[4 * i + side] = values[i];
    }
    return {{static_cast<std::int64_t>(count), 4}, std::move(boxes)};
  }
};

/// What `handler` makes, or if that has no values what `backup` makes.
struct backup_handler {
  item_handler handler, backup;

  std::vector<std::string> keys() const {
    std::vector<std::string> all = handler.keys();
    all.insert(all.end(), backup.keys().begin(), backup.keys().end());
    return all;
  }

  item tensors_to_item(const keys_to_tensors& tensors) const {
    item result = handler.tensors_to_item(tensors);
    return detail::size_of(result.shape) == 0 ? backup.tensors_to_item(tensors) : result;
  }
};

/// What `function` makes of the parsed features; `callback_keys` are those that it reads.
struct item_handler_callback {
  std::vector<std::string> callback_keys;
  slim::callback<item(const keys_to_tensors&)> function;

  std::vector<std::string> keys() const {
    if (!function) handler_error("item_handler_callback", "a function", "none");
    return callback_keys;
  }
  item tensors_to_item(const keys_to_tensors& tensors) const { return function(tensors); }
};

}  // namespace slim::data::tfexample_decoder

#include "slim/core/end.hpp"
