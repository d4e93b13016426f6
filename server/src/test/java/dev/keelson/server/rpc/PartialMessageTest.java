package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartialMessageTest {
  private static final int MAX = 1_000;

  private final PartialMessage partial = new PartialMessage(MAX);

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 200);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("MEM-bound")
  void holdsExactlyTheBytesOfTheMessageThatIsNotWhole(long seed) {
    var random = new Random(seed);
    var stream = Unpooled.buffer();
    int lastStart = 0;
    int messages = 1 + random.nextInt(10);
    for (int i = 0; i < messages; i++) {
      lastStart = stream.writerIndex();
      int length = random.nextInt(MAX + 1);
      stream.writeByte(random.nextInt(2)).writeInt(length).writeZero(length);
    }
    int cut = lastStart + 1 + random.nextInt(stream.writerIndex() - lastStart);
    boolean whole = cut == stream.writerIndex();

    for (int at = 0; at < cut; ) {
      int length = Math.min(cut - at, 1 + random.nextInt(500));
      assertThat(partial.add(stream.slice(at, length))).isTrue();
      at += length;
    }

    assertThat(partial.heldBytes()).isEqualTo(whole ? 0 : cut - lastStart);
  }

  @Test
  @Tag("P1")
  void announcedLengthAloneIsEnoughToRefuse() {
    assertThat(partial.add(message(MAX + 1, 0))).isFalse();
    assertThat(partial.announcedBytes()).isEqualTo(MAX + 1);
  }

  @Test
  @Tag("P1")
  void lengthIsUnsigned() {
    assertThat(partial.add(message(-1, 0))).isFalse();
    assertThat(partial.announcedBytes()).isEqualTo(0xffff_ffffL);
    assertThat(PartialMessage.isWhole(message(-1, 0), MAX)).isFalse();
  }

  @Test
  void oneFrameWithOneMessageIsWhole() {
    assertThat(PartialMessage.isWhole(message(10, 10), MAX)).isTrue();
    assertThat(PartialMessage.isWhole(message(0, 0), MAX)).isTrue();
    assertThat(PartialMessage.isWhole(message(10, 9), MAX)).isFalse();
    assertThat(PartialMessage.isWhole(message(10, 11), MAX)).isFalse();
    assertThat(PartialMessage.isWhole(message(MAX + 1, MAX + 1), MAX)).isFalse();
  }

  private static ByteBuf message(int announced, int sent) {
    return Unpooled.buffer().writeByte(0).writeInt(announced).writeZero(sent);
  }
}
