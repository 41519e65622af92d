#pragma once
#include "slim/core/begin.hpp"
// The pieces in which what a program exchanges with other processes travels.

#include <vector>

#include "slim/op/all_reduce.hpp"

namespace slim {

/// Elements [begin, end) of region::exchanged. They may start behind step `step` of the program.
struct bucket {
  long begin, end;
  int step;
};

/// In their order, of at most `most` elements each. They end where somebody waits, too.
template <class Program>
std::vector<bucket> buckets_of(const Program& p, long most) {
  std::vector<bucket> all;
  std::vector<int> behind;  // step of each all_reduce_start,
  std::vector<long> there;  // and the elements that are there then
  long last = 0;
  const auto add_up_to = [&](long end) {
    for (; last < end; last = all.back().end) {
      const long next = end - last < most ? end : last + most;
      std::size_t k = 0;
      while (there[k] < next) ++k;
      all.push_back({last, next, behind[k]});
    }
  };
  for (int s = 0; s < p.sizes.steps; ++s) {
    const graph::node& n = p.nodes[p.order[s]];
    if (n.kind == op::all_reduce_start::kind) {
      behind.push_back(s);
      there.push_back(p.places[p.order[s]].offset + graph::aligned(n.extent.size()));
      while (there.back() - last >= most) add_up_to(last + most);
    } else if (n.kind == op::all_reduce::kind) {
      add_up_to(there.back());
    }
  }
  return all;
}

}  // namespace slim

#include "slim/core/end.hpp"
