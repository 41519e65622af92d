#pragma once
#include "slim/core/begin.hpp"
// A named tensor that is only read: in a file, or in the memory of a model on its way to a file.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "slim/tensor/variable_reference.hpp"

namespace slim::checkpoint {

/// Numbers lie row by row, little-endian, at any address.
struct tensor_view {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::int64_t> extents;
  std::span<const std::byte> bytes;

  tensor_view() = default;
  tensor_view(std::string full_name, dtype of, std::vector<std::int64_t> shape, std::span<const std::byte> content)
      : name(std::move(full_name)), type(of), extents(std::move(shape)), bytes(content) {}
  tensor_view(const variable_reference& variable)
      : name(variable.name), type(variable.type), extents(variable.extent.extents, variable.extent.extents + variable.extent.rank),
        bytes(variable.constant_bytes()) {}

  std::size_t size() const { return bytes.size() / size_of(type); }
};

/// "F32 [3, 3, 64, 128]"
inline std::string describe(const tensor_view& tensor) {
  std::string result = std::string(name_of(tensor.type)) + " [";
  for (std::size_t i = 0; i < tensor.extents.size(); ++i) result += (i > 0 ? ", " : "") + std::to_string(tensor.extents[i]);
  return result + "]";
}

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
