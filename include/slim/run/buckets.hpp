#pragma once
#include "slim/core/begin.hpp"
// The pieces in which what a program exchanges with other processes travels.

#include <vector>

#include "slim/op/joint_weights_gradient.hpp"

namespace slim {

/// Elements [begin, end) of region::exchanged. They may start behind step `step` of the program.
struct bucket {
  long begin, end;
  int step;
  long inner = 0, columns = 0;  // of a gradient that is made jointly: elements of a row of either factor
};

/// In their order, of at most `most` elements each, but for joint gradients. They end where somebody waits, too.
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
    if (n.kind == op::joint_weights_gradient_start::kind) {
      const long begin = p.places[p.order[s]].offset;
      add_up_to(begin);
      last = begin + graph::aligned(n.extent.size());
      all.push_back({begin, last, s, p.nodes[n.operands[0]].extent.size(), p.nodes[n.operands[1]].extent.size()});
    } else if (n.kind == op::all_reduce_start::kind) {
      behind.push_back(s);
      there.push_back(p.places[p.order[s]].offset + graph::aligned(n.extent.size()));
      while (there.back() - last >= most) add_up_to(last + most);
    } else if (op::ends_travel(n.kind) && !there.empty()) {
      add_up_to(there.back());
    }
  }
  return all;
}

}  // namespace slim

#include "slim/core/end.hpp"
