#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

#include "examples.hpp"

/// For schema_test.py. `print`: real frames, one a line, as the program sends them. `judge`: for
/// each line of the input one line, "accepted" or why not.
int main(int argc, char** argv) {
  using namespace duckduckgoose;
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "print") {
    for (const std::string& frame : wire::example_frames()) std::cout << frame << '\n';
  } else if (what == "judge") {
    for (std::string line; std::getline(std::cin, line);) {
      const auto frame = wire::decode_frame(line);
      std::cout << (frame ? "accepted" : frame.error().reason) << '\n';
    }
  } else {
    std::cerr << "usage: wire_frames_tool print|judge\n";
    return 2;
  }
  return 0;
}
