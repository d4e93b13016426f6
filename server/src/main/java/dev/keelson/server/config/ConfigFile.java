package dev.keelson.server.config;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** Settings from YAML: flag names without dashes, each with a scalar or a list of scalars. */
final class ConfigFile {
  private ConfigFile() {}

  static Settings parse(String fileName, String text) throws ConfigException {
    var given = new EnumMap<Flag, Settings.Given>(Flag.class);
    for (Map.Entry<?, ?> entry : mapping(fileName, text).entrySet()) {
      String key = String.valueOf(entry.getKey());
      Flag flag = find(fileName, key);
      String value = scalar(fileName, key, entry.getValue());
      if (!value.isEmpty()) {
        given.put(flag, new Settings.Given(value, fileName + ": " + key));
      }
    }
    return new Settings(given);
  }

  private static Map<?, ?> mapping(String fileName, String text) throws ConfigException {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(0);
    Object document;
    try {
      document = yaml(options).load(text);
    } catch (MarkedYAMLException e) {
      var mark = e.getProblemMark();
      String where = mark == null ? "" : " line " + (mark.getLine() + 1);
      throw ConfigException.invalid(
          "--config-file=" + fileName + where + ": no valid YAML, " + oneLine(e.getProblem()));
    } catch (YAMLException e) {
      throw ConfigException.invalid(
          "--config-file=" + fileName + ": no valid YAML, " + oneLine(e.getMessage()));
    }
    if (document == null) {
      return Map.of();
    }
    if (document instanceof Map<?, ?> map) {
      return map;
    }
    throw ConfigException.invalid(
        "--config-file=" + fileName + ": must be a mapping, one 'flag: value' on each line");
  }

  private static Yaml yaml(LoaderOptions options) {
    var dumping = new DumperOptions();
    return new Yaml(
        new SafeConstructor(options), new Representer(dumping), dumping, options, new TextOnly());
  }

  private static String oneLine(@Nullable String text) {
    return text == null ? "cause unknown" : text.replaceAll("\\s+", " ").strip();
  }

  private static Flag find(String fileName, String key) throws ConfigException {
    var known = Flag.named(key);
    boolean allowed =
        known.isPresent() && !known.get().isCommandLineOnly() && known.get() != Flag.CONFIG_FILE;
    if (allowed) {
      return known.get();
    }
    String prefix = "--config-file=" + fileName + ": ";
    if (known.isPresent()) {
      throw ConfigException.invalid(prefix + "'" + key + "' cannot be set in the file");
    }
    if (EtcdFlags.contains(key)) {
      throw ConfigException.invalid(
          prefix + "'" + key + "' is etcd's and not available in this version of Keelson");
    }
    String nearest =
        FlagSuggestion.nearest(key, Flag.visibleNames())
            .map(name -> "; did you mean '" + name + "'?")
            .orElse("");
    throw ConfigException.invalid(prefix + "unknown key '" + key + "'" + nearest);
  }

  private static String scalar(String fileName, String key, @Nullable Object value)
      throws ConfigException {
    return switch (value) {
      case String text -> text;
      case List<?> list when list.stream().allMatch(String.class::isInstance) ->
          list.stream().map(String::valueOf).collect(Collectors.joining(","));
      case null, default ->
          throw ConfigException.invalid(
              "--config-file=" + fileName + ": '" + key + "' must be a single value or a list");
    };
  }

  /** Leaves every scalar the text it is: YAML would read a name such as 010 as the number 8. */
  private static final class TextOnly extends Resolver {
    @Override
    protected void addImplicitResolvers() {
      // None: each would turn some text into something else.
    }
  }
}
