package dev.keelson.chaos.simulation;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Records of numbers as words that people can read and change: {@code drop=0.25 twice=0.0}. A
 * component that is not named is 0: what came later than a text does not exist in it.
 */
final class NumberText {
  private NumberText() {}

  static String of(Record numbers) {
    var words = new ArrayList<String>();
    for (var component : numbers.getClass().getRecordComponents()) {
      try {
        words.add(component.getName() + "=" + component.getAccessor().invoke(numbers));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a record tells its components", e);
      }
    }
    return String.join(" ", words);
  }

  static <T extends Record> T read(Class<T> type, List<String> words) {
    var values = new HashMap<String, String>();
    for (var word : words) {
      int equals = word.indexOf('=');
      if (equals < 0 || values.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
        throw new IllegalArgumentException("not a name=number, or there twice: " + word);
      }
    }
    var components = type.getRecordComponents();
    var types = new Class<?>[components.length];
    var arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      String value = values.remove(components[i].getName());
      arguments[i] = number(components[i], value == null ? "0" : value);
    }
    if (!values.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has no %s".formatted(type.getSimpleName(), values.keySet()));
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("no " + type.getSimpleName() + ": " + words, e);
    }
  }

  private static Object number(RecordComponent component, String value) {
    var type = component.getType();
    if (type == int.class) {
      return Integer.parseInt(value);
    }
    if (type == long.class) {
      return Long.parseLong(value);
    }
    if (type == double.class) {
      return Double.parseDouble(value);
    }
    throw new IllegalArgumentException(component + " is no number");
  }
}
