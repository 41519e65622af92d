#pragma once
// What a source file that is compiled for one level computes, see levels.cpp.

#include <string>
#include <vector>

struct level_results {
  std::string level;
  long lanes = 0;
  std::vector<float> first, prepared, trained;  // outputs of a new model, of weights that were packed ahead, and after some steps
  double loss = 0;
};

level_results results_of_baseline();
level_results results_of_widest();
level_results results_of_library();  // widest, with compiled kernels
