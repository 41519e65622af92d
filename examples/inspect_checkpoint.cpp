// Prints what is in a checkpoint, or in any file in the safetensors format: names, types, shapes, norms.

#include <CLI/CLI.hpp>
#include <cstdio>

#include <slim/checkpoint/inspect.hpp>

int main(int count, char** values) {
  std::string where;
  bool all = false;
  CLI::App app("Lists the tensors of a checkpoint.");
  app.add_option("where", where, "a file, or a folder whose latest checkpoint is shown")->required();
  app.add_flag("--all", all, "also the state of training: optimizer slots, global step, moving averages");
  CLI11_PARSE(app, count, values);
  try {
    std::printf("%s", slim::checkpoint::table_of(slim::checkpoint::inspect(where, all)).c_str());
  } catch (const slim::error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
