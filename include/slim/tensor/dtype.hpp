#pragma once
#include "slim/core/begin.hpp"
// Types of the values in a tensor, under the names that the safetensors format gives them and under TensorFlow's.

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace slim {

/// Those that slim computes with are f32 and f64, its counters are i64 and u64; the others occur in files of other programs.
enum class dtype : unsigned char {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  u16,
  i16,
  f16,
  bf16,
  u32,
  i32,
  f32,
  u64,
  i64,
  f64,
  string,  // in records of examples only
  uint8 = u8,
  uint16 = u16,
  int32 = i32,
  int64 = i64,
  float32 = f32,
  float64 = f64
};
inline constexpr int dtype_count = 15;  // of numbers: they come first

constexpr const char* name_of(dtype type) {
  constexpr const char* names[dtype_count + 1] = {"BOOL", "U8",  "I8",  "F8_E5M2", "F8_E4M3", "U16", "I16", "F16",
                                                  "BF16", "U32", "I32", "F32",     "U64",     "I64", "F64", "string"};
  return names[static_cast<int>(type)];
}

/// Bytes of one number; 0 for strings.
constexpr std::size_t size_of(dtype type) {
  constexpr unsigned char sizes[dtype_count + 1] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 8, 8, 8, 0};
  return sizes[static_cast<int>(type)];
}

/// The type of `T`: float, double, or an integer of 8 to 64 bits.
template <class T>
  requires std::is_arithmetic_v<T>
constexpr dtype dtype_of() {
  if constexpr (std::is_same_v<T, bool>) return dtype::boolean;
  else if constexpr (std::is_floating_point_v<T>) {
    static_assert(sizeof(T) <= 8, "long double has no portable form");
    return sizeof(T) == 4 ? dtype::f32 : dtype::f64;
  } else if constexpr (std::is_signed_v<T>) {
    return sizeof(T) == 1 ? dtype::i8 : sizeof(T) == 2 ? dtype::i16 : sizeof(T) == 4 ? dtype::i32 : dtype::i64;
  } else {
    return sizeof(T) == 1 ? dtype::u8 : sizeof(T) == 2 ? dtype::u16 : sizeof(T) == 4 ? dtype::u32 : dtype::u64;
  }
}

}  // namespace slim

#include "slim/core/end.hpp"
