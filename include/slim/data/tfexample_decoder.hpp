#pragma once
#include "slim/core/begin.hpp"
// The decoders of tf.Example and tf.SequenceExample: which features a record has, and which items are made of them.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/data_decoder.hpp"
#include "slim/data/item.hpp"
#include "slim/data/item_handler.hpp"
#include "slim/data/parse_features.hpp"
#include "slim/data/parse_sequence_features.hpp"

namespace slim::data::tfexample_decoder {

/// Names of items and what makes them, in the order of the decoder's items.
using items_to_handlers = std::vector<std::pair<std::string, item_handler>>;

/// TF-Slim's TFExampleDecoder. Throws slim::error if a handler needs a feature that is not among `features`.
///
///   tf_example_decoder decoder{{{"image/encoded", fixed_len_feature{{}, dtype::string}}, ...}, {{"image", image{}}, ...}};
class tf_example_decoder : public data_decoder {
public:
  tf_example_decoder(keys_to_features keys, items_to_handlers items) : tf_example_decoder(std::move(keys), {}, std::move(items)) {}

  std::vector<std::string> list_items() const override {
    std::vector<std::string> names;
    for (const auto& [name, handler] : handlers) names.push_back(name);
    return names;
  }

  std::vector<item> decode(std::string_view record, const std::vector<std::string>& items = {}) const override {
    const keys_to_tensors tensors = parse(record);
    std::vector<item> result;
    for (const std::string& name : items.empty() ? list_items() : items) result.push_back(find(name).tensors_to_item(tensors));
    return result;
  }

protected:
  tf_example_decoder(keys_to_features keys, keys_to_sequence_features sequence_keys, items_to_handlers items)
      : features(std::move(keys)), sequence_features(std::move(sequence_keys)), handlers(std::move(items)) {
    for (const auto& [name, handler] : handlers) {
      for (const std::string& key : handler.keys()) {
        if (features.contains(key) || sequence_features.contains(key)) continue;
        throw error("decoder: item " + name + ": expected the feature " + key + " among the features, found none of this name; add it");
      }
    }
  }

  virtual keys_to_tensors parse(std::string_view record) const { return parse_single_example(record, features); }

  keys_to_features features;
  keys_to_sequence_features sequence_features;

private:
  const item_handler& find(const std::string& wanted) const {
    for (const auto& [name, handler] : handlers) {
      if (name == wanted) return handler;
    }
    std::string known;
    for (const auto& [name, handler] : handlers) known += (known.empty() ? "" : ", ") + name;
    throw error("decode: expected one of the items " + known + ", found " + wanted + "; ask for one of them");
  }

  items_to_handlers handlers;
};

/// TF-Slim's TFSequenceExampleDecoder. Throws slim::error, also if a key is in both kinds of features.
class tf_sequence_example_decoder : public tf_example_decoder {
public:
  tf_sequence_example_decoder(keys_to_features context_keys, keys_to_sequence_features sequence_keys, items_to_handlers items)
      : tf_example_decoder(std::move(context_keys), std::move(sequence_keys), std::move(items)) {
    for (const auto& [key, specification] : sequence_features) {
      if (!features.contains(key)) continue;
      throw error("decoder: expected different keys for the context and the sequence, found " + key + " in both; rename one");
    }
  }

protected:
  keys_to_tensors parse(std::string_view record) const override { return parse_single_sequence_example(record, features, sequence_features); }
};

}  // namespace slim::data::tfexample_decoder

#include "slim/core/end.hpp"
