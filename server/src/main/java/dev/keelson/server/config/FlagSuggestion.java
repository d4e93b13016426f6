package dev.keelson.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known word nearest to an unknown one. */
public final class FlagSuggestion {
  private FlagSuggestion() {}

  /** The nearest of {@code known}; always one, unless there are none. */
  public static Optional<String> nearest(String unknown, Collection<String> known) {
    return known.stream()
        .min(
            Comparator.<String>comparingInt(word -> distance(unknown, word))
                .thenComparing(Comparator.naturalOrder()));
  }

  /**
   * Levenshtein's distance with neighbours swapped counting once, less what a common start is
   * worth: who types {@code election} means {@code election-timeout}, not another word of eight
   * letters.
   */
  static int distance(String left, String right) {
    int edits = edits(left, right);
    boolean abbreviated = !left.isEmpty() && right.startsWith(left);
    return abbreviated ? Math.min(edits, 1) : edits;
  }

  private static int edits(String left, String right) {
    int[][] cost = new int[left.length() + 1][right.length() + 1];
    for (int row = 0; row <= left.length(); row++) {
      for (int column = 0; column <= right.length(); column++) {
        cost[row][column] =
            row == 0 || column == 0 ? row + column : cheapest(cost, left, right, row, column);
      }
    }
    return cost[left.length()][right.length()];
  }

  private static int cheapest(int[][] cost, String left, String right, int row, int column) {
    boolean same = left.charAt(row - 1) == right.charAt(column - 1);
    int best =
        Math.min(
            cost[row - 1][column - 1] + (same ? 0 : 1),
            Math.min(cost[row - 1][column], cost[row][column - 1]) + 1);
    boolean swapped =
        row > 1
            && column > 1
            && left.charAt(row - 1) == right.charAt(column - 2)
            && left.charAt(row - 2) == right.charAt(column - 1);
    return swapped ? Math.min(best, cost[row - 2][column - 2] + 1) : best;
  }
}
