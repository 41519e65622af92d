// Sums over all ranks of a job, by size: rank 0 prints, as JSON, pairs of bytes and the median seconds of one.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "slim/learning/mpi_group.hpp"

int main() {
  slim::learning::detail::start_mpi();
  const slim::learning::detail::mpi_group group(MPI_COMM_WORLD);
  std::vector<float> values(16 << 20, 1.0f), incoming;
  if (group.rank() == 0) std::printf("[");
  for (std::size_t count = 1; count <= values.size(); count *= 8) {
    std::vector<double> took;
    for (int i = 0; i < (count > 100'000 ? 7 : 50); ++i) {
      std::vector<int> all;
      group.gather(0, all);  // all at the same time
      const auto start = std::chrono::steady_clock::now();
      group.all_reduce(std::span(values).first(count), incoming);
      took.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(took.begin(), took.end());
    if (group.rank() == 0) std::printf("%s[%zu, %.9f]", count > 1 ? ", " : "", count * sizeof(float), took[took.size() / 2]);
  }
  if (group.rank() == 0) std::printf("]\n");
}
