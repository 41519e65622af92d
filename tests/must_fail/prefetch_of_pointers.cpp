// A batch of one's own that only points at memory, which its source fills again while the thread behind prefetch goes on.
#include <span>
#include <vector>

#include "slim/data/prefetch_queue.hpp"

struct batch_of_mine {
#ifdef REPAIRED
  std::vector<float> images;
#else
  std::span<const float> images;
#endif
};
struct source {
  std::vector<float> images = std::vector<float>(12);
  batch_of_mine next() { return {images}; }
};

int main() {
  auto batches = slim::data::prefetch(source{});
  return static_cast<int>(batches.next().images.size());
}
