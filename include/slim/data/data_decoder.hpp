#pragma once
#include "slim/core/begin.hpp"
// The protocol of decoders: from a record to items.

#include <string>
#include <string_view>
#include <vector>

#include "slim/data/item.hpp"

namespace slim::data {

/// Turns one record into items with names, such as "image" and "label" (TF-Slim's DataDecoder). Decoding does not change the
/// decoder, so that several threads may share one.
class data_decoder {
public:
  virtual ~data_decoder() = default;

  /// The names of all items that this decoder makes.
  virtual std::vector<std::string> list_items() const = 0;

  /// The items of these names in this order; without names all, in the order of `list_items`.
  /// Throws slim::error for a record that does not fit and for an unknown name.
  virtual std::vector<item> decode(std::string_view record, const std::vector<std::string>& items = {}) const = 0;
};

}  // namespace slim::data

#include "slim/core/end.hpp"
