#include "slim/nets/resnet_v2.hpp"
#include "slim/nets/mobilenet_v1.hpp"
#include "slim/nets/mobilenet_v2.hpp"

#include <doctest/doctest.h>

#include "tests/nets/facts.hpp"

using namespace slim;
using image = input<224, 224, 3>;

namespace {
/// Trainable numbers, all numbers, variables: counted in a trace at run time, which is quicker than in the compiler.
template <const auto& Net>
void check_counts(long trainable, long all, int variables) {
  const graph::graph g = facts::traced_now<Net, image>();
  CHECK(g.error.broken == graph::rule::none);
  long found_trainable = 0, found_all = 0;
  for (const graph::variable_entry& v : g.variables) {
    found_all += v.extent.size();
    if (v.trainable) found_trainable += v.extent.size();
  }
  CHECK(found_trainable == trainable);
  CHECK(found_all == all);
  CHECK(g.variables.size() == variables);
}
}  // namespace

TEST_CASE("resnet_v2 of all depths, mobilenet_v1 and mobilenet_v2 of all widths have TF-Slim's numbers of parameters") {
  check_counts<nets::resnet_v2_50>(25'570'409, 25'615'849, 272);
  check_counts<nets::resnet_v2_101>(44'579'945, 44'677'609, 544);
  check_counts<nets::resnet_v2_152>(60'238'953, 60'382'697, 816);
  check_counts<nets::resnet_v2_200>(64'728'169, 64'896'489, 1072);
  check_counts<nets::mobilenet_v1>(4'233'001, 4'254'889, 137);
  check_counts<nets::mobilenet_v1_075>(2'586'329, 2'602'745, 137);
  check_counts<nets::mobilenet_v1_050>(1'332'105, 1'343'049, 137);
  check_counts<nets::mobilenet_v1_025>(470'329, 475'801, 137);
  check_counts<nets::mobilenet_v2>(3'506'153, 3'540'265, 262);
  check_counts<nets::mobilenet_v2_140>(6'110'569, 6'158'505, 262);
  check_counts<nets::mobilenet_v2_050>(1'969'961, 1'988'505, 262);
  check_counts<nets::mobilenet_v2_035>(1'678'409, 1'692'489, 262);
}
