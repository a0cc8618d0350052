// The checker itself: it must find what it is there to find.
#include "html/markup.h"

#include <gtest/gtest.h>

namespace prenorm::html {
namespace {

TEST(Markup, AcceptsWellFormedText) {
  EXPECT_EQ(markup_fault(""), "");
  EXPECT_EQ(markup_fault("<!DOCTYPE html><p class=\"a b\">1 &lt; 2<br><path d=\"M0,0\"/></p>"), "");
  EXPECT_EQ(markup_fault("<style>a>b{color:red}</style>"), "");
}

TEST(Markup, FindsFaults) {
  for (const char* bad : {"<p>", "</p>", "<b><i></b></i>", "a & b", "a > b", "<p x=1></p>", "<p x=\"1\" x=\"2\"></p>",
                          "<p x=\"a & b\"></p>", "<p", "<p x=\"1\"y=\"2\"></p>"})
    EXPECT_NE(markup_fault(bad), "") << bad;
}

TEST(Markup, Counts) { EXPECT_EQ(count_of("aaaa", "aa"), 2u); }

}  // namespace
}  // namespace prenorm::html
