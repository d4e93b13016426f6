package dev.keelson.server.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.CodingErrorAction;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Reads and prints messages. Thread-safe. */
public final class JsonMessages {
  /** As deep as the wire's reader goes, counted in braces and brackets. */
  private static final int MAX_DEPTH = 1_000;

  /** No number of a message has more digits, however it is written. */
  private static final int MAX_DIGITS = 40;

  private final JsonFormat.Printer printer =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
  private final Map<Descriptor, Map<String, FieldDescriptor>> fields = new ConcurrentHashMap<>();

  /** One line of JSON. */
  public String print(MessageOrBuilder message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("only messages of type Any can fail to print", e);
    }
  }

  /**
   * Reads one JSON object into a message; text that is empty leaves it as it is.
   *
   * @throws JsonException if it is anything else
   */
  public void read(byte[] text, Message.Builder into) throws JsonException {
    var decoder =
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    try (var in = new JsonReader(new InputStreamReader(new ByteArrayInputStream(text), decoder))) {
      in.setStrictness(Strictness.STRICT);
      in.setNestingLimit(MAX_DEPTH);
      if (isBlank(text)) {
        return;
      }
      readMessage(in, into);
      if (in.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonException("unexpected token after the message");
      }
    } catch (MalformedJsonException e) {
      throw new JsonException("syntax error in JSON: " + firstLine(e), e);
    } catch (IOException | IllegalStateException | JsonParseException e) {
      throw new JsonException("invalid JSON: " + firstLine(e), e);
    }
  }

  private static boolean isBlank(byte[] text) {
    for (byte value : text) {
      if (value != ' ' && value != '\n' && value != '\r' && value != '\t') {
        return false;
      }
    }
    return true;
  }

  /** Gson adds where to read about it. */
  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void readMessage(JsonReader in, Message.Builder into) throws IOException, JsonException {
    if (in.peek() != JsonToken.BEGIN_OBJECT) {
      throw new JsonException("unexpected token " + in.peek() + ", an object was expected");
    }
    var byName = fields.computeIfAbsent(into.getDescriptorForType(), JsonMessages::names);
    var seen = new HashSet<FieldDescriptor>();
    in.beginObject();
    while (in.hasNext()) {
      var name = in.nextName();
      var field = byName.get(name);
      if (field == null) {
        in.skipValue();
        continue;
      }
      if (!seen.add(field)) {
        throw new JsonException("duplicate field \"" + name + "\"");
      }
      if (in.peek() == JsonToken.NULL) {
        in.nextNull();
        continue;
      }
      var oneof = field.getRealContainingOneof();
      if (oneof != null && into.hasOneof(oneof)) {
        throw new JsonException("oneof " + oneof.getName() + " is already set");
      }
      readField(in, into, field);
    }
    in.endObject();
  }

  private static Map<String, FieldDescriptor> names(Descriptor descriptor) {
    var names = new HashMap<String, FieldDescriptor>();
    for (var field : descriptor.getFields()) {
      names.put(field.getJsonName(), field);
      names.put(field.getName(), field);
    }
    return Map.copyOf(names);
  }

  private void readField(JsonReader in, Message.Builder into, FieldDescriptor field)
      throws IOException, JsonException {
    if (!field.isRepeated()) {
      var value = readValue(in, into, field);
      if (value.isPresent()) {
        into.setField(field, value.get());
      }
      return;
    }
    if (in.peek() != JsonToken.BEGIN_ARRAY) {
      throw new JsonException("field " + field.getName() + " takes an array");
    }
    in.beginArray();
    while (in.hasNext()) {
      var value = readValue(in, into, field);
      if (value.isPresent()) {
        into.addRepeatedField(field, value.get());
      }
    }
    in.endArray();
  }

  /** Empty for the name of an enum's value that does not exist (GW5). */
  private Optional<Object> readValue(JsonReader in, Message.Builder into, FieldDescriptor field)
      throws IOException, JsonException {
    return switch (field.getJavaType()) {
      case MESSAGE -> {
        var inner = into.newBuilderForField(field);
        readMessage(in, inner);
        yield Optional.of(inner.build());
      }
      case STRING -> Optional.of(text(in, field));
      case BYTE_STRING -> Optional.of(bytes(text(in, field), field));
      case BOOLEAN -> {
        expect(in, JsonToken.BOOLEAN, field);
        yield Optional.of(in.nextBoolean());
      }
      case INT -> Optional.of((int) integer(in, field, 32));
      case LONG -> Optional.of(integer(in, field, 64));
      case ENUM -> enumValue(in, field);
      case FLOAT -> Optional.of((float) in.nextDouble());
      case DOUBLE -> Optional.of(in.nextDouble());
    };
  }

  private static Optional<Object> enumValue(JsonReader in, FieldDescriptor field)
      throws IOException, JsonException {
    if (in.peek() == JsonToken.NUMBER) {
      int number = (int) integer(in, field, 32);
      return Optional.of(field.getEnumType().findValueByNumberCreatingIfUnknown(number));
    }
    return Optional.ofNullable(field.getEnumType().findValueByName(text(in, field)));
  }

  private static String text(JsonReader in, FieldDescriptor field)
      throws IOException, JsonException {
    expect(in, JsonToken.STRING, field);
    return in.nextString();
  }

  private static void expect(JsonReader in, JsonToken token, FieldDescriptor field)
      throws IOException, JsonException {
    if (in.peek() != token) {
      throw invalid(field);
    }
  }

  private static ByteString bytes(String text, FieldDescriptor field) throws JsonException {
    var standard = text.indexOf('-') < 0 && text.indexOf('_') < 0;
    try {
      var decoder = standard ? Base64.getDecoder() : Base64.getUrlDecoder();
      return ByteString.copyFrom(decoder.decode(text));
    } catch (IllegalArgumentException e) {
      throw new JsonException("invalid base64 in field " + field.getName(), e);
    }
  }

  private static long integer(JsonReader in, FieldDescriptor field, int bits)
      throws IOException, JsonException {
    if (in.peek() != JsonToken.NUMBER && in.peek() != JsonToken.STRING) {
      throw invalid(field);
    }
    var text = in.nextString();
    if (text.length() > MAX_DIGITS) {
      throw invalid(field);
    }
    try {
      var number = new BigDecimal(text);
      if (Math.abs((long) number.precision() - number.scale()) > MAX_DIGITS) {
        throw invalid(field); // 1e999999999 is small to write and large to hold
      }
      var value = number.toBigIntegerExact();
      boolean unsigned =
          switch (field.getType()) {
            case UINT32, UINT64, FIXED32, FIXED64 -> true;
            default -> false;
          };
      boolean fits =
          unsigned ? value.signum() >= 0 && value.bitLength() <= bits : value.bitLength() < bits;
      if (!fits) {
        throw invalid(field);
      }
      return value.longValue();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new JsonException("invalid value for field " + field.getName(), e);
    }
  }

  private static JsonException invalid(FieldDescriptor field) {
    return new JsonException("invalid value for field " + field.getName());
  }
}
