// No training or inference step allocates, nor does the next batch: operator new and malloc are counted meanwhile.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "slim/data/batches.hpp"
#include "slim/layers/recurrent.hpp"
#include "slim/model/streaming_predictor.hpp"
#include "slim/nets/lenet.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLIM_TEST_TRAPS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLIM_TEST_TRAPS_MALLOC 0
#endif
#endif
#ifndef SLIM_TEST_TRAPS_MALLOC
#define SLIM_TEST_TRAPS_MALLOC 1
#endif

namespace {
std::atomic<long> allocations{0};
}

#if SLIM_TEST_TRAPS_MALLOC
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_memalign(std::size_t, std::size_t);
extern "C" void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
#endif
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // both go through the counted malloc
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace slim;

TEST_CASE("the trap works") {
  const long before = allocations;
  std::vector<int> some(100);
  CHECK(allocations > before);
  CHECK(some.size() == 100);
}

TEST_CASE("steps do not allocate") {
  model<nets::lenet, input<28, 28, 1>> net{seed(1), capacity(8)};
  auto op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::adam{}, capacity(8));
  std::vector<float> x(8 * 784, 0.25f);
  std::vector<int> y{0, 1, 2, 3, 4, 5, 6, 7};
  op(x, std::vector<float>(y.begin(), y.end()));  // the helping threads set themselves up once
  net.predict(x);
  const std::span<const float> fewer(x.data(), 5 * 784);
  const std::span<const int> fewer_labels(y.data(), 5);
  const std::vector<unsigned char> bytes(8 * 784, 1);
  const long before = allocations;  // of the first step with integers, too
  for (int i = 0; i < 5; ++i) {
    op(x, y);
    op(fewer, fewer_labels);
    op(bytes, y);
    net.predict(x);
    net.predict(fewer);
    net.predict(bytes);
  }
  CHECK(allocations == before);
}

namespace {
constexpr auto listener = lstm(16, "a", return_sequences = true) >> gru(5, "b") >> fully_connected(3, "head");
}

TEST_CASE("steps of a stream do not allocate") {
  const model<listener, input<20, 4>> net{seed(1)};
  streaming_predictor live(net, capacity(2));
  const std::vector<float> frame(4, 0.25f);
  const std::vector<unsigned char> bytes(2 * 4, 1);
  const long before = allocations;
  for (int i = 0; i < 5; ++i) {
    live(frame);
    live(bytes);
    live.reset(1);
  }
  live.reset();
  CHECK(allocations == before);
}

TEST_CASE("batches do not allocate after construction") {
  const data::labelled_images set{50, 2, 1, 1, 3, std::vector<float>(100), std::vector<int>(50)};
  const long before_construction = allocations;
  data::batches source(set, 8, 1);
  const long after_construction = allocations;
  CHECK(after_construction > before_construction);
  const float* const place = source.next().images.data();
  bool same_place = true;
  for (int i = 0; i < 40; ++i) same_place = same_place && source.next().images.data() == place;
  source.seek(1000);
  source.next();
  CHECK(allocations == after_construction);
  CHECK(same_place);
}
