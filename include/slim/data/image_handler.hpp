#pragma once
#include "slim/core/begin.hpp"
// The handler of TF-Slim's tfexample_decoder for encoded images. Link with jpeg and png.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "slim/data/decode_image.hpp"
#include "slim/data/image.hpp"
#include "slim/data/item.hpp"
#include "slim/data/item_handler.hpp"
#include "slim/data/parse_features.hpp"

namespace slim::data::tfexample_decoder {

/// An image [height, width, channels] from its encoded bytes. With the format `raw` or `RAW` they are the values themselves, and
/// `shape` must be given; other formats are recognised by the bytes whatever the format feature says. `repeated`: all strings of
/// the feature, which must give images of one size, as [n, height, width, channels].
struct image {
  std::string image_key = "image/encoded";
  std::string format_key = "image/format";
  std::optional<item_shape> shape = {};
  int channels = 3;
  dtype type = dtype::uint8;
  bool repeated = false;
  dct_method method = dct_method::integer_accurate;

  std::vector<std::string> keys() const {
    if (type == dtype::string) handler_error("image " + image_key, "a type of numbers", "string");
    return {image_key, format_key};
  }

  item tensors_to_item(const keys_to_tensors& tensors) const {
    const auto& encoded = tensors.at(image_key).as<std::string>();
    const auto& format = tensors.at(format_key).as<std::string>();
    if (format.size() != 1) handler_error("image " + format_key, "one format", std::to_string(format.size()));
    const bool raw = format[0] == "raw" || format[0] == "RAW";
    if (!repeated) {
      if (encoded.size() != 1) handler_error("image " + image_key, "one encoded image", std::to_string(encoded.size()));
      return decode(encoded[0], raw);
    }
    item all{{0}, detail::no_values(type)};
    for (const std::string& bytes : encoded) append(all, decode(bytes, raw));
    return all;
  }

private:
  item decode(const std::string& bytes, bool raw) const {
    item result = raw ? reinterpret(bytes) : cast(decode_image(bytes, channels, method));
    if (shape) return reshape(std::move(result), *shape);
    if (raw) handler_error("image " + image_key, "a shape for a raw image", "none");
    return result;
  }

  item reinterpret(const std::string& bytes) const {
    item result{{0}, detail::no_values(type)};
    std::visit(
        [&](auto& values) {
          using value_type = typename std::decay_t<decltype(values)>::value_type;
          if constexpr (std::is_arithmetic_v<value_type>) {
            if (bytes.size() % sizeof(value_type) != 0) {
              handler_error("image " + image_key, "a multiple of " + std::to_string(sizeof(value_type)) + " bytes", std::to_string(bytes.size()));
            }
            values.resize(bytes.size() / sizeof(value_type));
            if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
          }
        },
        result.values);
    result.shape[0] = result.size();
    return result;
  }

  item cast(data::byte_image decoded) const {
    item result{{decoded.height, decoded.width, decoded.channels}, {}};
    if (type == dtype::uint8) {
      result.values = std::move(decoded.pixels);
      return result;
    }
    result.values = detail::no_values(type);
    std::visit(
        [&](auto& values) {
          using value_type = typename std::decay_t<decltype(values)>::value_type;
          if constexpr (std::is_arithmetic_v<value_type>) {
            values.resize(decoded.pixels.size());
            for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<value_type>(decoded.pixels[i]);
          }
        },
        result.values);
    return result;
  }

  void append(item& all, item next) const {
    if (all.shape[0] == 0) all.shape.insert(all.shape.end(), next.shape.begin(), next.shape.end());
    if (item_shape(all.shape.begin() + 1, all.shape.end()) != next.shape) {
      using detail::to_string;
      handler_error("image " + image_key, "images of one shape, so far " + to_string(all.shape), to_string(next.shape));
    }
    ++all.shape[0];
    std::visit(
        [&](auto& values) {
          const auto& more = std::get<std::decay_t<decltype(values)>>(next.values);
          values.insert(values.end(), more.begin(), more.end());
        },
        all.values);
  }
};

}  // namespace slim::data::tfexample_decoder

#include "slim/core/end.hpp"
