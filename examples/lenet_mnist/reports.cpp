#include "reports.hpp"

#include <slim/report/explain.hpp>

std::string summary_of_lenet() { return slim::summary<slim::nets::lenet, slim::input<28, 28, 1>>(); }

std::string explanation_of_lenet(const lenet_train_op& train_op) {
  return slim::explain<slim::nets::lenet, slim::input<28, 28, 1>>() + "\n" + slim::explain(train_op);
}
