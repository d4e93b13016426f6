package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "localhost:2379, localhost, 2379",
    "http://10.0.0.1:1, 10.0.0.1, 1",
    "HTTP://a.example:65535, a.example, 65535",
    "[::1]:2379, ::1, 2379",
  })
  void hostAndPortAreRead(String text, String host, int port) {
    assertThat(Endpoint.parse(text)).isEqualTo(new Endpoint(host, port));
  }

  @ParameterizedTest(name = "''{0}''")
  @ValueSource(
      strings = {
        "",
        ":",
        "a",
        "a:",
        ":1",
        "a:0",
        "a:65536",
        "a:-1",
        "a:1x",
        "::1:2379",
        "a:1/",
        "a/b:1",
        "https://a:1",
        "unix://a:1",
        "http://"
      })
  void anythingElseIsRefusedByName(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Endpoint.parse(text))
        .withMessageContaining("endpoint '" + text + "'");
  }

  @Test
  void listIsReadInOrder() {
    assertThat(Endpoint.parseAll("a:1, http://b:2"))
        .containsExactly(new Endpoint("a", 1), new Endpoint("b", 2));
  }

  @Test
  void endpointNamedTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Endpoint.parseAll("a:1,http://a:1"))
        .withMessage("endpoint a:1 is named twice");
  }

  @Test
  void ipv6IsWrittenWithBrackets() {
    assertThat(new Endpoint("::1", 5)).hasToString("[::1]:5");
  }
}
