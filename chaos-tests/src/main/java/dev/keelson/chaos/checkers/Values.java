package dev.keelson.chaos.checkers;

import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Values as the workloads write them: {@code NUMBER/anything} where one counts, and words between
 * spaces where one appends. What follows the number makes every value unlike all others.
 */
public final class Values {
  private Values() {}

  public static Bytes number(long number, String unique) {
    return Bytes.wrap((number + "/" + unique).getBytes(StandardCharsets.UTF_8));
  }

  /** The number that a value begins with; 0 if it begins with none. */
  public static long number(Bytes value) {
    long number = 0;
    int at = 0;
    boolean negative = !value.isEmpty() && value.at(0) == '-';
    for (at = negative ? 1 : 0; at < value.length(); at++) {
      byte digit = value.at(at);
      if (digit < '0' || digit > '9') {
        break;
      }
      number = number * 10 + (digit - '0');
    }
    return negative ? -number : number;
  }

  public static List<String> words(Bytes value) {
    var words = new ArrayList<String>();
    for (String word : new String(value.toArray(), StandardCharsets.UTF_8).split(" ", -1)) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }

  public static Bytes append(Bytes list, String word) {
    byte[] more = ((list.isEmpty() ? "" : " ") + word).getBytes(StandardCharsets.UTF_8);
    byte[] longer = new byte[list.length() + more.length];
    System.arraycopy(list.backingArray(), list.backingOffset(), longer, 0, list.length());
    System.arraycopy(more, 0, longer, list.length(), more.length);
    return Bytes.wrap(longer);
  }
}
