package dev.keelson.server.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.TxnRequest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMessagesTest {
  private final JsonMessages json = new JsonMessages();

  @Tag("GW2")
  @Test
  void namesAreTakenAsWrittenInTheProtoOrInCamelCase() throws JsonException {
    assertThat(range("{\"range_end\":\"Zm9v\",\"keys_only\":true}"))
        .isEqualTo(range("{\"rangeEnd\":\"Zm9v\",\"keysOnly\":true}"));
    assertThat(grant("{\"ID\":\"7\",\"TTL\":9}").getID()).isEqualTo(7);
  }

  @Tag("GW2")
  @Test
  void unknownFieldsAreIgnoredAndNullIsUnset() throws JsonException {
    assertThat(range("{\"foo\":{\"a\":[1,{}]},\"key\":null,\"limit\":3}"))
        .isEqualTo(RangeRequest.newBuilder().setLimit(3).build());
  }

  @Tag("GW3")
  @ParameterizedTest
  @ValueSource(strings = {"+/8=", "+/8", "-_8=", "-_8"})
  void bytesComeInEitherAlphabetWithOrWithoutPadding(String text) throws JsonException {
    assertThat(range("{\"key\":\"" + text + "\"}").getKey())
        .isEqualTo(ByteString.copyFrom(new byte[] {(byte) 0xfb, (byte) 0xff}));
  }

  @Tag("GW4")
  @ParameterizedTest
  @ValueSource(strings = {"10", "\"10\"", "1e1", "10.0", "\"1e1\"", "100e-1"})
  void integersComeAsTextOrNumber(String text) throws JsonException {
    assertThat(range("{\"limit\":" + text + "}").getLimit()).isEqualTo(10);
  }

  @Tag("GW5")
  @ParameterizedTest
  @ValueSource(strings = {"\"DESCEND\"", "2"})
  void enumsComeByNameOrNumber(String text) throws JsonException {
    assertThat(range("{\"sort_order\":" + text + "}").getSortOrder())
        .isEqualTo(RangeRequest.SortOrder.DESCEND);
  }

  @Tag("GW5")
  @Test
  void namesOfNoEnumValueAreIgnoredAndNumbersPass() throws JsonException {
    assertThat(range("{\"sort_order\":\"NOPE\"}")).isEqualTo(RangeRequest.getDefaultInstance());
    assertThat(range("{\"sort_order\":77}").getSortOrderValue()).isEqualTo(77);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"key\":\"%%%\"}",
        "{\"key\":\"Zm9v\",\"key\":\"Zm9v\"}",
        "{\"range_end\":\"Zm9v\",\"rangeEnd\":\"Zm9v\"}",
        "{\"limit\":1.5}",
        "{\"limit\":9223372036854775808}",
        "{\"limit\":1e999999999}",
        "{\"limit\":\"\"}",
        "{\"limit\":true}",
        "{\"keys_only\":\"true\"}",
        "{\"key\":1}",
        "{",
        "[]",
        "null",
        "{} x",
        "{'key':1}",
        "{\"key\":\"Zm9v\",}",
        "\u0000"
      })
  void whatIsNotTheMessageIsRefused(String text) {
    assertThatThrownBy(() -> range(text)).isInstanceOf(JsonException.class);
  }

  @Tag("GW6")
  @Test
  void twoMembersOfOneOneofAreRefused() {
    var text = "{\"success\":[{\"request_put\":{},\"requestRange\":{}}]}";
    assertThatThrownBy(() -> json.read(text.getBytes(UTF_8), TxnRequest.newBuilder()))
        .isInstanceOf(JsonException.class);
  }

  @Test
  void depthIsBounded() {
    var text = "{\"success\":[{\"request_txn\":".repeat(10_000);
    assertThatThrownBy(() -> json.read(text.getBytes(UTF_8), TxnRequest.newBuilder()))
        .isInstanceOf(JsonException.class);
  }

  @Test
  void whatIsPrintedReadsBackTheSame() throws JsonException {
    var put =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("k\u00e4se"))
            .setLease(Long.MIN_VALUE)
            .setPrevKv(true)
            .build();
    var text = json.print(put);
    var back = PutRequest.newBuilder();
    json.read(text.getBytes(UTF_8), back);

    assertThat(text).contains("\"lease\":\"-9223372036854775808\"", "\"prev_kv\":true");
    assertThat(back.build()).isEqualTo(put);
  }

  private RangeRequest range(String text) throws JsonException {
    var builder = RangeRequest.newBuilder();
    json.read(text.getBytes(UTF_8), builder);
    return builder.build();
  }

  private LeaseGrantRequest grant(String text) throws JsonException {
    var builder = LeaseGrantRequest.newBuilder();
    json.read(text.getBytes(UTF_8), builder);
    return builder.build();
  }
}
