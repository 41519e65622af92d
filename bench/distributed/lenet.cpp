#include "slim/nets/lenet.hpp"
#include "step.hpp"

int main(int count, char** arguments) { return bench::run_distributed<slim::nets::lenet, slim::input<28, 28, 1>, 10>(count, arguments); }
