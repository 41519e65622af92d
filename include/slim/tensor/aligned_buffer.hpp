#pragma once
#include "slim/core/begin.hpp"
// Memory for arenas and parameters.

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "slim/core/error.hpp"

namespace slim {

/// `size` numbers at an address that is a multiple of 64 bytes, uninitialised unless copied. A value: copies copy the numbers.
/// Large ones ask for large pages: a kernel that walks over a few dozen streams would else wait for address translation.
template <class T>
class aligned_buffer {
public:
  aligned_buffer() = default;
  explicit aligned_buffer(long size) : items(allocate(size)), count(size) {}
  aligned_buffer(const aligned_buffer& other) : aligned_buffer(other.count) {
    if (count > 0) std::memcpy(items, other.items, sizeof(T) * static_cast<std::size_t>(count));
  }
  aligned_buffer(aligned_buffer&& other) noexcept : items(other.items), count(other.count) {
    other.items = nullptr;
    other.count = 0;
  }
  aligned_buffer& operator=(aligned_buffer other) noexcept {
    T* const own = items;
    const long own_count = count;
    items = other.items, count = other.count;
    other.items = own, other.count = own_count;
    return *this;
  }
  ~aligned_buffer() { std::free(items); }

  T* data() { return items; }
  const T* data() const { return items; }
  long size() const { return count; }
  void fill(T value) {
    for (long i = 0; i < count; ++i) items[i] = value;
  }

private:
  static T* allocate(long size) {
    if (size <= 0) return nullptr;
    constexpr std::size_t large_page = std::size_t(1) << 21;
    const std::size_t used = sizeof(T) * static_cast<std::size_t>(size), alignment = used >= large_page ? large_page : 64;
    const std::size_t bytes = (used + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, bytes);
    if (memory == nullptr) throw error{"memory: expected ", bytes, " free bytes, found fewer; use a smaller capacity or a smaller network"};
#ifdef __linux__
    if (alignment == large_page) madvise(memory, bytes, MADV_HUGEPAGE);  // advice: nothing depends on its result
#endif
    return static_cast<T*>(memory);
  }

  T* items = nullptr;
  long count = 0;
};

}  // namespace slim

#include "slim/core/end.hpp"
